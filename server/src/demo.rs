//! A believable shop to try out: products, customers, orders, living photos. Nobody in it is real, and the same seed gives the
//! same shop. Nothing calls it but `kinora seed-demo` and benchmarks.

use std::fmt::Write;

use app::{format::Format, language::Language};
use fluent_templates::fluent_bundle::FluentValue;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde_json::json;

use crate::{
    db::{Cell, word_rows},
    error::AppError,
    id::new_id,
    mail::Kind,
    state::AppState,
};

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Customers.
    pub customers: usize,
    /// Orders.
    pub orders: usize,
    /// Living photos: rows without files, so they are unpublished, failed, expired or removed.
    pub projects: usize,
    /// Days back over which they are spread.
    pub days: i64,
    /// What chance follows.
    pub seed: u64,
}

const DAY_MS: i64 = 24 * 3_600_000;
/// Rows that are gathered before they are written.
const AT_A_TIME: usize = 2000;

const GIVEN: [&str; 24] = [
    "Арина",
    "Богдан",
    "Вера",
    "Глеб",
    "Дана",
    "Егор",
    "Злата",
    "Илья",
    "Ани",
    "Դավիթ",
    "Լիլիթ",
    "Նարե",
    "Տիգրան",
    "Մարիամ",
    "Արամ",
    "Սոնա",
    "Alice",
    "Bruno",
    "Clara",
    "Dennis",
    "Elsa",
    "Felix",
    "Greta",
    "Hugo",
];
const FAMILY: [&str; 20] = [
    "Облачная",
    "Приморский",
    "Снегирь",
    "Тополев",
    "Зимний",
    "Арбузова",
    "Լուսաբերյան",
    "Ծիրանյան",
    "Քաղաքյան",
    "Ամպյան",
    "Գարունյան",
    "Ձյունյան",
    "Applegarden",
    "Bluewater",
    "Candlewick",
    "Driftwood",
    "Evenfall",
    "Foxglove",
    "Greenhill",
    "Hollow",
];
const STREETS: [&str; 6] =
    ["Тестовая ул.", "Примерный пр.", "Օրինակի փողոց", "Նմուշի պողոտա", "Sample Street", "Example Avenue"];
const ALBUMS: [&str; 8] = [
    "Summer by the sea",
    "Свадьба",
    "Մեր ընտանիքը",
    "First steps",
    "Выпускной",
    "Ծննդյան օր",
    "Grandmother's garden",
    "Горы",
];
/// Currency and units of it for a US dollar: about right, and not meant to be more.
const RATES: [(&str, &str); 3] = [("USD", "1"), ("RUB", "92.4"), ("AMD", "388.5")];

