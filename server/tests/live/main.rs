//! `kinora serve` as processes: killed, stopped, without room, with others, and on S3.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod cluster;
mod crash;
mod disk;
mod keep;
mod s3;
mod stop;

#[path = "../fixtures/album.rs"]
mod album;
#[path = "../fixtures/customer.rs"]
mod customer;
#[path = "../fixtures/database.rs"]
mod database;
#[path = "../fixtures/files.rs"]
mod files;
#[path = "../fixtures/process.rs"]
mod process;
#[path = "../fixtures/s3_server.rs"]
mod s3_server;
