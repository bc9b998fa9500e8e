//! What the predecessor died of, made hard: a pool of one connection, the compile pool full of 12 MP photos, and 50 clients
//! that read pages and lists and publish albums as fast as they are answered. The same clients on the idle server come first.
//!
//! Fails when anybody was refused or met an error, or when the 99th percentile of the reads was above 50 ms and above three
//! times that of the idle server. Runs on SQLite, and on PostgreSQL where `KINORA_TEST_POSTGRES` names a server.

#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is not as expected")]
#![allow(clippy::print_stdout, reason = "its result")]
#![allow(dead_code, reason = "the fixtures are those of the tests, which use all of them")]

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use album::{encode, photo};
use app::permissions::Role;
use customer::{Album, Answer, Call, Customer, site};
use database::new_database;
use image::{GrayImage, ImageFormat};
use process::{Installation, Kinora, UNLIMITED};
use server::{
    accounts::create,
    db::{Actor, Product},
    demo::{Sizes, fill},
};

#[path = "../tests/fixtures/album.rs"]
mod album;
#[path = "../tests/fixtures/customer.rs"]
mod customer;
#[path = "../tests/fixtures/database.rs"]
mod database;
#[path = "../../compiler-wasm/tests/it/drawing.rs"]
mod drawing;
#[path = "../tests/fixtures/process.rs"]
mod process;

