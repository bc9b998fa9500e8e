//! The compiler as its users see it: a photo goes in, a file comes out, and files are read whatever is in them.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod bundles;
mod compiles;
mod drawing;
