//! Living photos in the CRM: the list, what is done to one, how its videos lie, and how often it is seen.

use std::time::Duration;

use app::{
    model::{Finish, Overlay, ProjectStatus, ProjectView},
    permissions::Role,
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::{Value, json};
use server::{
    clock::Clock,
    db::DayVisits,
    sweep::{Sweep, sweep},
    visits::write_down,
};

use crate::{
    browser::{Browser, multipart},
    shop::{Answer, Shop, photo, video},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The settings of the editor's form as they are without an edit.
const PLAIN: [(&str, &str); 10] = [
    ("fit", "cover"),
    ("zoom", "100"),
    ("x", "0"),
    ("y", "0"),
    ("rotation", "0"),
    ("mask", "none"),
    ("autoplay", "1"),
    ("loop", "1"),
    ("sound", "1"),
    ("on_lost", "pause"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let others = PLAIN.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    others.chain(changes.iter().copied().filter(|(_, value)| !value.is_empty())).collect()
}

/// The manifest that a phone reads which opens the printed link.
async fn manifest(shop: &Shop, id: &str) -> (String, Value) {
    let page = shop.get(&format!("/objects/ar-storage/{id}/index.html")).await.text();
    let attribute =
        |name: &str| page.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/objects/ar-storage/{id}/{}/{}", attribute("data-album"), attribute("data-manifest"));
    let answer = shop.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    (path, answer.json())
}

async fn act(browser: &Browser<'_>, id: &str, act: &str) -> Answer {
    browser.submit(&format!("/admin/ar-projects/{id}/do/{act}"), &[]).await
}

/// The last lines of the log about a living photo: what was done, and by whom.
async fn log(shop: &Shop, id: &str) -> Vec<(String, String)> {
    let entries = shop.state.db.history("project", id, 50).await.unwrap();
    entries.into_iter().map(|entry| (entry.action, entry.actor)).collect()
}

fn did(action: &str) -> (String, String) {
    (format!("project.{action}"), "manager".to_owned())
}

async fn customer(shop: &Shop, name: &str) -> String {
    let id = "cccccccccccccccccccc".to_owned();
    let fields = server::db::ProfileFields { name: name.into(), ..Default::default() };
    shop.state.db.add_customer(&id, &fields, &server::db::Actor::system()).await.unwrap();
    id
}

/// An order, as a row.
async fn order(shop: &Shop, number: i64) -> String {
    let id = format!("order-{number}");
    let columns = [
        "id",
        "number",
        "status",
        "name",
        "email",
        "phone",
        "address",
        "language",
        "currency",
        "base",
        "rate",
        "total_minor",
        "base_minor",
        "message",
        "notes",
        "tracking",
        "cancel_reason",
        "origin",
        "created_ms",
        "updated_ms",
    ];
    let texts = ["pending", "Ani", "", "", "", "en", "USD", "USD", "1"].map(Into::into);
    let mut row = vec![id.as_str().into(), number.into()];
    row.extend(texts);
    row.extend([1000.into(), 1000.into()]);
    row.extend(["", "", "", "", "web"].map(Into::into));
    row.extend([1.into(), 1.into()]);
    shop.state.db.add_rows("orders", &columns, &[row]).await.unwrap();
    id
}

#[tokio::test]
async fn a_video_is_cut_out_by_a_picture_that_other_edits_keep() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let editor = format!("/admin/ar-projects/{}/overlay/0", album.id);
    let put = |bytes: &[u8]| manager.send(multipart(&format!("{editor}/cutout"), &[("picture", "a.jpg", bytes)]));
    let shown = || async { manifest(&shop, &album.id).await.1["targets"][0]["overlay"].clone() };

    for (bytes, words) in [(&b""[..], "Choose a file."), (b"nonsense", "must be a whole JPEG, PNG or WebP")] {
        let answer = put(bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert!(shown().await.is_null());

    assert_eq!(put(&photo(3)).await.status, StatusCode::SEE_OTHER);
    let alpha = shown().await["alpha"].as_str().unwrap().to_owned();
    let picture = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &alpha).unwrap();
    assert_eq!(image::load_from_memory(&picture).unwrap().color(), image::ColorType::L8);
    assert!(manager.get(&editor).await.text().contains(&format!("data:image/png;base64,{alpha}")));
    let page = manager.submit_and_follow(&editor, &with(&[("zoom", "150")])).await.text();
    assert!(page.contains("url(#alpha)"), "{page}");
    assert_eq!((&shown().await["zoom"], &shown().await["alpha"]), (&json!(1.5), &json!(alpha)));
    let log = format!("{:?}", shop.state.db.history("project", &album.id, 50).await.unwrap());
    assert!(log.contains("alpha") && !log.contains(&alpha[..40]), "the log keeps no pictures: {log}");

    let page = manager.submit_and_follow(&format!("{editor}/cutout/remove"), &[]).await.text();
    assert!(!page.contains("url(#alpha)"), "{page}");
    assert_eq!((&shown().await["zoom"], shown().await.get("alpha")), (&json!(1.5), None));
}

#[tokio::test]
async fn an_edit_is_live_on_the_same_link_and_copies_nothing() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let (first_path, first) = manifest(&shop, &album.id).await;
    assert!(first_path.ends_with("/v1/manifest.json") && first["targets"][0].get("overlay").is_none());
    assert_eq!(first["targets"][0]["fit"], "contain", "as its customer chose");
    let before = shop.files();
    let editor = format!("/admin/ar-projects/{}/overlay/0", album.id);
    let page = manager.get(&editor).await.text();
    assert!(page.contains("<option value=\"contain\" selected>"), "{page}");
    assert!(page.contains("<polygon") && !page.contains("style="), "{page}");

    let wish = with(&[
        ("zoom", "150"),
        ("x", "-12,5"),
        ("rotation", "90"),
        ("mask", "oval"),
        ("loop", ""),
        ("on_lost", "keep"),
    ]);
    let page = manager.submit_and_follow(&editor, &wish).await.text();
    assert!(page.contains("The link shows it at once") && page.contains("value=\"-12.5\""), "{page}");
    let (path, now) = manifest(&shop, &album.id).await;
    assert!(path.ends_with("/v1/manifest-1.json"), "{path}");
    let wanted = json!({
        "fit": "cover", "zoom": 1.5, "x": -0.125, "y": 0.0, "rotation": 90.0, "mask": "oval", "autoplay": true,
        "loop": false, "sound": true, "on_lost": "keep",
    });
    assert_eq!(now["targets"][0]["overlay"], wanted);
    let mut added = shop.files();
    added.retain(|file| !before.contains(file));
    assert_eq!(added, [format!("ar-storage/{}/v1/manifest-1.json", album.id)]);
    assert_eq!(log(&shop, &album.id).await, [did("overlay")]);

    // Older edits go, the last and the one that was published stay.
    manager.submit_and_follow(&editor, &with(&[])).await;
    sweep(&shop.state, Sweep { dry_run: false, older_than: Duration::from_secs(3600) }).await.unwrap();
    assert!(shop.files().iter().any(|file| file.ends_with("manifest-1.json")), "somebody may be about to read it");
    set_back_index(&shop, &album.id);
    sweep(&shop.state, Sweep { dry_run: false, older_than: Duration::from_secs(60) }).await.unwrap();
    let left: Vec<String> = shop.files().into_iter().filter(|file| file.contains("manifest")).collect();
    let folder = format!("ar-storage/{}/v1", album.id);
    assert_eq!(left, [format!("{folder}/manifest-2.json"), format!("{folder}/manifest.json")]);

    let page = manager.submit_and_follow(&editor, &[("do", "reset")]).await.text();
    assert!(page.contains("<option value=\"contain\" selected>"), "{page}");
    assert!(manifest(&shop, &album.id).await.1["targets"][0].get("overlay").is_none());
}

/// Makes the files of an album an hour old.
fn set_back_index(shop: &Shop, id: &str) {
    let folder = shop.folder.path().join("objects/ar-storage").join(id);
    let then = std::time::SystemTime::now() - Duration::from_secs(3600);
    for file in [folder.join("index.html"), folder.join("v1/manifest-1.json")] {
        std::fs::File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
    }
}

#[tokio::test]
async fn a_preview_saves_nothing_and_a_wrong_number_is_told_beside_its_field() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let editor = format!("/admin/ar-projects/{}/overlay/0", album.id);
    let shown = manager.submit(&editor, &with(&[("do", "preview"), ("zoom", "50"), ("fit", "fill")])).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text().contains("not saved yet") && shown.text().contains("-250.0,"), "{}", shown.text());
    for (name, value, words) in [
        ("zoom", "201", "out of range"),
        ("x", "51", "out of range"),
        ("y", "much", "Enter a number"),
        ("rotation", "-181", "out of range"),
        ("mask", "star", "Choose one of the list"),
    ] {
        let refused = manager.submit(&editor, &with(&[(name, value)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.text().contains(words), "{name}: {}", refused.text());
    }
    assert!(manifest(&shop, &album.id).await.0.ends_with("manifest.json"));
    for path in ["/overlay/1", "/overlay/x", "/overlay/-1"] {
        let missing = manager.get(&format!("/admin/ar-projects/{}{path}", album.id)).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
    }
    let draft = shop.create().await;
    let missing = manager.get(&format!("/admin/ar-projects/{}/overlay/0", draft.id)).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_edit_stays_with_its_photo_in_a_new_version() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let editor = format!("/admin/ar-projects/{}/overlay/0", album.id);
    manager.submit_and_follow(&editor, &with(&[("zoom", "150")])).await;
    shop.owner(Method::POST, &album, "/revision").await;
    let mut finish = shop.upload_browser_album(&album, &[&photo(2), &photo(1)]).await;
    finish.replaces = 1;
    let answer = shop.finish(&album, "complete", &finish).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let (path, now) = manifest(&shop, &album.id).await;
    assert!(path.ends_with("/manifest-1.json") && !path.contains("/v1/"), "{path}");
    assert!(now["targets"][0].get("overlay").is_none());
    assert_eq!(now["targets"][1]["overlay"]["zoom"], 1.5);
}

#[tokio::test]
async fn of_two_who_edit_at_once_one_is_told() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let project = shop.state.db.project(&album.id).await.unwrap().unwrap();
    let actor = server::db::Actor::system();
    let edit = |zoom| {
        let overlay = Overlay { zoom, ..Overlay::default() };
        server::care::edit_overlay(&shop.state, &project, 0, Some(overlay), &actor)
    };
    edit(1.5).await.unwrap();
    assert!(format!("{:?}", edit(0.5).await.unwrap_err()).contains("changed_meanwhile"));
    assert!(format!("{:?}", edit(f64::NAN).await.unwrap_err()).contains("overlay_zoom"));
    assert_eq!(manifest(&shop, &album.id).await.1["targets"][0]["overlay"]["zoom"], 1.5);
}

#[tokio::test]
async fn a_video_is_replaced_without_compiling_and_a_bad_one_changes_nothing() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let path = format!("/admin/ar-projects/{}/video/0", album.id);
    let before = shop.project(&album.id).await;
    let files = shop.files();
    let refused = manager.send(multipart(&path, &[("video", "x.mp4", b"no video at all")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert!(refused.text().contains("This did not work"), "{}", refused.text());
    assert_eq!((shop.project(&album.id).await, shop.files()), (before.clone(), files));

    let page = manager.send(multipart(&path, &[("video", "x.mp4", &video(120))])).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
    let now = shop.project(&album.id).await;
    assert_eq!((now.status, now.link), (ProjectStatus::Ready, before.link));
    assert!(now.version > before.version);
    assert_eq!(shop.get(&now.targets[0].video).await.body, video(120));
    assert_eq!(shop.get(now.mind.as_ref().unwrap()).await.body, shop.get(&before.mind.unwrap()).await.body);
    assert_eq!(log(&shop, &album.id).await, [did("video")]);
    let missing = manager.send(multipart(&format!("{path}9"), &[("video", "x.mp4", &video(120))])).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);

    // What a customer sends for a new version of theirs is not overwritten.
    shop.owner(Method::POST, &album, "/revision").await;
    let refused = manager.send(multipart(&path, &[("video", "x.mp4", &video(150))])).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert_eq!(act(&manager, &album.id, "close").await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.announce(&album, "photo-0", 5).await.code(), "already_finished");
}

#[tokio::test]
async fn the_photos_of_a_published_album_are_compiled_again() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let before = shop.project(&album.id).await;
    assert_eq!(act(&manager, &album.id, "recompile").await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.project(&album.id).await.status, ProjectStatus::Queued);
    assert_eq!(shop.get(&format!("/ar/view/{}", album.id)).await.status, StatusCode::FOUND, "the old one is shown");
    let stop = shop.start_runners();
    let now = shop.wait_for_end(&album.id).await;
    stop.cancel();
    assert_eq!(now.status, ProjectStatus::Ready);
    assert!(now.version > before.version);
    assert_eq!(shop.get(&now.targets[0].video).await.body, video(90));
    assert_eq!(log(&shop, &album.id).await, [did("recompile")]);
}

#[tokio::test]
async fn what_is_done_to_an_album_is_asked_first_undone_and_written_down() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let path = format!("/admin/ar-projects/{}", album.id);
    let page = manager.get(&path).await.text();
    for words in
        ["Summer", "The lake", "published", "qr.pdf?download", "/ar/view/", "<video", "Move to the trash", "30 days"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let question = page.split("do/trash").next().unwrap();
    assert!(question.rfind("<details").unwrap() > question.rfind("</details>").unwrap_or(0), "it is asked first");
    for (name, status, said) in [
        ("extend", ProjectStatus::Ready, "extended"),
        ("extend", ProjectStatus::Ready, "extended"),
        ("extend", ProjectStatus::Ready, "extended"),
        ("permanent", ProjectStatus::Ready, "permanent now"),
        ("trash", ProjectStatus::Archived, "in the trash"),
        ("restore", ProjectStatus::Ready, "It is back"),
        ("archive", ProjectStatus::Archived, "archived"),
        ("restore", ProjectStatus::Ready, "It is back"),
        ("trash", ProjectStatus::Archived, "in the trash"),
        ("purge", ProjectStatus::Archived, "deleted for good"),
    ] {
        let page = manager.submit_and_follow(&format!("{path}/do/{name}"), &[]).await;
        assert!(page.text().contains(said), "{name}: {}", page.text());
        assert_eq!(shop.project(&album.id).await.status, status, "{name}");
    }
    let wanted =
        ["purge", "trash", "restore", "archive", "restore", "trash", "permanent", "extend", "extend", "extend"]
            .map(did);
    assert_eq!(log(&shop, &album.id).await, wanted);
    let refused = act(&manager, &album.id, "restore").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("deleted for good"), "{}", refused.text());
    assert_eq!(act(&manager, &album.id, "explode").await.status, StatusCode::NOT_FOUND);
    assert_eq!(act(&manager, "aaaaaaaaaaaaaaaaaaaa", "trash").await.status, StatusCode::NOT_FOUND);
    let page = manager.get(&path).await.text();
    assert!(!page.contains("/do/") && page.contains("Brought back"), "{page}");
    let found = manager.get(&format!("/admin/ar-projects?q={}", album.id.trim_start_matches("demo-"))).await.text();
    assert!(found.contains(&format!("/admin/ar-projects/{}", album.id)), "{found}");
    assert!(!manager.get("/admin/ar-projects?q=summer").await.text().contains(&album.id), "its name is forgotten");
}