struct Product {
    sku: &'static str,
    names: [&'static str; 3],
    cents: i64,
    stock: Option<i64>,
    days: i64,
}

const PRODUCTS: [Product; 8] = [
    Product {
        sku: "PRINT-10X15",
        names: ["Print 10 × 15 cm", "Фото 10 × 15 см", "Լուսանկար 10 × 15 սմ"],
        cents: 90,
        stock: None,
        days: 1,
    },
    Product {
        sku: "PRINT-20X30",
        names: ["Print 20 × 30 cm", "Фото 20 × 30 см", "Լուսանկար 20 × 30 սմ"],
        cents: 450,
        stock: None,
        days: 1,
    },
    Product {
        sku: "CANVAS-40X60",
        names: ["Canvas 40 × 60 cm", "Холст 40 × 60 см", "Կտավ 40 × 60 սմ"],
        cents: 3900,
        stock: None,
        days: 4,
    },
    Product {
        sku: "BOOK-20",
        names: ["Photo book, 20 pages", "Фотокнига, 20 страниц", "Ֆոտոգիրք, 20 էջ"],
        cents: 2900,
        stock: None,
        days: 5,
    },
    Product {
        sku: "FRAME-OAK",
        names: ["Oak frame A4", "Дубовая рамка A4", "Կաղնե շրջանակ A4"],
        cents: 1900,
        stock: Some(14),
        days: 0,
    },
    Product {
        sku: "CALENDAR",
        names: ["Wall calendar", "Настенный календарь", "Պատի օրացույց"],
        cents: 1700,
        stock: None,
        days: 3,
    },
    Product {
        sku: "MAGNET-3",
        names: ["Three magnets", "Три магнита", "Երեք մագնիս"],
        cents: 700,
        stock: None,
        days: 2,
    },
    Product {
        sku: "CARD-SET",
        names: ["Set of ten cards", "Набор из десяти открыток", "Տասը բացիկի հավաքածու"],
        cents: 1200,
        stock: Some(3),
        days: 0,
    },
];

/// Fills a shop.
///
/// # Errors
/// When the database fails.
pub async fn fill(state: &AppState, sizes: &Sizes) -> Result<(), AppError> {
    let mut chance = StdRng::seed_from_u64(sizes.seed);
    let now = state.clock.now_ms();
    currencies(state, now).await?;
    let products = products(state, now).await?;
    let customers = customers(state, &mut chance, sizes, now).await?;
    orders(state, &mut chance, sizes, now, &products, &customers).await?;
    projects(state, &mut chance, sizes, now, &customers).await?;
    Ok(state.db.analyze().await?)
}

async fn currencies(state: &AppState, now: i64) -> Result<(), AppError> {
    for (code, rate) in RATES {
        state.db.put_rate(code, rate, "demo", now).await?;
    }
    Ok(())
}

async fn products(state: &AppState, now: i64) -> Result<Vec<(String, &'static Product)>, AppError> {
    let columns = [
        "id",
        "sku",
        "name",
        "name_ru",
        "name_hy",
        "description",
        "price_minor",
        "currency",
        "is_active",
        "stock",
        "production_days",
        "created_ms",
        "updated_ms",
    ];
    let (mut rows, mut words, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for (product, number) in PRODUCTS.iter().zip(0..) {
        let id = new_id(false)?;
        let [en, ru, hy] = product.names;
        let created = now - 400 * DAY_MS + number;
        rows.push(vec![
            id.as_str().into(),
            product.sku.into(),
            en.into(),
            ru.into(),
            hy.into(),
            "".into(),
            product.cents.into(),
            "USD".into(),
            1.into(),
            product.stock.into(),
            product.days.into(),
            created.into(),
            created.into(),
        ]);
        words.extend(word_rows("product", &id, &[product.sku, en, ru, hy], ""));
        made.push((id, product));
    }
    state.db.add_rows("products", &columns, &rows).await?;
    state.db.add_rows("words", &WORD_COLUMNS, &words).await?;
    Ok(made)
}

const WORD_COLUMNS: [&str; 3] = ["entity", "entity_id", "word"];

struct Person {
    id: String,
    name: String,
    email: String,
    phone: String,
    address: String,
    language: &'static str,
}

fn pick<'a>(chance: &mut StdRng, all: &[&'a str]) -> &'a str {
    all.choose(chance).copied().unwrap_or_default()
}

async fn customers(state: &AppState, chance: &mut StdRng, sizes: &Sizes, now: i64) -> Result<Vec<Person>, AppError> {
    let columns =
        ["id", "name", "email", "phone", "address", "language", "notes", "consent_ms", "created_ms", "updated_ms"];
    let mut people = Vec::new();
    for number in 0..sizes.customers {
        let name = format!("{} {}", pick(chance, &GIVEN), pick(chance, &FAMILY));
        let mut phone = "+37400".to_owned();
        // Numbers that no network gives out.
        let _ = write!(phone, "{number:06}");
        let address =
            format!("{} {}, {}", pick(chance, &STREETS), chance.random_range(1..120), chance.random_range(1..90));
        let language = pick(chance, &["en", "ru", "hy"]);
        people.push(Person {
            id: new_id(false)?,
            name,
            email: format!("customer{number}@example.com"),
            phone,
            address,
            language,
        });
    }
    for people in people.chunks(AT_A_TIME) {
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for person in people {
            let created = now - chance.random_range(0..sizes.days.max(1) * DAY_MS);
            let consent = chance.random_bool(0.4).then_some(created);
            rows.push(vec![
                person.id.as_str().into(),
                person.name.as_str().into(),
                person.email.as_str().into(),
                person.phone.as_str().into(),
                person.address.as_str().into(),
                person.language.into(),
                "".into(),
                consent.into(),
                created.into(),
                created.into(),
            ]);
            words.extend(word_rows("customer", &person.id, &[&person.name, &person.email], &person.phone));
        }
        state.db.add_rows("customers", &columns, &rows).await?;
        state.db.add_rows("words", &WORD_COLUMNS, &words).await?;
    }
    Ok(people)
}

/// Where an order of this age has come to.
fn order_status(chance: &mut StdRng, age_days: i64) -> &'static str {
    match (age_days, chance.random_range(0..20)) {
        (_, 0) => "cancelled",
        (0..=1, ..=12) => "pending",
        (0..=4, _) => "processing",
        (5..=12, _) => "shipped",
        _ => "delivered",
    }
}

