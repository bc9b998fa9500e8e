//! `kinora admin`: who gets in first.

use std::io::{self, BufRead, IsTerminal};

use app::permissions::Role;
use clap::{Args, Subcommand};
use lettre::Address;

use super::{Failure, block_on, failed, print};
use crate::{
    accounts::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, create, set_password},
    config::Config,
    state::AppState,
};

/// Options of `kinora admin`.
#[derive(Args)]
pub(super) struct Admin {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make an administrator's account; the password is asked for, or read as one line from standard input
    Create {
        /// The address to log in with
        #[arg(long)]
        email: Address,
        /// What they are called
        #[arg(long)]
        name: String,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Set the password of an account and end its sessions; asked for, or read as one line from standard input
    Password {
        /// The account's address
        #[arg(long)]
        email: Address,
        #[command(flatten)]
        config: Box<Config>,
    },
}

impl Admin {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Create { email, name, config } => {
                let password = read_password()?;
                block_on(async {
                    let state = AppState::open(&config, config.listen).await?;
                    let made = create(&state, email.as_ref(), name.trim(), Role::Admin, Some(&password), None).await;
                    state.db.close().await;
                    match made.map_err(|error| failed(email.as_ref(), error))? {
                        Some(_) => print(&format!("{email} can log in now")),
                        None => {
                            Err(refused(email.as_ref(), "email_taken", "There is an account of this address already."))
                        }
                    }
                })
            }
            Verb::Password { email, config } => {
                let password = read_password()?;
                block_on(async {
                    let state = AppState::open(&config, config.listen).await?;
                    let account =
                        state.db.account_of(&email.to_string().to_lowercase()).await.map_err(anyhow::Error::from)?;
                    let Some(account) = account else {
                        return Err(refused(email.as_ref(), "not_found", "There is no account of this address."));
                    };
                    let set = set_password(&state, &account, &password, None).await;
                    state.db.close().await;
                    set.map_err(|error| failed(email.as_ref(), error))?;
                    print(&format!("{email} has a new password"))
                })
            }
        }
    }
}

fn refused(what: &str, code: &str, detail: &str) -> Failure {
    Failure::Refused(what.to_owned(), code.to_owned(), detail.to_owned())
}

fn read_password() -> Result<String, Failure> {
    let unreadable = |error| Failure::File("standard input".to_owned(), error);
    let password = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unreadable)?;
        if first != rpassword::prompt_password("Once more: ").map_err(unreadable)? {
            return Err(refused("password", "password_mismatch", "The two are not the same; try again."));
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.chars().count()) {
        return Ok(password);
    }
    let detail = format!("A password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters.");
    Err(refused("password", "password_length", &detail))
}
