//! What people read is in their language: pages show no id of a text and no leftover English; ids in the sources are those
//! of texts, and no text lies idle.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use app::{
    crm,
    form::FormState,
    format::Format,
    frame::{Frame, Staff},
    language::Language,
    model::{Failure, ProjectStatus, ProjectView, TargetView},
    pages::{self, sign_in},
    permissions::Role,
};
use axum::http::{Method, StatusCode};
use server::routes::admin::ROUTES;

use crate::{
    browser::Browser,
    shop::{Shop, files::files_below},
};

/// What is written the same in every language, beside codes of up to four capitals.
const SAME_EVERYWHERE: [&str; 4] = ["Kinora", "MindAR", "WebP", "kB"];
/// Attributes that people read or hear.
const READ: [&str; 4] = ["alt", "aria-label", "placeholder", "title"];
const VOID: [&str; 11] = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track"];

/// Asserts that a page is in its language: it says so, shows no id of a text, and, but for `data` that people have entered,
/// each of its words belongs to a text with letters of the language. Words in `<code>` and below another `lang` are left out.
pub(crate) fn assert_translated(html: &str, language: Language, data: &[&str]) {
    assert!(html.contains(&format!("<html lang=\"{}\"", language.code())), "{language:?}: {html}");
    let ids = ids();
    for text in texts(html) {
        let id = words(&text).find(|word| word.contains('-') && ids.contains(*word));
        assert_eq!(id, None, "{language:?} shows an id in {text:?}");
        let own = data.iter().fold(text.clone(), |text, datum| text.replace(datum, " "));
        let is_own = |letter: char| match language {
            Language::En => letter.is_ascii_alphabetic(),
            Language::Ru => ('\u{400}'..='\u{4ff}').contains(&letter),
            Language::Hy => ('\u{530}'..='\u{58f}').contains(&letter),
        };
        let is_foreign = |word: &&str| {
            let is_code = word.len() <= 4 && word.chars().all(|letter| letter.is_ascii_uppercase());
            word.contains(char::is_alphabetic)
                && !word.contains(|mark: char| mark.is_ascii_digit() || "@/._:".contains(mark))
                && !SAME_EVERYWHERE.contains(word)
                && !Language::ALL.iter().any(|language| language.own_name() == *word)
                && !is_code
        };
        let foreign = words(&own).find(is_foreign).filter(|_| !own.contains(is_own));
        assert_eq!(foreign, None, "{language:?} leaves untranslated: {text:?}");
    }
}

/// Words with the hyphens, dots and slashes within them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|mark: char| !mark.is_alphanumeric() && !"-_./@:".contains(mark));
    words.map(|word| word.trim_matches(|mark: char| !mark.is_alphanumeric())).filter(|word| !word.is_empty())
}

/// What a page says: its text and the attributes that are read, without entities.
fn texts(html: &str) -> Vec<String> {
    let mut said = Vec::new();
    // Open elements, and whether they are left out.
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        let is_left_out = |open: &[(String, bool)]| open.iter().any(|(_, is_left_out)| *is_left_out);
        if !is_left_out(&open) {
            said.push(plain(text));
        }
        let (tag, after) = split_tag(tag);
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.iter().rposition(|(opened, _)| opened == name.trim());
            open.truncate(closed.unwrap_or(open.len()));
            continue;
        }
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let attributes = read_attributes(attributes);
        let is_other = name != "html" && attributes.contains_key("lang");
        let skip = is_other || ["code", "script", "style", "svg"].contains(&name);
        if !skip && !is_left_out(&open) {
            said.extend(READ.iter().filter_map(|read| attributes.get(*read)).map(|value| plain(value)));
        }
        if !VOID.contains(&name) {
            open.push((name.to_owned(), skip));
        }
        if ["script", "style"].contains(&name) {
            let end = rest.find("</").unwrap_or(rest.len());
            rest = &rest[end..];
        }
    }
    said.retain(|text| !text.trim().is_empty());
    said
}

/// Up to the end of a tag, which is not within quotes, and behind it.
fn split_tag(tag: &str) -> (&str, &str) {
    if let Some(comment) = tag.strip_prefix("!--") {
        let end = comment.find("-->").map_or(tag.len(), |end| end + 6);
        return ("!", &tag[end..]);
    }
    let mut is_quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return (&tag[..at], &tag[at + 1..]),
            _ => {}
        }
    }
    (tag, "")
}