async fn orders(
    state: &AppState,
    chance: &mut StdRng,
    sizes: &Sizes,
    now: i64,
    products: &[(String, &'static Product)],
    customers: &[Person],
) -> Result<(), AppError> {
    let columns = [
        "id",
        "number",
        "status",
        "customer_id",
        "name",
        "email",
        "phone",
        "address",
        "language",
        "currency",
        "base",
        "rate",
        "total_minor",
        "base_minor",
        "message",
        "notes",
        "tracking",
        "cancel_reason",
        "origin",
        "created_ms",
        "updated_ms",
    ];
    let item_columns =
        ["order_id", "position", "product_id", "sku", "name", "quantity", "unit_minor", "ar_minor", "has_ar"];
    let ar_cents = state.settings.get().ar_price_minor;
    let first = state.db.take_numbers("order", i64::try_from(sizes.orders).unwrap_or(0)).await?;
    let mut times: Vec<i64> =
        (0..sizes.orders).map(|_| now - chance.random_range(0..sizes.days.max(1) * DAY_MS)).collect();
    times.sort_unstable();
    let times: Vec<(i64, i64)> = (first..).zip(times).collect();
    for times in times.chunks(AT_A_TIME) {
        let (mut rows, mut items, mut words) = (Vec::new(), Vec::new(), Vec::new());
        let mut logs = Logs::default();
        for (number, at) in times {
            let Some(person) = customers.choose(chance) else { return Ok(()) };
            let id = new_id(false)?;
            let (currency, rate) = RATES.choose(chance).copied().unwrap_or(("USD", "1"));
            let in_currency = |cents: i64| converted(cents, rate);
            let (mut total, mut base) = (0, 0);
            for position in 0..chance.random_range(1..4) {
                let Some((product_id, product)) = products.choose(chance) else { continue };
                let quantity = chance.random_range(1..5);
                let has_ar = chance.random_bool(0.5);
                let ar = if has_ar { ar_cents } else { 0 };
                total += quantity * (in_currency(product.cents) + in_currency(ar));
                base += quantity * (product.cents + ar);
                items.push(vec![
                    id.as_str().into(),
                    position.into(),
                    product_id.as_str().into(),
                    product.sku.into(),
                    product.names[0].into(),
                    quantity.into(),
                    in_currency(product.cents).into(),
                    in_currency(ar).into(),
                    i64::from(has_ar).into(),
                ]);
            }
            let status = order_status(chance, (now - at) / DAY_MS);
            let tracking =
                if matches!(status, "shipped" | "delivered") { format!("DEMO{number:08}") } else { String::new() };
            let reason = if status == "cancelled" { "Changed my mind" } else { "" };
            rows.push(vec![
                id.as_str().into(),
                (*number).into(),
                status.into(),
                person.id.as_str().into(),
                person.name.as_str().into(),
                person.email.as_str().into(),
                person.phone.as_str().into(),
                person.address.as_str().into(),
                person.language.into(),
                currency.into(),
                "USD".into(),
                rate.into(),
                total.into(),
                base.into(),
                "".into(),
                "".into(),
                tracking.into(),
                reason.into(),
                pick(chance, &["web", "web", "staff"]).into(),
                (*at).into(),
                (*at).into(),
            ]);
            words.extend(word_rows("order", &id, &[&number.to_string(), &person.name, &person.email], &person.phone));
            let total = (total, currency);
            logs.add(chance, &id, *number, person, total, *at)?;
        }
        state.db.add_rows("orders", &columns, &rows).await?;
        state.db.add_rows("order_items", &item_columns, &items).await?;
        state.db.add_rows("words", &WORD_COLUMNS, &words).await?;
        logs.write(state).await?;
    }
    Ok(())
}

/// What orders leave in the logs: a mail each, and a line about who placed it.
#[derive(Default)]
struct Logs {
    mails: Vec<Vec<Cell>>,
    audit: Vec<Vec<Cell>>,
    words: Vec<Vec<Cell>>,
}

impl Logs {
    fn add(
        &mut self,
        chance: &mut StdRng,
        order_id: &str,
        number: i64,
        person: &Person,
        (total, currency): (i64, &str),
        at: i64,
    ) -> Result<(), AppError> {
        let language = Language::parse(person.language).unwrap_or_default();
        let money = Format::new(language, "UTC").money(total, currency);
        let arguments = [
            ("shop", "Kinora".to_owned()),
            ("name", person.name.clone()),
            ("number", number.to_string()),
            ("items", String::new()),
            ("total", money),
            ("link", String::new()),
        ];
        let arguments = arguments.map(|(name, value)| (name, FluentValue::from(value)));
        let kind = Kind::OrderReceived.name();
        let subject = language.text_with("mail-order-received-subject", &arguments);
        let body = language.text_with("mail-order-received-body", &arguments);
        let has_failed = chance.random_bool(0.005);
        let id = new_id(false)?;
        self.words.extend(word_rows("mail", &id, &[&person.email, &subject, kind], ""));
        self.mails.push(vec![
            id.into(),
            kind.into(),
            "order".into(),
            order_id.into(),
            person.email.as_str().into(),
            person.language.into(),
            subject.into(),
            body.into(),
            if has_failed { "failed" } else { "sent" }.into(),
            if has_failed { "550 5.1.1 there is no such mailbox" } else { "" }.into(),
            if has_failed { 5 } else { 1 }.into(),
            at.into(),
            at.into(),
            (!has_failed).then_some(at).into(),
        ]);
        let after = json!({ "number": number, "status": "pending", "currency": currency, "total_minor": total });
        let (id, action, after) = (new_id(false)?, "order.create", after.to_string());
        self.words.extend(word_rows("audit", &id, &[&person.name, action, order_id, &after], ""));
        let line: [Cell; 8] = [
            id.into(),
            at.into(),
            person.name.as_str().into(),
            action.into(),
            "order".into(),
            order_id.into(),
            "{}".into(),
            after.into(),
        ];
        self.audit.push(line.into());
        Ok(())
    }

    async fn write(&self, state: &AppState) -> Result<(), AppError> {
        let mail_columns = [
            "id",
            "kind",
            "entity",
            "entity_id",
            "recipient",
            "language",
            "subject",
            "body",
            "status",
            "error",
            "attempts",
            "next_ms",
            "created_ms",
            "sent_ms",
        ];
        let audit_columns = ["id", "at_ms", "actor", "action", "entity", "entity_id", "before", "after"];
        state.db.add_rows("mails", &mail_columns, &self.mails).await?;
        state.db.add_rows("audit", &audit_columns, &self.audit).await?;
        state.db.add_rows("words", &WORD_COLUMNS, &self.words).await?;
        Ok(())
    }
}

/// Cents in another currency of two digits.
fn converted(cents: i64, rate: &str) -> i64 {
    let amount = rate.parse::<Decimal>().map(|rate| rate * Decimal::from(cents)).unwrap_or_default();
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().unwrap_or(cents)
}

async fn projects(
    state: &AppState,
    chance: &mut StdRng,
    sizes: &Sizes,
    now: i64,
    customers: &[Person],
) -> Result<(), AppError> {
    let columns = [
        "id",
        "name",
        "status",
        "created_ms",
        "updated_ms",
        "lease_until_ms",
        "attempts",
        "failure_code",
        "failure_detail",
        "owner_id",
        "is_open",
        "bytes",
        "scans",
        "plays",
        "scanned_ms",
    ];
    let mut left = sizes.projects;
    while left > 0 {
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for _ in 0..left.min(AT_A_TIME) {
            let Some(person) = customers.choose(chance) else { return Ok(()) };
            let id = new_id(false)?;
            let created = now - chance.random_range(0..sizes.days.max(1) * DAY_MS);
            let status = pick(chance, &["draft", "failed", "archived", "archived"]);
            let failure = (status == "failed").then_some(("too_few_features", "The photo has too few details."));
            let scans = chance.random_range(0..400);
            let name = pick(chance, &ALBUMS);
            rows.push(vec![
                id.as_str().into(),
                name.into(),
                status.into(),
                created.into(),
                now.into(),
                0.into(),
                0.into(),
                failure.map(|(code, _)| code).into(),
                failure.map(|(_, detail)| detail).into(),
                person.id.as_str().into(),
                i64::from(status == "draft").into(),
                chance.random_range(0..90_000_000).into(),
                scans.into(),
                (scans / 2).into(),
                (scans > 0).then_some(now - DAY_MS).into(),
            ]);
            words.extend(word_rows("project", &id, &[&id, name, &person.name], ""));
        }
        left -= rows.len();
        state.db.add_rows("ar_projects", &columns, &rows).await?;
        state.db.add_rows("words", &WORD_COLUMNS, &words).await?;
    }
    Ok(())
}
