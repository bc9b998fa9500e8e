//! Kinora's pages.

pub mod backend;
pub mod model;
pub mod video;
