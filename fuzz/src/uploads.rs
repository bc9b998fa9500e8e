//! The upload protocol: sequences of requests through the whole router, held against a small model of what tus promises.
//!
//! Every request is taken exactly when the model says so, `HEAD` tells the model's offset and length after each, and the
//! bytes in the store are the model's in the end. No answer is a server error, and each refusal is a problem with a code.

mod model;
mod operation;
mod shop;

pub use shop::Shop;
