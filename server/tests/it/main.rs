//! The server through its router, and the command line as a process.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod accounts;
mod album;
mod backup;
mod browser;
mod command_line;
mod currencies;
mod customers;
mod demo;
mod fallback;
mod hardening;
mod held;
mod languages;
#[path = "../fixtures/lists.rs"]
mod lists;
mod lives;
mod mail;
mod office;
mod orders;
mod permissions;
mod products;
mod projects_admin;
mod published;
mod queue;
mod shop;
mod staff;
mod storefront;
mod sweeping;
mod uploads;
