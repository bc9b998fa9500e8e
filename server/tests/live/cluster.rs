//! Two processes on one PostgreSQL and one S3 store, behind a balancer. On SQLite there is one process, and nothing to test.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use app::model::ProjectStatus;
use reqwest::StatusCode;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    album::photo,
    customer::{Album, Call, Customer, announce, part, site},
    database::new_database,
    process::{Installation, UNLIMITED},
    s3_server::S3Server,
};

const COMPILES: usize = 40;
const METRICS_TOKEN: &str = "a-token-of-metrics";

/// Gives each connection to the next server; its own address.
async fn balance(servers: Vec<SocketAddr>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let turn = AtomicUsize::new(0);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = servers[turn.fetch_add(1, Ordering::Relaxed) % servers.len()];
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await.unwrap();
                // Whoever hangs up first is no matter of ours.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    format!("http://{address}")
}

/// The sum of a counter over all servers.
async fn sum(customer: &Customer, servers: &[&str], name: &str) -> (f64, Vec<f64>) {
    let call = Call::get("/metrics").header("authorization", format!("Bearer {METRICS_TOKEN}"));
    let mut each = Vec::new();
    for server in servers {
        let text = String::from_utf8(customer.once(server, &call).await.unwrap().body).unwrap();
        let value = text.lines().find(|line| line.starts_with(name)).map(|line| line.rsplit(' ').next().unwrap());
        each.push(value.map_or(0.0, |value| value.parse().unwrap()));
    }
    (each.iter().sum(), each)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_uploads_and_each_compile_runs_once() {
    let Some(database) = new_database().await else { return };
    let store = S3Server::start().await;
    let variables = store.variables();
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let options =
        ["--compile-threads", "1", "--metrics-token", METRICS_TOKEN, "--public-url", "https://photos.example"];
    let kinora = Installation::new(Some(&database), &[&options[..], &UNLIMITED].concat()).with(&variables);
    let (one, two) = (kinora.start(), kinora.start());
    let servers = [one.url.as_str(), two.url.as_str()];
    let addresses = servers.map(|url| url.strip_prefix("http://").unwrap().parse().unwrap());
    let customer = Customer::new(site(&balance(addresses.to_vec()).await));

    let album = Album::of(photo(1));
    let project = customer.create().await;
    let announced = customer.once(&one.url, &announce(&project, "video-0", album.video.len())).await.unwrap();
    assert_eq!(announced.status, StatusCode::CREATED);
    let middle = album.video.len() / 2;
    for (server, from, to) in [(&one.url, 0, middle), (&two.url, middle, album.video.len())] {
        let sent = customer.once(server, &part(&project, "video-0", from, &album.video[from..to])).await.unwrap();
        assert_eq!(sent.status, StatusCode::NO_CONTENT, "{sent:?}");
    }
    let finish = customer.upload_album(&project, &album, true).await;
    let view = customer.finish(&project, "complete", &finish).await;
    for server in servers {
        let video = customer.once(server, &Call::get(&view.targets[0].video)).await.unwrap();
        assert!(video.status == StatusCode::OK && video.body == album.video);
    }

    let mut projects = Vec::new();
    for _ in 0..COMPILES {
        projects.push(customer.queue(&album).await);
    }
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let wanted = COMPILES as f64;
    for project in &projects {
        // A compile that runs twice may run for ever: that is looked for while the queue is worked off, too.
        while customer.project(&project.id).await.status != ProjectStatus::Ready {
            let (ran, each) = sum(&customer, &servers, "kinora_compile_seconds_count").await;
            assert!(ran <= wanted, "{each:?}");
        }
        let view = customer.project(&project.id).await;
        assert_eq!(view.status, ProjectStatus::Ready);
        assert_eq!(customer.ask(&Call::get(&view.mind.unwrap())).await.body, album.mind);
    }
    let (ran, each) = sum(&customer, &servers, "kinora_compile_seconds_count").await;
    assert_eq!(ran, wanted, "{each:?}");
    assert!(each.iter().all(|share| *share > 0.0), "both took part: {each:?}");
    assert_eq!(sum(&customer, &servers, "kinora_compiles_total{outcome=\"ready\"}").await.0, wanted);
}