fn read_attributes(mut text: &str) -> BTreeMap<&str, &str> {
    let mut attributes = BTreeMap::new();
    while let Some((before, value)) = text.split_once("=\"") {
        let name = before.rsplit(char::is_whitespace).next().unwrap();
        let (value, after) = value.split_once('"').unwrap();
        attributes.insert(name, value);
        text = after;
    }
    attributes
}

fn plain(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    entities.into_iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// Below the folder of the checkout.
fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read_all(folder: &str, ending: &str) -> String {
    let folder = checkout(folder);
    let files = files_below(&folder).into_iter().filter(|file| file.ends_with(ending));
    files.map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).collect::<Vec<_>>().join("\n")
}

/// The ids of all texts in any language.
fn ids() -> BTreeSet<String> {
    let texts = read_all("app/locales", ".ftl");
    let is_first = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
    texts.lines().filter(is_first).filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

fn sources() -> String {
    ["app/src", "server/src"].map(|folder| read_all(folder, ".rs")).concat()
}

fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(plain)
}

#[test]
fn leftovers_on_a_page_are_found() {
    let page = |body: &str| format!("<!doctype html><html lang=\"ru\"><body>{body}</body></html>");
    let good = [
        "<p>Готово &gt; Ready</p>",
        "<code>not_found</code>",
        "<button lang=\"en\" title=\"It is\">English</button>",
        "<p>Summer</p><p>1,2 GB, https://photos.example/a</p><!-- a note -->",
        "<input value=\"anything\" aria-label=\"Имя\"><style>p > a {}</style>",
    ];
    for body in good {
        assert_translated(&page(body), Language::Ru, &["Summer"]);
    }
    let bad = [
        "<p>nav-main</p>",
        "Вот: nav-main.",
        "<p>Save it</p>",
        "<b>Да</b> no",
        "<img alt=\"A photo\">",
        "<p>Պահել</p>",
    ];
    for body in bad {
        let found = std::panic::catch_unwind(|| assert_translated(&page(body), Language::Ru, &[]));
        assert!(found.is_err(), "{body}");
    }
    assert!(std::panic::catch_unwind(|| assert_translated(&page(""), Language::Hy, &[])).is_err(), "another language");
}

