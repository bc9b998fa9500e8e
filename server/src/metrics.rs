//! What operators watch, in Prometheus' text format.

use std::{
    sync::{OnceLock, atomic::AtomicU64},
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use sqlx::AnyPool;

use crate::config::Config;

/// Seconds, from a tenth of a millisecond to about a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0001, 3.0, 13))
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WhatLabels {
    what: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// All counters of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    pool: OnceLock<AnyPool>,
    pool_max: Gauge,
    pool_timeout_seconds: Family<WhatLabels, Gauge<f64, AtomicU64>>,
    pool_open: Gauge,
    pool_in_use: Gauge,
    pool_wait_seconds: Histogram,
    pool_held_seconds: Family<WhatLabels, Histogram, fn() -> Histogram>,
    pool_held_max_seconds: Gauge<f64, AtomicU64>,
    queued: Gauge,
    compiling: Gauge,
    running: Gauge,
    compile_seconds: Histogram,
    compiles: Family<OutcomeLabels, Counter>,
    bytes_stored: Gauge,
    bytes_uploaded: Counter,
    mails_queued: Gauge,
    mails: Family<OutcomeLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("kinora"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            pool: OnceLock::new(),
            pool_max: Gauge::default(),
            pool_timeout_seconds: Family::default(),
            pool_open: Gauge::default(),
            pool_in_use: Gauge::default(),
            pool_wait_seconds: seconds(),
            pool_held_seconds: Family::new_with_constructor(seconds),
            pool_held_max_seconds: Gauge::default(),
            queued: Gauge::default(),
            compiling: Gauge::default(),
            running: Gauge::default(),
            compile_seconds: seconds(),
            compiles: Family::default(),
            bytes_stored: Gauge::default(),
            bytes_uploaded: Counter::default(),
            mails_queued: Gauge::default(),
            mails: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let it = &mut self.registry;
        it.register("requests", "Requests answered", self.requests.clone());
        it.register("request_seconds", "Time until the head of an answer", self.request_seconds.clone());
        it.register("db_connections_max", "Most database connections", self.pool_max.clone());
        let help =
            "How long a connection is waited for (acquire), kept without work (idle), and may take (statement, busy)";
        it.register("db_timeout_seconds", help, self.pool_timeout_seconds.clone());
        it.register("db_connections_open", "Open database connections", self.pool_open.clone());
        it.register("db_connections_in_use", "Database connections at work", self.pool_in_use.clone());
        it.register("db_wait_seconds", "Time that a connection was waited for", self.pool_wait_seconds.clone());
        it.register("db_held_seconds", "Time that a connection was held", self.pool_held_seconds.clone());
        let help = "Longest time that any connection was held since the start";
        it.register("db_held_max_seconds", help, self.pool_held_max_seconds.clone());
        it.register("queue_depth", "Projects that wait for a compile, in all processes", self.queued.clone());
        it.register("queue_compiling", "Projects being compiled, in all processes", self.compiling.clone());
        it.register("compiles_running", "Compiles running in this process", self.running.clone());
        it.register("compile_seconds", "Time that a photo's compile took", self.compile_seconds.clone());
        it.register("compiles", "Compiles that ended", self.compiles.clone());
        it.register("stored_bytes", "Bytes that all projects keep in the store", self.bytes_stored.clone());
        it.register("uploaded_bytes", "Bytes received in uploads", self.bytes_uploaded.clone());
        it.register("mails_queued", "Mails that are yet to be sent, in all processes", self.mails_queued.clone());
        it.register("mails", "Tries to send a mail", self.mails.clone());
    }

    pub(crate) fn watch_pool(&self, pool: AnyPool, config: &Config) {
        self.pool_max.set(i64::from(config.db_connections));
        for (what, time) in [
            ("acquire", Duration::from_millis(config.db_acquire_ms)),
            ("idle", Duration::from_secs(config.db_idle_s)),
            ("statement", Duration::from_millis(config.db_statement_ms)),
            ("busy", Duration::from_millis(config.db_busy_ms)),
        ] {
            self.pool_timeout_seconds.get_or_create(&WhatLabels { what }).set(time.as_secs_f64());
        }
        // A second database for the same metrics would be a mistake that changes nothing but a gauge.
        let _ = self.pool.set(pool);
    }

    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.request_seconds.get_or_create(&RouteLabels { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    pub(crate) fn connection_waited(&self, time: Duration) {
        self.pool_wait_seconds.observe(time.as_secs_f64());
    }

    pub(crate) fn connection_held(&self, what: &'static str, time: Duration) {
        let time = time.as_secs_f64();
        self.pool_held_seconds.get_or_create(&WhatLabels { what }).observe(time);
        if time > self.pool_held_max_seconds.get() {
            self.pool_held_max_seconds.set(time);
        }
    }

    /// Compiles running in this process at this moment.
    #[must_use]
    pub fn compiles_running(&self) -> i64 {
        self.running.get()
    }

    pub(crate) fn compiled(&self, outcome: &'static str) {
        self.compiles.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn uploaded(&self, bytes: u64) {
        self.bytes_uploaded.inc_by(bytes);
    }

    pub(crate) fn queue(&self, queued: i64, compiling: i64) {
        self.queued.set(queued);
        self.compiling.set(compiling);
    }

    /// A try to send a mail came to `sent`, `failed` for good, or `postponed`.
    pub(crate) fn mailed(&self, outcome: &'static str) {
        self.mails.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn mails_waiting(&self, queued: i64) {
        self.mails_queued.set(queued);
    }

    pub(crate) fn stored(&self, bytes: i64) {
        self.bytes_stored.set(bytes);
    }

    /// Everything, as `text/plain; version=0.0.4` or OpenMetrics text.
    pub(crate) fn text(&self) -> String {
        if let Some(pool) = self.pool.get() {
            let (open, idle) = (i64::from(pool.size()), i64::try_from(pool.num_idle()).unwrap_or(i64::MAX));
            self.pool_open.set(open);
            self.pool_in_use.set((open - idle).max(0));
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Longest time that any connection was held since the start, in seconds.
    #[must_use]
    pub fn held_max_seconds(&self) -> f64 {
        self.pool_held_max_seconds.get()
    }
}

/// Counts a compile for as long as it runs.
pub(crate) struct RunningCompile<'a> {
    metrics: &'a Metrics,
    since: Instant,
}

impl<'a> RunningCompile<'a> {
    pub(crate) fn begin(metrics: &'a Metrics) -> Self {
        metrics.running.inc();
        Self { metrics, since: Instant::now() }
    }
}

impl Drop for RunningCompile<'_> {
    fn drop(&mut self) {
        self.metrics.running.dec();
        self.metrics.compile_seconds.observe(self.since.elapsed().as_secs_f64());
    }
}
