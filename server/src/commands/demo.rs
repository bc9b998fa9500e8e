//! `kinora seed-demo`.

use clap::Args;

use super::{Failure, block_on, failed, print};
use crate::{
    config::Config,
    demo::{Sizes, fill},
    state::AppState,
};

/// Options of `kinora seed-demo`.
#[derive(Args)]
pub(super) struct SeedDemo {
    /// Orders
    #[arg(long, default_value_t = 120)]
    orders: usize,
    /// Customers
    #[arg(long, default_value_t = 60)]
    customers: usize,
    /// Living photos: entries without files, so none of them is published
    #[arg(long, default_value_t = 24)]
    projects: usize,
    /// Days back over which all that is spread
    #[arg(long, default_value_t = 90)]
    days: u16,
    /// The same number makes the same shop, but for its ids
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    config: Config,
}

impl SeedDemo {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self { orders, customers, projects, days, seed, config } = self;
        let sizes = Sizes { customers, orders, projects, days: i64::from(days), seed };
        block_on(async {
            let state = AppState::open(&config, config.listen).await?;
            if !state.db.is_new().await.map_err(anyhow::Error::from)? {
                let detail = "A demo goes into a new, empty installation only; name another data folder or database.";
                return Err(Failure::Refused("seed-demo".to_owned(), "not_empty".to_owned(), detail.to_owned()));
            }
            let filled = fill(&state, &sizes).await;
            state.db.close().await;
            filled.map_err(|error| failed("seed-demo", error))?;
            print(&format!(
                "{orders} orders of {customers} customers and {projects} living photos; log in after `kinora admin create`"
            ))
        })
    }
}
