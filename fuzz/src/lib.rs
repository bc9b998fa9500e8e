//! What must hold for any bytes that a client sends. A module for each target: `check` takes bytes and panics when it does
//! not hold.
//!
//! `targets/` gives them to libFuzzer, `tests/corpus.rs` holds them against the bytes that libFuzzer has found so far.

pub mod image;
pub mod manifest;
mod memory;
pub mod mind;
pub mod uploads;
pub mod video;
