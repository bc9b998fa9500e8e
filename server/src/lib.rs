//! Kinora's server: routes over a database and an object store, a runner of fallback compiles, and the command line.
//!
//! [`router`] is the whole web side, for the program and for tests. A customer's request goes through [`routes`] to
//! [`uploads`] (files that arrive), [`finish`] (checking and publishing) and [`runner`] (compiles that a browser could
//! not do). [`db`] holds all SQL, [`storage`] all files; nothing waits for anything but the database while it has a
//! connection.

pub mod commands;
pub mod config;
pub mod db;
pub mod error;
pub mod finish;
pub mod forms;
pub mod id;
pub mod qr;
pub mod routes;
pub mod runner;
pub mod state;
pub mod storage;
pub mod uploads;

pub use routes::router;
