//! libFuzzer's way into [`fuzz::video::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::video::check(bytes));