#[tokio::test]
async fn a_failed_compile_is_tried_again() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let finish: Finish = shop.upload_album(&project, &[&photo(1)]).await;
    shop.finish(&project, "compile", &finish).await;
    let claim = shop.state.db.claim_compile().await.unwrap().unwrap();
    let failure = app::model::Failure { code: "too_few_features".into(), detail: "too few".into() };
    assert!(shop.state.db.fail_compile(&claim, &failure).await.unwrap());
    let manager = Browser::of(&shop, Role::Manager).await;
    let page = manager.get(&format!("/admin/ar-projects/{}", project.id)).await.text();
    assert!(page.contains("too_few_features") && page.contains("Try again"), "{page}");
    let dashboard = manager.get("/admin").await.text();
    assert!(dashboard.contains(">Too few.<"), "{dashboard}");
    assert_eq!(act(&manager, &project.id, "retry").await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Queued);
    assert_eq!(act(&manager, &project.id, "cancel").await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Draft);
    assert_eq!(log(&shop, &project.id).await, ["cancel", "retry"].map(did));
}

#[tokio::test]
async fn an_album_is_made_for_a_customer() {
    let shop = Shop::open().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let (owner, order) = (customer(&shop, "Ani Petrosyan").await, order(&shop, 1007).await);
    let make = |owner: &str, number: &str, video: &[u8]| {
        let parts: [(&str, &str, &[u8]); 6] = [
            ("name", "", "Свадьба".as_bytes()),
            ("owner", "", owner.as_bytes()),
            ("order", "", number.as_bytes()),
            ("term", "", b"permanent"),
            ("photo", "a.jpg", &photo(1)),
            ("video", "a.mp4", video),
        ];
        multipart("/admin/ar-projects", &parts)
    };
    for (answer, words) in [
        (manager.send(make("dddddddddddddddddddd", "", &video(90))).await, "no such customer"),
        (manager.send(make("", "1", &video(90))).await, "no such order"),
        (manager.send(make("", "", b"no video")).await, "This did not work"),
        (manager.send(multipart("/admin/ar-projects", &[("name", "", b"Alone")])).await, "A file is missing"),
        (manager.send(multipart("/admin/ar-projects", &[("photo", "a.jpg", &photo(1))])).await, "This did not work"),
    ] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.text().contains(words), "{words}: {}", answer.text());
    }
    assert!(shop.files().iter().all(|file| file.ends_with("/gone")), "nothing is left of what was refused");

    let answer = manager.send(make(&owner, "1007", &video(90))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let id = answer.header("location").trim_start_matches("/admin/ar-projects/").split('?').next().unwrap().to_owned();
    let stop = shop.start_runners();
    let view: ProjectView = shop.wait_for_end(&id).await;
    stop.cancel();
    assert_eq!((view.status, view.expires_ms, view.name.as_str()), (ProjectStatus::Ready, None, "Свадьба"));
    let page = manager.get(&format!("/admin/ar-projects/{id}")).await.text();
    assert!(
        page.contains(&format!("/admin/customers/{owner}")) && page.contains(&format!("/admin/orders/{order}")),
        "{page}"
    );
    assert_eq!(log(&shop, &id).await, ["create", "order", "owner"].map(did));

    for search in ["свад", "petros", "1007", "свадьба+ani", &id] {
        let list = manager.get(&format!("/admin/ar-projects?q={}", search.replace("св", "%D1%81%D0%B2"))).await.text();
        assert!(list.contains(&id), "{search}: {list}");
    }
    assert!(!manager.get("/admin/ar-projects?q=petros+elsewhere").await.text().contains(&id));
}

