//! Compiles a photo into an AR image target, and reads such targets: `.mind` version 2, compatible with MindAR 1.2.5.
//!
//! ```text
//! photo bytes ─ decode ─► grey levels ─ resize ─► one keyframe for every scale, 1 … 100 px
//!                                │                  pyramid    octaves, difference of Gaussians
//!                                │                  extrema    scale-space extrema, the strongest of each grid cell
//!                                │                  feature    localize, orientation, freak
//!                                │                  cluster    tree over the descriptors
//!                                └─ resize ─► 256 px and 128 px: template
//!                        all of it ─ bundle ─► .mind
//! ```
//!
//! Pure: bytes in, bytes out. No clock, files, network or threads, and the same bits on every platform: transcendental
//! functions come from `libm`, and the order of sums is fixed. Pixel centres have integer coordinates, `x` right, `y` down.

#![warn(missing_docs)]

#[cfg(feature = "bindings")]
pub mod bindings;
pub mod bundle;
#[cfg(feature = "compile")]
pub mod cluster;
#[cfg(feature = "compile")]
pub mod compile;
#[cfg(feature = "compile")]
pub mod decode;
pub mod error;
#[cfg(feature = "compile")]
pub mod extrema;
#[cfg(feature = "compile")]
pub mod feature;
#[cfg(feature = "compile")]
pub mod freak;
#[cfg(feature = "compile")]
pub mod localize;
#[cfg(feature = "compile")]
pub mod orientation;
pub mod plane;
pub mod protocol;
#[cfg(feature = "compile")]
pub mod pyramid;
#[cfg(feature = "compile")]
pub mod resize;
pub mod retina;
#[cfg(feature = "compile")]
mod rng;
#[cfg(feature = "compile")]
pub mod template;
