//! libFuzzer's way into [`fuzz::uploads`].

#![no_main]

use std::sync::LazyLock;

use fuzz::uploads::Shop;

static SHOP: LazyLock<Shop> = LazyLock::new(Shop::open);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SHOP.check(bytes));
