//! Kinora's server: routes over a database and an object store, a runner of fallback compiles, and the command line.
//!
//! [`router`] is the whole web side, for the program and for tests. A customer's request goes through [`routes`] to
//! [`uploads`] (files that arrive), [`projects`] (the steps of a project's life), [`finish`] (checking and writing a version),
//! [`settle`] (showing it) and [`runner`] (compiles that a browser could not do); [`janitor`] and [`sweep`] do what is due.
//! [`db`] holds all SQL, [`storage`] all files; nothing waits for anything but the database while it has a connection.

pub mod accounts;
pub mod backup;
pub mod care;
mod changes;
pub mod clock;
pub mod commands;
pub mod config;
pub mod customers;
pub mod cutout;
pub mod dashboard;
pub mod db;
pub mod demo;
pub mod entry;
pub mod error;
pub mod finish;
pub mod forms;
pub mod id;
pub mod janitor;
pub mod limits;
pub mod mail;
pub mod mailer;
pub mod metrics;
pub mod orders;
pub mod pictures;
pub mod prices;
pub mod projects;
pub mod qr;
mod room;
pub mod routes;
pub mod runner;
mod sessions;
pub mod settings;
pub mod settle;
pub mod state;
pub mod storage;
pub mod sweep;
pub mod uploads;
pub mod visits;
pub mod workers;

pub use routes::router;
