//! libFuzzer's way into [`fuzz::manifest::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::manifest::check(bytes));
