//! `/admin/products`: the price list, a product with its prices, its pictures.

use app::{
    crm::products::{self as page, ArPrice, NAME_FIELDS, Picture, ProductView, Translated, own_field},
    form::FormState,
    format::minor_digits,
    frame::Frame,
    language::Language,
};
use axum::{
    Extension,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use rust_decimal::Decimal;

use super::{Crm, List, Staff, sent::picture};
use crate::{
    db::{Added, Deleted, PRODUCT_SORTS, ProductEntry, ProductFilter, ProductState, Saved},
    entry::Entry,
    error::AppError,
    id::new_id,
    pictures::{PICTURE_BYTES_MAX, keep},
    routes::pages::html,
    state::{AppState, SharedState},
    storage::shop_picture,
};

const NAME_CHARS_MAX: usize = 200;
const DESCRIPTION_CHARS_MAX: usize = 5000;
const SKU_CHARS_MAX: usize = 64;
/// Longest id that is looked up.
const ID_CHARS_MAX: usize = 64;
const STOCK_MAX: i64 = 1_000_000;
const DAYS_MAX: i64 = 365;
/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

pub(super) async fn list(State(state): State<SharedState>, Crm(frame): Crm, list: List) -> Result<Response, AppError> {
    let List { mut listing, place } = list;
    let sort = PRODUCT_SORTS.into_iter().find(|sort| sort.name == listing.get("sort")).unwrap_or(PRODUCT_SORTS[0]);
    let filter = ProductFilter {
        search: listing.get("q").to_owned(),
        state: match listing.get("state") {
            "active" => Some(ProductState::Active),
            "inactive" => Some(ProductState::Inactive),
            "archived" => Some(ProductState::Archived),
            _ => None,
        },
    };
    let products = state.db.products_page(&filter, sort, place).await?;
    (listing.before, listing.after) = (products.before, products.after);
    Ok(html(StatusCode::OK, page::list(&frame, products.rows, &listing, &ar_price(&state))))
}

fn ar_price(state: &AppState) -> ArPrice {
    let settings = state.settings.get();
    ArPrice { minor: settings.ar_price_minor, currency: settings.ar_price_currency.clone() }
}

/// The codes of the currencies in use, and of the product's own.
async fn currencies(state: &AppState, own: Option<&str>) -> Result<Vec<String>, AppError> {
    let mut codes: Vec<String> = state.db.currencies().await?.into_iter().map(|currency| currency.code).collect();
    if let Some(own) = own.filter(|own| !codes.iter().any(|code| code == own)) {
        codes.push(own.to_owned());
    }
    Ok(codes)
}

pub(super) async fn new(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    let currencies = currencies(&state, None).await?;
    let fields = [("is_active", "1"), ("production_days", "0")].map(|(name, value)| (name, value.to_owned()));
    Ok(html(StatusCode::OK, page::new(&frame, &currencies, &ar_price(&state), &FormState::of(fields))))
}

pub(super) async fn create(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let currencies = currencies(&state, None).await?;
    if let Some(product) = product_of(&mut entry, &currencies, true) {
        let id = new_id(false)?;
        if state.db.add_product(&id, &product, &staff.actor()).await? == Saved::Done {
            return Ok(Redirect::to(&format!("/admin/products/{id}?said=said-added")).into_response());
        }
        entry.wrong("sku", "product-sku-taken");
    }
    let page = page::new(&frame, &currencies, &ar_price(&state), &entry.shown());
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// What a form says of a product; `None` where something is wrong.
fn product_of(entry: &mut Entry, currencies: &[String], is_new: bool) -> Option<ProductEntry> {
    let mut names = Translated::default();
    let mut descriptions = Translated::default();
    for (language, name, description) in NAME_FIELDS {
        let is_english = language == Language::En;
        let called = if is_english { entry.text(name, NAME_CHARS_MAX) } else { entry.optional(name, NAME_CHARS_MAX) };
        *text_in(&mut names, language) = called;
        *text_in(&mut descriptions, language) = entry.optional(description, DESCRIPTION_CHARS_MAX);
    }
    let sku = entry.text("sku", SKU_CHARS_MAX);
    let known = |code: &str| currencies.iter().find(|known| *known == code).cloned();
    let currency = entry.choice("currency", known).unwrap_or_default();
    let price_minor = entry.money("price", &currency);
    let mut own = std::collections::BTreeMap::new();
    for code in currencies {
        let field = own_field(code);
        let price = entry.optional_money(&field, code);
        if price.is_some() && *code == currency {
            entry.wrong(&field, "product-own-same");
        }
        own.insert(code.clone(), price);
    }
    let entered = entry.optional_number("stock", 0, STOCK_MAX);
    // Orders take from the stock meanwhile: what was not touched here is not written.
    let is_untouched = !is_new && entry.raw("stock") == entry.raw("stock_seen");
    let product = ProductEntry {
        sku,
        names,
        descriptions,
        price_minor,
        currency,
        own,
        is_active: entry.ticked("is_active"),
        stock: (!is_untouched).then_some(entered),
        production_days: entry.number("production_days", 0, DAYS_MAX),
    };
    entry.is_good().then_some(product)
}

fn text_in(text: &mut Translated, language: Language) -> &mut String {
    match language {
        Language::En => &mut text.en,
        Language::Ru => &mut text.ru,
        Language::Hy => &mut text.hy,
    }
}

/// A product as its form is filled in.
fn filled(product: &ProductView) -> FormState {
    let row = &product.row;
    let amount = |minor: i64, currency: &str| Decimal::new(minor, minor_digits(currency)).to_string();
    let stock = row.stock.map(|stock| stock.to_string()).unwrap_or_default();
    let mut fields = vec![
        ("sku".to_owned(), row.sku.clone()),
        ("price".to_owned(), amount(row.price_minor, &row.currency)),
        ("currency".to_owned(), row.currency.clone()),
        ("stock".to_owned(), stock.clone()),
        ("stock_seen".to_owned(), stock),
        ("production_days".to_owned(), row.production_days.to_string()),
        ("is_active".to_owned(), if row.is_active { "1".to_owned() } else { String::new() }),
    ];
    let (mut names, mut descriptions) = (row.names.clone(), product.descriptions.clone());
    for (language, name, description) in NAME_FIELDS {
        fields.push((name.to_owned(), std::mem::take(text_in(&mut names, language))));
        fields.push((description.to_owned(), std::mem::take(text_in(&mut descriptions, language))));
    }
    fields.extend(product.own.iter().map(|(code, minor)| (own_field(code), amount(*minor, code))));
    FormState { values: fields.into_iter().collect(), ..FormState::default() }
}

async fn find(state: &AppState, id: &str) -> Result<ProductView, AppError> {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if id.len() > ID_CHARS_MAX || !id.bytes().all(is_id) {
        return Err(AppError::not_found());
    }
    state.db.product(id).await?.ok_or_else(AppError::not_found)
}

async fn product_page(
    state: &AppState,
    frame: &Frame,
    status: StatusCode,
    product: &ProductView,
    form: &FormState,
) -> Result<Response, AppError> {
    let currencies = currencies(state, Some(&product.row.currency)).await?;
    Ok(html(status, page::detail(frame, product, &currencies, &ar_price(state), form)))
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let product = find(&state, &id).await?;
    product_page(&state, &frame, StatusCode::OK, &product, &filled(&product)).await
}

pub(super) async fn change(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let product = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let currencies = currencies(&state, Some(&product.row.currency)).await?;
    if let Some(changed) = product_of(&mut entry, &currencies, false) {
        match state.db.change_product(&id, &changed, &staff.actor()).await? {
            Saved::Done => return Ok(back(&id, "said-saved")),
            Saved::SkuTaken => entry.wrong("sku", "product-sku-taken"),
            Saved::Missing => return Err(AppError::not_found()),
        }
    }
    product_page(&state, &frame, StatusCode::UNPROCESSABLE_ENTITY, &product, &entry.shown()).await
}

fn back(id: &str, said: &str) -> Response {
    Redirect::to(&format!("/admin/products/{id}?said={said}")).into_response()
}

pub(super) async fn archive(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    state.db.archive_product(&id, true, &staff.actor()).await?;
    Ok(back(&id, "said-product-archived"))
}

pub(super) async fn restore(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    state.db.archive_product(&id, false, &staff.actor()).await?;
    Ok(back(&id, "said-product-restored"))
}

pub(super) async fn delete(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    match state.db.delete_product(&id, &staff.actor()).await? {
        Deleted::Missing => Err(AppError::not_found()),
        Deleted::Ordered => {
            let product = find(&state, &id).await?;
            let form = FormState { problem: Some(frame.text("product-ordered")), ..filled(&product) };
            product_page(&state, &frame, StatusCode::CONFLICT, &product, &form).await
        }
        Deleted::Done(pictures) => {
            for picture in pictures {
                state.storage.delete(&shop_picture(&picture)).await?;
            }
            Ok(Redirect::to("/admin/products?said=said-removed").into_response())
        }
    }
}

pub(super) async fn add_picture(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let product = find(&state, &id).await?;
    let problem = match take_picture(&state, &staff, &product, form).await? {
        Ok(()) => return Ok(back(&id, "said-added")),
        Err(problem) => problem,
    };
    let mut form = filled(&product);
    form.problems.insert("picture".to_owned(), frame.text(problem));
    form.problem = Some(frame.text("form-problem"));
    product_page(&state, &frame, StatusCode::UNPROCESSABLE_ENTITY, &product, &form).await
}

/// Keeps the picture of a form; or the id of the text that says why not. Its file is there before anything names it.
async fn take_picture(
    state: &AppState,
    staff: &Staff,
    product: &ProductView,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Result<(), &'static str>, AppError> {
    let _room = state.room.upload(PICTURE_BYTES_MAX as u64).await?;
    let bytes = match picture(form).await? {
        Ok(bytes) => bytes,
        Err(problem) => return Ok(Err(problem)),
    };
    let kept = match state.checks.run(move || keep(&bytes)).await? {
        Ok(kept) => kept,
        Err(AppError::Refused(_)) => return Ok(Err("product-picture-unreadable")),
        Err(error) => return Err(error),
    };
    let picture = Picture { id: new_id(false)?, width: i64::from(kept.width), height: i64::from(kept.height) };
    let path = shop_picture(&picture.id);
    state.storage.put(&path, kept.jpeg).await?;
    let added = state.db.add_picture(&product.row.id, &picture, &staff.actor()).await?;
    if added == Added::Done {
        return Ok(Ok(()));
    }
    state.storage.delete(&path).await?;
    if added == Added::Full { Ok(Err("product-picture-full")) } else { Err(AppError::not_found()) }
}

pub(super) async fn picture_up(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path((id, picture)): Path<(String, String)>,
) -> Result<Response, AppError> {
    move_picture(&state, &staff, &id, &picture, true).await
}

pub(super) async fn picture_down(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path((id, picture)): Path<(String, String)>,
) -> Result<Response, AppError> {
    move_picture(&state, &staff, &id, &picture, false).await
}

async fn move_picture(
    state: &AppState,
    staff: &Staff,
    id: &str,
    picture: &str,
    is_up: bool,
) -> Result<Response, AppError> {
    find(state, id).await?;
    let is_done = state.db.move_picture(id, picture, is_up, &staff.actor()).await?;
    if is_done { Ok(back(id, "said-saved")) } else { Err(AppError::not_found()) }
}

pub(super) async fn remove_picture(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path((id, picture)): Path<(String, String)>,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    if !state.db.remove_picture(&id, &picture, &staff.actor()).await? {
        return Err(AppError::not_found());
    }
    state.storage.delete(&shop_picture(&picture)).await?;
    Ok(back(&id, "said-removed"))
}