const CLIENTS: usize = 50;
const COMPILES: usize = 8;
const WARM_UP: Duration = Duration::from_secs(3);
const MEASURED: Duration = Duration::from_secs(20);
/// Reads between two albums of a client.
const READS_AN_ALBUM: usize = 60;
const ALBUMS: usize = 10;
const PRODUCTS: u32 = 40;
/// Pages of the CRM: the dashboard and every list.
const CRM: [&str; 9] = [
    "GET /admin",
    "GET /admin/orders",
    "GET /admin/ar-projects",
    "GET /admin/products",
    "GET /admin/currencies",
    "GET /admin/customers",
    "GET /admin/mail",
    "GET /admin/audit",
    "GET /admin/users",
];
const BOUND_MS: f64 = 50.0;
const BOUND_RATIO: f64 = 3.0;
const METRICS_TOKEN: &str = "a-token-of-metrics";
const OPTIONS: [&str; 6] = ["--db-connections", "1", "--metrics-token", METRICS_TOKEN, "--quota-upload-mb", "1000000"];
const EMAIL: &str = "admin@shop.example";
const PASSWORD: &str = "correct horse battery";
/// The shop whose lists are read meanwhile.
const SHOP: Sizes = Sizes { customers: 500, orders: 2000, projects: 500, days: 365, seed: 1 };

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let mut is_good = measure("SQLite", None).await;
    match new_database().await {
        Some(url) => is_good &= measure("PostgreSQL", Some(url)).await,
        None => println!("PostgreSQL: not measured; `cargo xtask bench load` starts one"),
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Times by what was asked, and what went wrong.
#[derive(Default)]
struct Seen {
    times: BTreeMap<&'static str, Vec<Duration>>,
    errors: Vec<String>,
}

async fn measure(name: &str, database: Option<url::Url>) -> bool {
    let kinora = Installation::new(database.as_ref(), &[&OPTIONS[..], &UNLIMITED].concat());
    let server = kinora.start();
    stock(&kinora, database.as_ref()).await;
    let album = Arc::new(Album::of(photo(1)));
    let customer = Customer::new(site(&server.url));
    let cookie = log_in(&customer, &server.url).await;
    let mut ids = Vec::new();
    for _ in 0..ALBUMS {
        ids.push(customer.publish(&album).await.id);
    }
    let ids = Arc::new(ids);

    let idle = run(&server, &album, &ids, &cookie).await;
    let (idle_held, idle_compiles) = watched(&customer, &server).await;
    let ending = Arc::new(AtomicBool::new(false));
    let queue = keep_queue_full(&server, &ending).await;
    let loaded = run(&server, &album, &ids, &cookie).await;
    let (held, compiles) = watched(&customer, &server).await;
    ending.store(true, Ordering::Relaxed);
    queue.into_iter().for_each(|slot| slot.abort());

    println!(
        "\n{name}: 1 connection, {CLIENTS} clients, {} s idle and as long with {COMPILES} 12 MP compiles queued",
        MEASURED.as_secs()
    );
    println!("{:<28} {:>38}   {:>38}", "", "idle: n, p50, p95, p99, max ms", "loaded: n, p50, p95, p99, max ms");
    for what in idle.times.keys() {
        println!("{what:<28} {}   {}", row(&idle.times[what]), row(loaded.times.get(what).map_or(&[], Vec::as_slice)));
    }
    let (idle_reads, loaded_reads) = (reads(&idle), reads(&loaded));
    println!("{:<28} {}   {}", "all reads", row(&idle_reads), row(&loaded_reads));
    let (idle_p99, p99) = (milliseconds(percentile(&idle_reads, 99)), milliseconds(percentile(&loaded_reads, 99)));
    println!("12 MP compiles begun: {idle_compiles} while idle, {} under load", compiles - idle_compiles);
    println!(
        "Longest time that any connection was held: {:.1} ms while idle, {:.1} ms in all",
        idle_held * 1e3,
        held * 1e3
    );
    let errors: Vec<&String> = idle.errors.iter().chain(&loaded.errors).collect();
    println!(
        "Errors: {}{}",
        errors.len(),
        errors.first().map_or(String::new(), |first| format!(", the first: {first}"))
    );
    let bound = BOUND_MS.max(BOUND_RATIO * idle_p99);
    let is_good = errors.is_empty() && p99 < bound && compiles > idle_compiles;
    println!(
        "p99 of the reads under load: {p99:.1} ms, {:.2} times that of the idle server; must be below {bound:.1} ms: {}",
        p99 / idle_p99,
        if is_good { "good" } else { "NOT GOOD" }
    );
    is_good
}

/// Products, orders and living photos to list, and an admin who lists them.
async fn stock(kinora: &Installation, database: Option<&url::Url>) {
    let mut config = server::config::Config::in_folder(kinora.data());
    config.database_url = database.cloned();
    let state = server::state::AppState::open(&config, config.listen).await.unwrap();
    for number in 0..PRODUCTS {
        let product = Product {
            id: format!("product-{number}"),
            sku: format!("PRINT-{number}"),
            name: format!("Print {number} × 30 cm"),
            description: "On heavy paper, with a living photo.".into(),
            price_minor: 1250,
            currency: "USD".into(),
        };
        state.db.put_product(&product).await.unwrap();
    }
    fill(&state, &SHOP).await.unwrap();
    create(&state, EMAIL, "Admin", Role::Admin, Some(PASSWORD), Some(&Actor::system())).await.unwrap().unwrap();
    state.db.close().await;
}

/// Gives the admin's cookie.
async fn log_in(customer: &Customer, url: &str) -> String {
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request =
        customer.http.post(format!("{url}/login")).header("content-type", "application/x-www-form-urlencoded");
    let answer = Answer::read(request.body(body).send().await.unwrap()).await.unwrap();
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// All clients at once, for as long as it is measured.
async fn run(server: &Kinora, album: &Arc<Album>, ids: &Arc<Vec<String>>, cookie: &str) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let from = Instant::now() + WARM_UP;
    let clients = (0..CLIENTS).map(|number| {
        let (url, album, ids, seen) = (server.url.clone(), Arc::clone(album), Arc::clone(ids), Arc::clone(&seen));
        let cookie = cookie.to_owned();
        tokio::spawn(async move {
            let customer = Customer::keeping_alive(site(&url));
            let mut turn = number * READS_AN_ALBUM / CLIENTS;
            while from.elapsed() < MEASURED {
                turn += 1;
                let since = Instant::now();
                let (what, outcome) = if turn.is_multiple_of(READS_AN_ALBUM) {
                    ("publish an album", publish(&customer, &url, &album).await)
                } else {
                    read(&customer, &url, turn, &ids, &cookie).await
                };
                if since < from {
                    continue;
                }
                let mut seen = seen.lock().unwrap();
                seen.times.entry(what).or_default().push(since.elapsed());
                seen.errors.extend(outcome.err().map(|error| format!("{what}: {error}")));
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    std::mem::take(&mut *seen.lock().unwrap())
}

async fn read(
    customer: &Customer,
    url: &str,
    turn: usize,
    ids: &[String],
    cookie: &str,
) -> (&'static str, Result<(), String>) {
    let status = format!("/living-photos/{}", ids[turn % ids.len()]);
    let (what, path) = match turn % (4 + CRM.len()) {
        0 => ("GET /api/currencies", "/api/currencies"),
        1 => ("GET /api/products", "/api/products"),
        2 => ("GET /living-photos", "/living-photos"),
        3 => ("GET /living-photos/{id}", status.as_str()),
        crm => (CRM[crm - 4], &CRM[crm - 4]["GET ".len()..]),
    };
    let outcome = match customer.once(url, &Call::get(path).header("cookie", cookie)).await {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(answer.status.to_string()),
        Err(error) => Err(format!("{error:?}")),
    };
    (what, outcome)
}

/// As a studio does, without a second try of anything.
async fn publish(customer: &Customer, url: &str, album: &Album) -> Result<(), String> {
    let before = customer.refused();
    customer.publish(album).await;
    if customer.refused() == before { Ok(()) } else { Err(format!("refused at {url}")) }
}

/// As many compiles as there are slots, each followed by the next.
async fn keep_queue_full(server: &Kinora, ending: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<()>> {
    let drawn = drawing::drawn(4000, 3000, 1);
    let picture = GrayImage::from_raw(4000, 3000, drawn.data).unwrap();
    let large = Arc::new(Album { photo: encode(&picture.into(), ImageFormat::Jpeg), ..Album::of(photo(1)) });
    let mut slots = Vec::new();
    for _ in 0..COMPILES {
        let customer = Customer::new(site(&server.url));
        let mut project = customer.queue(&large).await;
        let (large, ending) = (Arc::clone(&large), Arc::clone(ending));
        slots.push(tokio::spawn(async move {
            while !ending.load(Ordering::Relaxed) {
                customer.wait_until_ready(&project).await;
                project = customer.queue(&large).await;
            }
        }));
    }
    slots
}

/// The longest time that a connection was held, and the compiles so far, as the server's metrics tell.
async fn watched(customer: &Customer, server: &Kinora) -> (f64, f64) {
    let call = Call::get("/metrics").header("authorization", format!("Bearer {METRICS_TOKEN}"));
    let text = String::from_utf8(customer.once(&server.url, &call).await.unwrap().body).unwrap();
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.map_or(0.0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    };
    (value("kinora_db_held_max_seconds "), value("kinora_compile_seconds_count ") + value("kinora_compiles_running "))
}

fn reads(seen: &Seen) -> Vec<Duration> {
    seen.times.iter().filter(|(what, _)| what.starts_with("GET")).flat_map(|(_, times)| times.iter().copied()).collect()
}

fn row(times: &[Duration]) -> String {
    let at = |percent| milliseconds(percentile(times, percent));
    format!("{:>7} {:>7.1} {:>7.1} {:>7.1} {:>7.1}", times.len(), at(50), at(95), at(99), at(100))
}

/// By the nearest rank.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