#[tokio::test]
async fn an_album_is_put_to_orders_and_customers_and_taken_away() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let path = format!("/admin/ar-projects/{}", album.id);
    let owner = customer(&shop, "Ani").await;
    order(&shop, 1007).await;
    order(&shop, 1008).await;
    for (what, field, value) in [("order", "order", "999"), ("order", "order", "many"), ("owner", "owner", "nobody")] {
        let refused = manager.submit(&format!("{path}/{what}"), &[(field, value)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
        assert!(refused.text().contains(&format!("value=\"{value}\"")), "nothing entered is lost");
    }
    let links = async || {
        let links = shop.state.db.project_links(&album.id).await.unwrap();
        (links.owner, links.order)
    };
    manager.submit_and_follow(&format!("{path}/order"), &[("order", "1007")]).await;
    manager.submit_and_follow(&format!("{path}/owner"), &[("owner", &owner)]).await;
    assert_eq!(links().await, (Some("Ani".to_owned()), Some(1007)));
    let taken = manager.submit(&format!("{path}/order"), &[("order", "1008")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "it belongs to another order");
    manager.submit_and_follow(&format!("{path}/order"), &[]).await;
    manager.submit_and_follow(&format!("{path}/owner"), &[]).await;
    assert_eq!(links().await, (None, None));
    assert_eq!(log(&shop, &album.id).await, ["owner", "order", "owner", "order"].map(did));
}

#[tokio::test]
async fn the_list_is_sorted_filtered_and_paged() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    assert!(manager.get("/admin/ar-projects").await.text().contains("There is no living photo yet"));
    for number in 0..60 {
        shop.state.db.create_project(&format!("p{number:02}"), &format!("Album {number}"), "", None).await.unwrap();
        clock.advance(Duration::from_millis(1));
    }
    let album = shop.publish().await;
    let ids = |page: &str| -> Vec<String> {
        let links = page.split("href=\"/admin/ar-projects/").skip(1).map(|rest| rest.split('"').next().unwrap());
        links.filter(|id| *id != "new").map(str::to_owned).collect()
    };
    let first = manager.get("/admin/ar-projects").await.text();
    assert_eq!((ids(&first).len(), &ids(&first)[0], ids(&first)[1].as_str()), (50, &album.id, "p59"));
    let next = first.split("rel=\"next\"").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = manager.get(&next.replace("&amp;", "&")).await.text();
    assert_eq!((ids(&second).len(), ids(&second)[10].as_str()), (11, "p00"));
    for sort in ["largest", "ends-first", "ends-last"] {
        assert_eq!(ids(&manager.get(&format!("/admin/ar-projects?sort={sort}")).await.text())[0], album.id, "{sort}");
    }
    assert_eq!(ids(&manager.get("/admin/ar-projects?sort=oldest").await.text())[0], "p00");
    assert_eq!(ids(&manager.get("/admin/ar-projects?status=ready").await.text()), std::slice::from_ref(&album.id));
    assert_eq!(ids(&manager.get("/admin/ar-projects?ends=soon").await.text()), std::slice::from_ref(&album.id));
    assert_eq!(ids(&manager.get("/admin/ar-projects?order=yes").await.text()), [""; 0]);
    assert_eq!(ids(&manager.get("/admin/ar-projects?q=album+7").await.text()), ["p07"]);
    let printer = Browser::of(&shop, Role::Printer).await;
    let page = printer.get(&format!("/admin/ar-projects/{}", album.id)).await.text();
    assert!(!page.contains("/do/") && !page.contains("/overlay/"), "who may only look is offered nothing else");
}

#[tokio::test]
async fn scans_and_plays_are_counted_without_the_database() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    let album = shop.publish().await;
    let link = format!("/ar/view/{}", album.id);
    let played = format!("/api/ar/projects/{}/played", album.id);
    let post = |path: &str| shop.send(Request::post(path).body(Body::empty()).unwrap());
    for _ in 0..3 {
        shop.get(&link).await;
    }
    shop.send(Request::head(&link).body(Body::empty()).unwrap()).await;
    assert_eq!(post(&played).await.status, StatusCode::NO_CONTENT);
    for unknown in ["aaaaaaaaaaaaaaaaaaaa", "x"] {
        shop.get(&format!("/ar/view/{unknown}")).await;
        assert_eq!(post(&format!("/api/ar/projects/{unknown}/played")).await.status, StatusCode::NOT_FOUND);
    }
    let draft = shop.create().await;
    shop.get(&format!("/ar/view/{}", draft.id)).await;
    write_down(&shop.state).await.unwrap();
    clock.advance(DAY);
    let scanned_ms = clock.now_ms();
    shop.get(&link).await;
    write_down(&shop.state).await.unwrap();
    post(&played).await;
    write_down(&shop.state).await.unwrap();

    let links = shop.state.db.project_links(&album.id).await.unwrap();
    assert_eq!((links.scans, links.plays, links.scanned_ms), (4, 2, Some(scanned_ms)));
    assert_eq!(shop.state.db.project_links(&draft.id).await.unwrap().scans, 0);
    let days = shop.state.db.visits_of(&album.id, 0).await.unwrap();
    assert_eq!(days.iter().map(|day| (day.scans, day.plays)).collect::<Vec<_>>(), [(3, 1), (1, 1)]);
    assert_eq!(days[1].day, days[0].day + 1);
    let together = shop.state.db.numbers(0).await.unwrap().visits;
    let sum = |count: fn(&DayVisits) -> i64| together.iter().map(count).sum::<i64>();
    assert_eq!((together.len(), sum(|day| day.scans), sum(|day| day.plays)), (2, 4, 2));
    let manager = Browser::of(&shop, Role::Manager).await;
    let page = manager.get(&format!("/admin/ar-projects/{}", album.id)).await.text();
    assert!(page.contains("3 scans, 1 play") && page.contains("1 scan, 1 play"), "{page}");

    shop.get(&link).await;
    shop.state.db.close().await;
    assert!(write_down(&shop.state).await.is_err());
    assert_eq!(shop.get(&link).await.status, StatusCode::FOUND, "a scan does not ask the database");
}

#[tokio::test]
async fn albums_from_before_there_was_a_search_are_found() {
    let shop = Shop::open().await;
    let row = vec!["old".into(), "Ancient".into(), "draft".into(), 1.into(), 1.into(), 0.into(), 0.into()];
    let columns = ["id", "name", "status", "created_ms", "updated_ms", "lease_until_ms", "attempts"];
    shop.state.db.add_rows("ar_projects", &columns, &[row]).await.unwrap();
    let manager = Browser::of(&shop, Role::Manager).await;
    assert!(!manager.get("/admin/ar-projects?q=ancient").await.text().contains("/admin/ar-projects/old"));
    assert!(shop.state.db.index_projects().await.unwrap());
    assert!(!shop.state.db.index_projects().await.unwrap(), "once");
    assert!(manager.get("/admin/ar-projects?q=ancient").await.text().contains("/admin/ar-projects/old"));
}
