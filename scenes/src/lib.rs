//! Films printed photos whose place is known, and judges what a tracker says about them.
//!
//! ```text
//! case ─ script ─► where the photo is at any time, light, focus ─┬─ truth ─────────────────────────► judge ─► report
//!  │               motion, geometry                              │                                     ▲
//!  └──── scene ──► print, table, hand ─ render ─ lens ─ sensor ──┴─ grey frames ─► engine ─ answers ────┘
//! ```
//!
//! Deterministic: a case has a seed, and the same case has the same bytes on the same machine. Coordinates are corner-based, see
//! [`geometry`].

#![warn(missing_docs)]

pub mod case;
pub mod engine;
pub mod film;
pub mod geometry;
pub mod hand;
pub mod judge;
pub mod kinora;
pub mod lens;
pub mod motion;
pub mod picture;
pub mod print;
pub mod render;
pub mod report;
pub mod rng;
pub mod run;
pub mod scene;
pub mod script;
pub mod sensor;
