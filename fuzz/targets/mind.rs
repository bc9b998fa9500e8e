//! libFuzzer's way into [`fuzz::mind::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::mind::check(bytes));
