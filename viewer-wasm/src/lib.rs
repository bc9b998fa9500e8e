//! Recognises printed photos in a camera's frames and keeps a pose on them.
//!
//! ```text
//! .mind ─ target   small grey copies, places that hold on
//!       └ views    features from aside ─ index
//! frame ─ image    grey levels, halved and halved again
//!       ├ pyramid ─ detect ─ describe ─ index ─ recognize   searching: features, matches, a homography
//!       └ track ─ pose                                      tracking: places from coarse to fine, a rigid pose, the lens
//! engine           frame by frame, photo by photo
//! ```
//!
//! Pure: bytes in, numbers out. No clock, files, network, threads or random numbers.

#![warn(missing_docs)]

#[cfg(feature = "bindings")]
pub mod bindings;
pub mod describe;
pub mod detect;
pub mod engine;
pub mod homography;
pub mod image;
pub mod index;
pub mod linear;
pub mod pose;
pub mod pyramid;
pub mod recognize;
pub mod target;
pub mod track;
pub mod views;
