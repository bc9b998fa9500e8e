//! libFuzzer's way into [`fuzz::image::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::image::check(bytes));