#[test]
fn ids_in_the_sources_are_those_of_texts() {
    let (ids, sources) = (ids(), sources());
    let mut seen = 0;
    for call in [".text(\"", "text_with(\"", "t(\"", ".around(\"", ".refuse(\"", "said=", "Some(\"said-"] {
        for (at, _) in sources.match_indices(call) {
            // `t` is a name of its own, not the end of another.
            let before = sources[..at].chars().next_back().unwrap();
            if call.starts_with('t') && (before.is_alphanumeric() || before == '_' || before == ':') && call == "t(\"" {
                continue;
            }
            let from = at + call.find("said-").unwrap_or(call.len());
            let end = sources[from..].find(['"', '&', ' ', '{', '\n']).unwrap();
            let id = &sources[from..from + end];
            if is_id(id) && !entry_field(&sources[..at], call, &sources[from + end..]) {
                seen += 1;
                assert!(ids.contains(id), "no text has the id {id}, which is asked for by {call}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Whether a call only looks like one for a text: `entry.text("name", 10)` reads a field of a form.
fn entry_field(before: &str, call: &str, after: &str) -> bool {
    call == ".text(\"" && (before.ends_with("entry") || after.starts_with("\","))
}

/// How ids begin that are put together while the server runs, as in `format!("role-{role}")`.
fn prefixes(sources: &str) -> BTreeSet<&str> {
    let begun = sources.match_indices("-{").map(|(at, _)| sources[..=at].rsplit('"').next().unwrap());
    begun.filter(|prefix| is_id(prefix)).collect()
}

/// How ids begin of texts that are there for any section to use.
const SHARED: [&str; 3] = ["list-", "nav-", "problem-"];

#[test]
fn no_text_lies_idle() {
    let (sources, compiler) = (sources(), read_all("compiler-wasm/src", ".rs"));
    let template = read_all("server/viewer", "notice.html");
    let prefixes = prefixes(&sources);
    let is_idle = |id: &String| match id.strip_prefix("error-") {
        Some(code) => [&sources, &compiler].iter().all(|text| !text.contains(&format!("\"{code}\""))),
        None => {
            [&sources, &template].iter().all(|text| !text.contains(&format!("\"{id}\"")))
                && !sources.contains(&format!("said={id}"))
                && !prefixes.iter().chain(&SHARED).any(|prefix| id.starts_with(prefix))
        }
    };
    let idle: Vec<String> = ids().into_iter().filter(is_idle).collect();
    assert!(idle.is_empty(), "nothing shows {idle:?}");
}

/// Codes that only programs meet: they speak the upload protocol wrong, or watch the server.
const FOR_PROGRAMS: [&str; 9] = [
    "checksum_algorithm",
    "chunk_too_large",
    "invalid_json",
    "not_ready",
    "tus_version",
    "upload_content_type",
    "upload_length",
    "upload_metadata",
    "upload_offset",
];

#[test]
fn every_error_that_a_person_can_meet_has_its_text() {
    let sources = sources();
    let makers = ["::invalid(", "::conflict(", "::unavailable(", "::too_many(", "::refused(", "too_large(", "failure("];
    let mut codes = BTreeSet::new();
    for (at, maker) in makers.iter().flat_map(|maker| sources.match_indices(maker)) {
        let arguments = sources[at + maker.len()..].split(';').next().unwrap();
        if let Some((before, rest)) = arguments.split_once('"')
            && !before.contains(['{', ')'])
        {
            codes.insert(rest.split('"').next().unwrap().to_owned());
        }
    }
    let compiler = read_all("compiler-wasm/src", "error.rs");
    for (text, code) in [(&compiler, "=> \""), (&sources, "Video")] {
        for line in text.lines().filter(|line| line.contains("Self::") && line.contains("=> \"")) {
            let literal = line.split('"').nth(1).unwrap();
            if code == "=> \"" || literal.starts_with("video_") {
                codes.insert(literal.to_owned());
            }
        }
    }
    // Heard by the runner alone.
    codes.remove("stopped");
    let codes: Vec<String> =
        codes.into_iter().filter(|code| is_id(code) && !FOR_PROGRAMS.contains(&code.as_str())).collect();
    assert!(codes.len() > 50, "{codes:?}");
    for language in [Language::Ru, Language::Hy] {
        let unsaid: Vec<_> = codes
            .iter()
            .filter(|code| {
                [format!("error-{code}"), format!("order-refused-{}", code.replace('_', "-"))]
                    .iter()
                    .all(|id| language.find(id).is_none())
            })
            .collect();
        assert!(unsaid.is_empty(), "{language:?} says nothing of {unsaid:?}");
    }
}

fn frame(language: Language, staff: Option<Role>) -> Frame {
    let staff = staff.map(|role| Staff { name: "Ani".to_owned(), role });
    let said = Some("said-saved".to_owned());
    Frame { format: Format::new(language, "UTC"), path: "/".to_owned(), assets: "/assets/test".to_owned(), staff, said }
}

fn album(status: ProjectStatus, version: u32, until_ms: Option<i64>) -> ProjectView {
    let target = TargetView {
        name: "Harbour".to_owned(),
        photo: "/photo-0.jpg".to_owned(),
        video: "/video-0.mp4".to_owned(),
        width: 640,
        height: 480,
        features: 321,
        tracking_points: 21,
    };
    let detail = "photo-0: the photo can't be read".to_owned();
    ProjectView {
        id: "demo-x".to_owned(),
        name: "Summer".to_owned(),
        status,
        failure: Some(Failure { code: "undecodable".to_owned(), detail }),
        link: "https://photos.example/ar/view/demo-x".to_owned(),
        qr_least_mm: 20,
        created_ms: 0,
        mind_bytes: Some(1_234_567),
        mind: Some("/targets.mind".to_owned()),
        targets: vec![target],
        version,
        bytes: 9,
        expires_ms: until_ms,
        extensions_left: 2,
        purge_ms: until_ms,
    }
}

#[test]
fn the_pages_and_their_islands_are_in_the_readers_language() {
    use ProjectStatus::{Archived, Compiling, Draft, Expired, Failed, Queued, Ready};
    const ENTERED: [&str; 3] = ["Harbour", "Summer", "Ani"];
    for language in Language::ALL {
        let reader = frame(language, None);
        let form = FormState::default();
        for page in [
            pages::home(&reader),
            pages::studio(&reader),
            pages::not_found(&reader),
            sign_in::login(&reader, &form),
            sign_in::code(&reader, &form),
            sign_in::signup(&reader, &form),
            sign_in::forgotten(&reader, &form),
            sign_in::reset(&reader, &form),
            sign_in::message(&reader, "password-forgotten", "password-link-sent"),
        ] {
            assert_translated(&page, language, &[]);
        }
        for status in [Draft, Queued, Compiling, Ready, Failed, Expired, Archived] {
            for (version, until_ms) in [(0, None), (1, None), (1, Some(1_795_563_457_000))] {
                let page = pages::status(&reader, album(status, version, until_ms));
                assert_translated(&page, language, &ENTERED);
                let nameless = ProjectView { name: String::new(), ..album(status, version, until_ms) };
                assert_translated(&pages::status(&reader, nameless), language, &ENTERED);
            }
        }
        for role in Role::ALL.into_iter().filter(|role| role.is_staff()) {
            assert_translated(&crm::forbidden(&frame(language, Some(role))), language, &ENTERED);
        }
    }
}

#[tokio::test]
async fn the_server_answers_in_the_readers_language() {
    let shop = Shop::with(|config| config.rate_burst = 100_000).await;
    let staff = Browser::of(&shop, Role::Admin).await;
    let pending = shop.create().await.id;
    let removed = shop.publish().await;
    shop.owner(Method::DELETE, &removed, "").await;
    let notices = [
        ("/ar/view/abcdefghijkmnpqrstuv".to_owned(), StatusCode::NOT_FOUND),
        (format!("/ar/view/{pending}"), StatusCode::NOT_FOUND),
        (format!("/ar/view/{}", removed.id), StatusCode::GONE),
        (format!("/objects/ar-storage/{}/index.html", removed.id), StatusCode::GONE),
        ("/viewer/nothing.js".to_owned(), StatusCode::NOT_FOUND),
        ("/nothing-here".to_owned(), StatusCode::NOT_FOUND),
    ];
    for language in Language::ALL {
        let mut reader = Browser::new(&shop);
        reader.language = language.code();
        for path in ["/", "/living-photos", "/login", "/signup", "/password", "/password/unknown"] {
            assert_translated(&reader.get(path).await.text(), language, &[]);
        }
        let form = reader.submit("/signup", &[("name", ""), ("email", "nobody"), ("password", "short")]).await;
        assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_translated(&form.text(), language, &["nobody"]);
        for (path, status) in &notices {
            let page = reader.get(path).await;
            assert_eq!(page.status, *status, "{path}");
            assert_translated(&page.text(), language, &[]);
        }
        let wrong = reader.request(Method::PUT, "/login").await;
        assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_translated(&wrong.text(), language, &["request", "method_not_allowed"]);

        // Whoever works here has chosen a language by the switch in the footer.
        staff.submit("/language", &[("language", language.code()), ("back", "/admin")]).await;
        for (_, path, _) in ROUTES
            .iter()
            .filter(|(method, path, _)| *method == Method::GET && !path.starts_with("/api/") && !path.contains('{'))
        {
            let page = staff.get(path).await;
            if page.header("content-type").starts_with("text/html") {
                assert_translated(&page.text(), language, &[Role::Admin.name(), "Summer"]);
            }
        }
    }
}

#[tokio::test]
async fn an_error_is_told_in_the_language_that_was_asked_for() {
    let shop = Shop::open().await;
    let told = async |language: &str| {
        let answer = shop.get_with("/api/ar/projects/abcdefghijkmnpqrstuv", "accept-language", language).await;
        assert_eq!(answer.code(), "not_found");
        answer.json::<app::model::Problem>().detail
    };
    assert_eq!(told("en-GB").await, "There is nothing at this address; check the link.");
    assert_eq!(told("ru-RU,ru;q=0.9,en;q=0.8").await, "По этому адресу ничего нет; проверьте ссылку.");
    assert_eq!(told("hy").await, "Այս հասցեում ոչինչ չկա. ստուգեք հղումը։");
    assert_eq!(told("fr").await, "There is nothing at this address; check the link.", "the shop's own");
}

#[test]
fn a_compile_of_many_photos_names_the_one_it_failed_at() {
    let failure = |detail: &str| Failure { code: "undecodable".to_owned(), detail: detail.to_owned() };
    let text = failure("photo-1: the photo can't be read").text(Language::Ru);
    assert!(text.starts_with("Фото 2: Фото не читается"), "{text}");
    assert!(failure("the photo can't be read").text(Language::Ru).starts_with("Фото не читается"));
    assert_eq!(failure("the photo can't be read").text(Language::En), "The photo can't be read.");
    let odd = Failure { code: "never_heard_of".to_owned(), detail: "odd".to_owned() };
    assert_eq!(odd.text(Language::Hy), "Odd.", "better than nothing");
}
