//! The price list: products, their prices and pictures, the archive.

use std::{io::Cursor, time::Duration};

use app::{language::Language, order::Origin, permissions::Role};
use axum::http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};
use server::{
    backup,
    db::{Actor, PAGE_ROWS, PICTURES_MAX, Product},
    orders::{NewOrder, place},
    prices::Wish,
    sweep::{Sweep, sweep},
};

use crate::{
    browser::{Browser, multipart},
    shop::{Answer, Shop, encode, photo},
};

const PRINT: [(&str, &str); 9] = [
    ("name", "Print 20 × 30"),
    ("name_ru", "Фото <20 × 30>"),
    ("description", "On heavy paper."),
    ("sku", "PRINT-20X30"),
    ("price", "12,50"),
    ("currency", "USD"),
    ("production_days", "2"),
    ("is_active", "1"),
    ("id", "mine"),
];

/// The form of a print with some fields changed.
fn print_with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = PRINT.iter().copied().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed.iter().copied()).collect()
}

/// Adds a product; gives its id.
async fn add(browser: &Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit("/admin/products/new", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.header("location").to_owned();
    place.strip_prefix("/admin/products/").unwrap().split('?').next().unwrap().to_owned()
}

async fn public(shop: &Shop) -> Vec<Value> {
    let told: Value = shop.get("/api/products").await.json();
    told["products"].as_array().unwrap().clone()
}

async fn upload(browser: &Browser<'_>, id: &str, bytes: &[u8]) -> Answer {
    browser.send(multipart(&format!("/admin/products/{id}/pictures"), &[("picture", "a.jpg", bytes)])).await
}

async fn pictures(shop: &Shop, id: &str) -> Vec<String> {
    let product = shop.state.db.product(id).await.unwrap().unwrap();
    product.pictures.into_iter().map(|picture| picture.id).collect()
}

/// The actions of the audit log about a product, newest first.
async fn audited(shop: &Shop, id: &str) -> Vec<String> {
    let entries = shop.state.db.history("product", id, 50).await.unwrap();
    assert!(entries.iter().all(|entry| entry.actor == "manager"));
    entries.into_iter().map(|entry| entry.action).collect()
}

async fn rate(shop: &Shop, code: &str, rate: i64) {
    let actor = Actor::system();
    assert!(shop.state.db.set_rates("USD", &[(code.to_owned(), rate.into())], "manual", &actor).await.unwrap());
    assert!(shop.state.db.set_currency_active(code, true, &actor).await.unwrap());
}

#[tokio::test]
async fn a_product_that_is_entered_is_on_the_public_list_in_all_languages() {
    let shop = Shop::open().await;
    rate(&shop, "RUB", 90).await;
    rate(&shop, "AMD", 400).await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &print_with(&[("own_RUB", "999,99"), ("own_AMD", ""), ("stock", "3")])).await;
    assert_ne!(id, "mine");
    let list = public(&shop).await;
    let wanted = json!({
        "id": id, "sku": "PRINT-20X30", "name": "Print 20 × 30", "description": "On heavy paper.",
        "names": { "en": "Print 20 × 30", "ru": "Фото <20 × 30>", "hy": "" },
        "descriptions": { "en": "On heavy paper.", "ru": "", "hy": "" },
        "price_minor": 1250, "currency": "USD", "prices": { "RUB": 99999 }, "pictures": [], "stock": "in_stock",
        "production_days": 2,
    });
    assert_eq!(list, [wanted]);
    let russian = shop.get_with("/api/products", "accept-language", "ru").await;
    assert_eq!(russian.header("vary"), "accept-language, cookie");
    assert_eq!(russian.json::<Value>()["products"][0]["name"], "Фото <20 × 30>");
    assert_eq!(russian.json::<Value>()["products"][0]["description"], "On heavy paper.", "English where there is none");

    let page = browser.get(&format!("/admin/products/{id}")).await.text();
    for words in ["value=\"12.50\"", "value=\"999.99\"", "Фото &lt;20 × 30&gt;", "$5.00", "name=\"own_AMD\""] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let address = format!("/admin/products/{id}");
    browser.submit_and_follow(&address, &print_with(&[("stock", "0"), ("own_RUB", ""), ("own_AMD", "5000")])).await;
    let list = public(&shop).await;
    assert_eq!((list[0]["stock"].clone(), list[0]["prices"].clone()), (json!("sold_out"), json!({ "AMD": 500_000 })));
    assert!(shop.state.db.set_currency_active("AMD", false, &Actor::system()).await.unwrap());
    assert_eq!(public(&shop).await[0]["prices"], json!({}), "nobody pays in it");
    browser.submit_and_follow(&address, &print_with(&[("is_active", "")])).await;
    assert!(public(&shop).await.is_empty());
    assert!(shop.state.db.set_currency_active("AMD", true, &Actor::system()).await.unwrap());
    browser.submit_and_follow(&address, &print_with(&[("own_AMD", "5000"), ("stock_seen", "0")])).await;
    assert_eq!(public(&shop).await[0]["stock"], "made_to_order");
    let changes = shop.state.db.history("product", &id, 10).await.unwrap();
    let (before, after) = (Value::from(changes[1].before.clone()), Value::from(changes[1].after.clone()));
    assert_eq!(before["is_active"], json!(true), "{before} {after}");
    assert_eq!(audited(&shop, &id).await, ["product.change", "product.change", "product.change", "product.create"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    let shop = Shop::open().await;
    rate(&shop, "RUB", 90).await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let first = add(&browser, &PRINT).await;
    let taken = browser.submit("/admin/products/new", &print_with(&[("name", "Another")])).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        taken.text().contains("id=\"sku-problem\"") && taken.text().contains("value=\"Another\""),
        "{}",
        taken.text()
    );
    let other = add(&browser, &print_with(&[("sku", "OTHER")])).await;
    let taken = browser.submit(&format!("/admin/products/{other}"), &PRINT).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.text().contains("Another product has this SKU"), "{}", taken.text());
    let long = "x".repeat(201);
    for (field, value) in [
        ("name", ""),
        ("name", &long),
        ("sku", ""),
        ("price", "-1"),
        ("price", "12.505"),
        ("price", "cheap"),
        ("currency", "EUR"),
        ("currency", "AMD"),
        ("own_RUB", "much"),
        ("own_USD", "12"),
        ("stock", "-1"),
        ("stock", "some"),
        ("production_days", "1000"),
    ] {
        let answer = browser.submit(&format!("/admin/products/{first}"), &print_with(&[(field, value)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(answer.text().contains(&format!("id=\"{field}-problem\"")), "{field}={value}: {}", answer.text());
    }
    assert_eq!(audited(&shop, &first).await, ["product.create"]);
    for path in ["/admin/products/aaaaaaaaaaaaaaaaaaaa", "/admin/products/%00", "/admin/products/a%20b"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(browser.submit(path, &PRINT).await.status, StatusCode::NOT_FOUND, "{path}");
        for act in ["archive", "restore", "delete"] {
            assert_eq!(
                browser.submit(&format!("{path}/{act}"), &[]).await.status,
                StatusCode::NOT_FOUND,
                "{path}/{act}"
            );
        }
    }
}

#[tokio::test]
async fn a_stock_that_was_not_touched_is_not_written_back() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &print_with(&[("stock", "5")])).await;
    let address = format!("/admin/products/{id}");
    // An order took two since the page was shown.
    browser.submit_and_follow(&address, &print_with(&[("stock", "3"), ("stock_seen", "5")])).await;
    browser.submit_and_follow(&address, &print_with(&[("stock", "5"), ("stock_seen", "5"), ("price", "13")])).await;
    let row = shop.state.db.product(&id).await.unwrap().unwrap().row;
    assert_eq!((row.stock, row.price_minor), (Some(3), 1300));
    browser.submit_and_follow(&address, &print_with(&[("stock", ""), ("stock_seen", "3")])).await;
    assert_eq!(shop.state.db.product(&id).await.unwrap().unwrap().row.stock, None);
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_and_paged() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let empty = browser.get("/admin/products").await.text();
    assert!(empty.contains("There is no product yet") && empty.contains("$5.00"), "{empty}");
    for number in 0..PAGE_ROWS {
        let product = Product {
            id: format!("p{number:03}"),
            sku: format!("CARD-{number:03}"),
            name: format!("Card {number:03}"),
            description: String::new(),
            price_minor: 100,
            currency: "USD".into(),
        };
        shop.state.db.put_product(&product).await.unwrap();
    }
    let print = add(&browser, &PRINT).await;
    let hidden =
        add(&browser, &print_with(&[("sku", "B"), ("name", "Book"), ("name_ru", "Книга"), ("is_active", "")])).await;
    let count = |page: &str| page.matches("data-title=\"SKU\"").count();
    let first = browser.get("/admin/products").await.text();
    assert_eq!(count(&first), PAGE_ROWS);
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(count(&browser.get(&next).await.text()), 2);
    for (query, wanted) in [
        ("?q=print-20x30", vec![&print]),
        ("?q=%D0%BA%D0%BD%D0%B8", vec![&hidden]),
        ("?q=book&state=active", vec![]),
        ("?state=inactive", vec![&hidden]),
        ("?state=archived", vec![]),
        ("?q=nothing", vec![]),
    ] {
        let page = browser.get(&format!("/admin/products{query}")).await.text();
        assert_eq!(count(&page), wanted.len(), "{query}: {page}");
        assert!(wanted.iter().all(|id| page.contains(&format!("/admin/products/{id}\""))), "{query}");
    }
    for sort in ["newest", "oldest", "changed", "unchanged", "sku; DROP TABLE products"] {
        let page = browser.get(&format!("/admin/products?sort={}", sort.replace(' ', "%20"))).await;
        assert_eq!((page.status, count(&page.text())), (StatusCode::OK, PAGE_ROWS), "{sort}");
    }
}

#[tokio::test]
async fn what_was_ordered_is_archived_and_never_deleted() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let ordered = add(&browser, &PRINT).await;
    let order = NewOrder {
        once: String::new(),
        customer_id: None,
        name: "Anna Hakobyan".into(),
        email: String::new(),
        phone: String::new(),
        address: String::new(),
        language: Language::En,
        currency: "USD".into(),
        wishes: vec![Wish { product_id: ordered.clone(), quantity: 1, has_ar: false }],
        message: String::new(),
        origin: Origin::Staff,
        project_ids: vec![],
    };
    place(&shop.state, order, &Actor::system()).await.unwrap();
    let page = browser.get(&format!("/admin/products/{ordered}")).await.text();
    assert!(page.contains("has been ordered") && !page.contains(&format!("{ordered}/delete")), "{page}");
    let refused = browser.submit(&format!("/admin/products/{ordered}/delete"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert_eq!(public(&shop).await.len(), 1);

    let page = browser.submit_and_follow(&format!("/admin/products/{ordered}/archive"), &[]).await.text();
    assert!(page.contains("in the archive") && page.contains(&format!("{ordered}/restore")), "{page}");
    assert!(public(&shop).await.is_empty());
    assert!(browser.get("/admin/products?state=archived").await.text().contains(&ordered));
    browser.submit_and_follow(&format!("/admin/products/{ordered}/archive"), &[]).await;
    browser.submit_and_follow(&format!("/admin/products/{ordered}/restore"), &[]).await;
    assert_eq!(public(&shop).await.len(), 1);
    assert_eq!(audited(&shop, &ordered).await, ["product.restore", "product.archive", "product.create"]);
}

#[tokio::test]
async fn what_nobody_ordered_can_be_deleted_with_its_pictures() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &print_with(&[("own_USD", "")])).await;
    assert_eq!(upload(&browser, &id, &photo(1)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.files().len(), 1);
    let page = browser.submit_and_follow(&format!("/admin/products/{id}/delete"), &[]).await;
    assert!(page.text().contains("Removed"), "{}", page.text());
    assert!(shop.files().is_empty() && public(&shop).await.is_empty());
    assert_eq!(browser.get(&format!("/admin/products/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.get("/admin/products?q=print").await.text().contains(&id));
    assert_eq!(audited(&shop, &id).await[0], "product.delete");
    add(&browser, &PRINT).await;
}

#[tokio::test]
async fn pictures_are_kept_small_and_without_metadata_and_served_forever() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &PRINT).await;
    let clear = DynamicImage::from(RgbaImage::from_pixel(2000, 500, Rgba([0, 0, 0, 0])));
    assert_eq!(upload(&browser, &id, &encode(&clear, ImageFormat::Png)).await.status, StatusCode::SEE_OTHER);
    let mut jpeg = photo(1);
    jpeg.splice(2..2, [&[0xff, 0xe1, 0, 14][..], b"Exif\0\0secret"].concat());
    assert_eq!(upload(&browser, &id, &jpeg).await.status, StatusCode::SEE_OTHER);
    let webp = encode(&DynamicImage::from(clear.to_rgb8()), ImageFormat::WebP);
    assert_eq!(upload(&browser, &id, &webp).await.status, StatusCode::SEE_OTHER);

    let listed = public(&shop).await[0]["pictures"].clone();
    assert_eq!((listed[0]["width"].clone(), listed[0]["height"].clone()), (json!(1600), json!(400)));
    let url = listed[1]["url"].as_str().unwrap();
    let file = shop.get(url).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(!file.body.windows(6).any(|bytes| bytes == b"secret"), "where it was taken is nobody's business");
    let size = image::load(Cursor::new(&file.body), ImageFormat::Jpeg).unwrap();
    assert_eq!(json!([size.width(), size.height()]), json!([listed[1]["width"], listed[1]["height"]]));
    let tag = file.header("etag").to_owned();
    assert_eq!(shop.get_with(url, "if-none-match", &tag).await.status, StatusCode::NOT_MODIFIED);
    let part = shop.get_with(url, "range", "bytes=0-1").await;
    assert_eq!((part.status, part.body), (StatusCode::PARTIAL_CONTENT, vec![0xff, 0xd8]));
    for path in ["/objects/shop/aaaaaaaaaaaaaaaaaaaa.jpg", "/objects/shop/..%2f..%2fkinora.db", "/objects/shop/a.png"] {
        assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = browser.get(&format!("/admin/products/{id}")).await.text();
    assert!(page.contains("alt=\"Picture 2 of Print 20 × 30\""), "{page}");
}

#[tokio::test]
async fn pictures_are_moved_and_removed() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let (id, other) = (add(&browser, &PRINT).await, add(&browser, &print_with(&[("sku", "OTHER")])).await);
    for seed in 1..=3 {
        upload(&browser, &id, &photo(seed)).await;
    }
    let [a, b, c] = pictures(&shop, &id).await.try_into().unwrap();
    let act = |product: &str, picture: &str, act: &str| format!("/admin/products/{product}/pictures/{picture}/{act}");
    browser.submit_and_follow(&act(&id, &c, "up"), &[]).await;
    assert_eq!(pictures(&shop, &id).await, [&a, &c, &b].map(String::clone));
    browser.submit_and_follow(&act(&id, &a, "down"), &[]).await;
    assert_eq!(pictures(&shop, &id).await, [&c, &a, &b].map(String::clone));
    browser.submit_and_follow(&act(&id, &c, "up"), &[]).await;
    browser.submit_and_follow(&act(&id, &b, "down"), &[]).await;
    assert_eq!(pictures(&shop, &id).await, [&c, &a, &b].map(String::clone), "the ends stay");
    for act in [act(&other, &a, "remove"), act(&other, &a, "up"), act(&id, "aaaaaaaaaaaaaaaaaaaa", "remove")] {
        assert_eq!(browser.submit(&act, &[]).await.status, StatusCode::NOT_FOUND, "{act}");
    }
    browser.submit_and_follow(&act(&id, &a, "remove"), &[]).await;
    assert_eq!(pictures(&shop, &id).await, [&c, &b].map(String::clone));
    assert_eq!(shop.files().len(), 2);
    assert_eq!(shop.get(&format!("/objects/shop/{a}.jpg")).await.status, StatusCode::NOT_FOUND);
    upload(&browser, &id, &photo(4)).await;
    assert_eq!(pictures(&shop, &id).await[..2], [c, b], "a new one comes last");
    let told = audited(&shop, &id).await;
    assert_eq!(told.iter().filter(|action| *action == "product.pictures").count(), 7);
}

#[tokio::test]
async fn a_picture_that_cannot_be_kept_is_refused_in_words() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &PRINT).await;
    let mut large = photo(1);
    large.resize(8_000_001, 0);
    let tiny = encode(&DynamicImage::new_rgb8(8, 8), ImageFormat::Png);
    for (bytes, words) in [
        (&b""[..], "Choose a file"),
        (b"<svg onload=alert(1)>", "must be a whole JPEG"),
        (&photo(1)[..500], "must be a whole JPEG"),
        (&tiny, "must be a whole JPEG"),
        (&large, "larger than 8 MB"),
    ] {
        let answer = upload(&browser, &id, bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.text().contains(words), "{words}: {}", answer.text());
        assert!(answer.text().contains("value=\"PRINT-20X30\""), "the other form stays filled in");
    }
    let plain = browser.submit(&format!("/admin/products/{id}/pictures"), &[("picture", "a.jpg")]).await;
    assert_eq!(plain.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shop.files().is_empty());
    for _ in 0..PICTURES_MAX {
        assert_eq!(upload(&browser, &id, &photo(1)).await.status, StatusCode::SEE_OTHER);
    }
    let full = upload(&browser, &id, &photo(1)).await;
    assert!(full.text().contains("8 pictures already"), "{}", full.text());
    assert_eq!((shop.files().len(), pictures(&shop, &id).await.len()), (8, 8));
    assert_eq!(upload(&browser, "aaaaaaaaaaaaaaaaaaaa", &photo(1)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_sweep_and_backups_know_pictures() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let id = add(&browser, &PRINT).await;
    upload(&browser, &id, &photo(1)).await;
    let kept = shop.files();
    let folder = shop.folder.path().join("objects/shop");
    for orphan in ["aaaaaaaaaaaaaaaaaaaa.jpg", "odd"] {
        std::fs::write(folder.join(orphan), "12345").unwrap();
    }
    let young = sweep(&shop.state, Sweep { dry_run: false, older_than: Duration::from_secs(3600) }).await.unwrap();
    assert!(young.orphans.is_empty(), "they may be about to be recorded");
    let swept = sweep(&shop.state, Sweep { dry_run: false, older_than: Duration::ZERO }).await.unwrap();
    assert_eq!((swept.orphans.len(), swept.bytes()), (2, 10));
    assert_eq!(shop.files(), kept);

    let file = shop.folder.path().join("backup.tar");
    assert_eq!(backup::write(&shop.state, &file).await.unwrap().files, 1);
    let other = Shop::open().await;
    backup::restore(&other.state, &file).await.unwrap();
    let url = public(&other).await[0]["pictures"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(other.get(&url).await.body, shop.get(&url).await.body);
}

#[tokio::test]
async fn staff_who_may_only_look_are_shown_no_forms() {
    let shop = Shop::open().await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let id = add(&manager, &print_with(&[("stock", "4")])).await;
    upload(&manager, &id, &photo(1)).await;
    let printer = Browser::of(&shop, Role::Printer).await;
    for path in ["/admin/products", &format!("/admin/products/{id}")] {
        let page = printer.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        assert!(text.contains("PRINT-20X30") && text.contains("$12.50"), "{text}");
        assert!(!text.contains("method=\"post\" action=\"/admin") && !text.contains("products/new"), "{text}");
        assert!(!text.contains("/admin/settings"), "{text}");
    }
    assert_eq!(upload(&printer, &id, &photo(1)).await.status, StatusCode::FORBIDDEN);
    let admin = Browser::of(&shop, Role::Admin).await;
    assert!(admin.get("/admin/products").await.text().contains("href=\"/admin/settings\" class=\"button\""));
    let unknown = printer.request(Method::GET, "/admin/products/aaaaaaaaaaaaaaaaaaaa").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
