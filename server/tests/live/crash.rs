//! The process is killed at random instants while customers upload, publish and have the server compile.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::model::{ProjectCreated, ProjectStatus};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::StatusCode;
use tokio::sync::watch;

use crate::{
    album::photo,
    customer::{Album, Call, Customer, site},
    database::new_database,
    files::files_below,
    process::{Installation, UNLIMITED},
};

const KILLS: u32 = 200;
/// Customers whose browsers compile, and customers for whom the server does.
const CUSTOMERS: [usize; 2] = [3, 2];
/// Latest instant of a death, counted from when the server listens.
const LIFE_MS: u64 = 400;
const SEED: u64 = 20_261_124;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_project_is_lost_however_often_the_process_is_killed() {
    let database = new_database().await;
    let options = ["--compile-lease-s", "3", "--demo-hours", "0", "--db-connections", "2"];
    let kinora = Installation::new(database.as_ref(), &[&options[..], &UNLIMITED].concat());
    let album = Arc::new(Album::of(photo(1)));
    let (place, site_of_all) = watch::channel(None);
    let closing = Arc::new(AtomicBool::new(false));
    let customers: Vec<Arc<Customer>> =
        (0..CUSTOMERS.iter().sum::<usize>()).map(|_| Arc::new(Customer::new(site_of_all.clone()))).collect();
    let work = customers.iter().enumerate().map(|(number, customer)| {
        let (customer, album, closing) = (Arc::clone(customer), Arc::clone(&album), Arc::clone(&closing));
        tokio::spawn(async move { make_albums(&customer, &album, number < CUSTOMERS[0], &closing).await })
    });
    let work: Vec<_> = work.collect();

    let mut random = StdRng::seed_from_u64(SEED);
    let mut interrupted = BTreeMap::new();
    for _ in 0..KILLS {
        let mut server = kinora.start();
        place.send_replace(Some(server.url.clone()));
        // Not a wait for something: the instant of death is what this test is about.
        tokio::time::sleep(Duration::from_micros(random.random_range(0..LIFE_MS * 1000))).await;
        for customer in &customers {
            *interrupted.entry(customer.phase()).or_insert(0) += 1;
        }
        server.kill();
        place.send_replace(None);
        nothing_half_is_shown(&kinora.data().join("objects"), &album);
    }
    closing.store(true, Ordering::Relaxed);
    let server = kinora.start();
    place.send_replace(Some(server.url.clone()));
    let mut projects = Vec::new();
    for customer in work {
        projects.extend(customer.await.unwrap());
    }
    eprintln!("{KILLS} kills, {} albums; what customers were at: {interrupted:?}", projects.len());
    for phase in ["upload", "publish", "compile"] {
        assert!(interrupted.contains_key(phase), "no kill met {phase}: {interrupted:?}");
    }
    // On a busy machine none may come to its end between two deaths: then it has failed, and was asked for again.
    let again = kinora.logged("compiled").iter().filter(|fields| fields["attempt"].as_i64() > Some(1)).count();
    let given_up =
        kinora.logged("the compile failed").iter().filter(|fields| fields["code"] == "compile_crashed").count();
    assert!(again + given_up > 0, "no compile was interrupted");

    let visitor = Customer::keeping_alive(site(&server.url));
    for project in &projects {
        assert_eq!(visitor.project(&project.id).await.status, ProjectStatus::Ready);
        let scan = visitor.ask(&Call::get(&format!("/ar/view/{}", project.id))).await;
        assert_eq!(scan.status, StatusCode::FOUND);
    }
    let swept = kinora.run(&["gc", "--older-than-hours", "0"]);
    assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
    only_what_is_needed_is_left(&kinora, &visitor).await;
    assert_eq!(visitor.refused(), 0, "what nobody kills refuses nobody");
}

/// Makes albums until it is time to close; every one that was begun is finished.
async fn make_albums(
    customer: &Customer,
    album: &Album,
    in_browser: bool,
    closing: &AtomicBool,
) -> Vec<ProjectCreated> {
    let mut projects = Vec::new();
    while !closing.load(Ordering::Relaxed) {
        let project = if in_browser {
            customer.publish(album).await
        } else {
            let project = customer.queue(album).await;
            customer.wait_until_ready(&project).await;
            project
        };
        projects.push(project);
    }
    projects
}

/// Whatever an index names is there, whole.
fn nothing_half_is_shown(objects: &Path, album: &Album) {
    for folder in std::fs::read_dir(objects.join("ar-storage")).into_iter().flatten() {
        let folder = folder.unwrap().path();
        let Ok(index) = std::fs::read_to_string(folder.join("index.html")) else { continue };
        let version = version_in(&index);
        let read = |name: &str| {
            let file = folder.join(&version).join(name);
            std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        };
        assert_eq!(read("video-0.mp4"), album.video);
        assert_eq!(read("targets.mind"), album.mind);
        assert_eq!(read("photo-0.jpg")[..2], [0xff, 0xd8]);
        let manifest: serde_json::Value = serde_json::from_slice(&read("manifest.json")).unwrap();
        assert_eq!(manifest["targets"].as_array().unwrap().len(), 1);
    }
}

/// The folder that an album's page names.
fn version_in(index: &str) -> String {
    let found = index.split(['"', '/']).find(|part| {
        part.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
    });
    found.unwrap_or_else(|| panic!("no version in {index}")).to_owned()
}

/// Each file in the store belongs to a project, and each project has just those that it should.
async fn only_what_is_needed_is_left(kinora: &Installation, visitor: &Customer) {
    let files = files_below(&kinora.data().join("objects"));
    let mut by_project: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let id = file.split('/').nth(1).unwrap().to_owned();
        by_project.entry(id).or_default().push(file);
    }
    for (id, files) in by_project {
        let view = visitor.project(&id).await;
        let mut expected = match view.status {
            ProjectStatus::Ready => {
                let version = format!("v{}", view.version);
                let names = ["manifest.json", "photo-0.jpg", "targets.mind", "video-0.mp4", "viewer.mind"];
                let mut expected = names.map(|name| format!("ar-storage/{id}/{version}/{name}")).to_vec();
                expected.push(format!("ar-storage/{id}/index.html"));
                expected.push(format!("originals/{id}/{version}/photo-0"));
                expected
            }
            // Its customer never heard of it, and began another one.
            ProjectStatus::Draft => vec![format!("ar-storage/{id}/pending"), format!("uploads/{id}/open")],
            other => panic!("{id} is {other:?}"),
        };
        expected.sort();
        assert_eq!(files, expected, "{id}, {:?}", view.status);
    }
}
