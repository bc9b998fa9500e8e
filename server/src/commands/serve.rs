//! `kinora serve`.

use std::{io::IsTerminal, net::SocketAddr, sync::Arc};

use anyhow::Context;
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

use super::{Failure, print};
use crate::{config::Config, router, runner, state::AppState};

pub(super) fn serve(config: Config) -> Result<(), Failure> {
    start_logging();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from)?;
    runtime.block_on(run(config))
}

async fn run(config: Config) -> Result<(), Failure> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("can't listen on {}; is another program there?", config.listen))?;
    let address = listener.local_addr().map_err(anyhow::Error::from)?;
    let deadline = config.shutdown_timeout();
    let state = Arc::new(AppState::open(&config, address).await?);
    let stop = state.stopping.clone();
    let runners = runner::start(&state, &stop);
    print(&format!("Kinora listens on http://{address}"))?;
    let service = router(Arc::clone(&state)).into_make_service_with_connect_info::<SocketAddr>();
    let asked = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        wait_for_signal().await;
        tracing::info!("stopping: finishing what is under way");
        asked.cancel();
    });
    tokio::select! {
        result = server => result.map_err(anyhow::Error::from)?,
        () = async { stop.cancelled().await; tokio::time::sleep(deadline).await } => {
            tracing::warn!("some connections were still open at the deadline");
        }
    }
    stop.cancel();
    if tokio::time::timeout(deadline, runners.wait()).await.is_err() {
        tracing::warn!("a compile did not stop in time; its lease will end by itself");
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
