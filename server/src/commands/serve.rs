//! `kinora serve`.

use std::{
    io::IsTerminal,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::Context;
use axum_server::{Handle, accept::NoDelayAcceptor};
use clap::Args;
use hyper_util::rt::TokioTimer;
use tokio::signal;
use tokio_util::task::TaskTracker;
use tracing_subscriber::EnvFilter;

use super::{Failure, print};
use crate::{config::Config, janitor, mailer, router, runner, state::AppState, visits::write_down};

/// Options of `kinora serve`.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
    /// Show the options in force, secrets hidden, and end
    #[arg(long)]
    print_config: bool,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.print_config {
            return print(&self.config.describe());
        }
        start_logging();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from)?;
        runtime.block_on(serve(self.config))
    }
}

async fn serve(config: Config) -> Result<(), Failure> {
    let listener = TcpListener::bind(config.listen)
        .with_context(|| format!("can't listen on {}; is another program there?", config.listen))?;
    listener.set_nonblocking(true).map_err(anyhow::Error::from)?;
    let address = listener.local_addr().map_err(anyhow::Error::from)?;
    let state = Arc::new(AppState::open(&config, address).await?);
    let stop = state.stopping.clone();
    let runners = runner::start(&state, &stop);
    let tasks = TaskTracker::new();
    janitor::start(&state, &tasks, &stop);
    mailer::start(&state, &tasks, &stop);
    tasks.close();

    let handle = Handle::new();
    let deadline = config.shutdown_timeout();
    let (asked, closing) = (stop.clone(), handle.clone());
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping: finishing what is under way");
        asked.cancel();
        closing.graceful_shutdown(Some(deadline));
    });
    let service = router(Arc::clone(&state)).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp(listener).map_err(anyhow::Error::from)?;
    let mut server = server.acceptor(NoDelayAcceptor::new()).handle(handle);
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(config.read_timeout());
    print(&format!("Kinora listens on http://{address}"))?;
    server.serve(service).await.map_err(anyhow::Error::from)?;

    stop.cancel();
    let ended = async { tokio::join!(runners.wait(), tasks.wait()) };
    if tokio::time::timeout(deadline, ended).await.is_err() {
        tracing::warn!("a compile or a mail did not stop in time; its lease will end by itself");
    }
    if let Err(error) = write_down(&state).await {
        tracing::warn!(?error, "the last scans and plays were not written down");
    }
    state.db.close().await;
    Ok(())
}

/// Human on a terminal, JSON otherwise; `RUST_LOG` chooses what.
fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logging.init();
    } else {
        logging.json().init();
    }
}

async fn wait_for_signal() {
    let interrupt = async {
        // Without a handler the process would simply end, which is safe at any time.
        let _ = signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminated) => drop(terminated.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}
