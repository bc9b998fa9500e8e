//! Compiles a photo into an AR image target.

pub mod protocol;
