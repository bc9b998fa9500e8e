//! `/admin/currencies`: the currencies, their rates by hand or from a table, the base.

use app::{
    crm::currencies::{self as page, CurrencyRow, ImportLine, Rebased},
    form::FormState,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use iso_currency::Currency;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sha2::{Digest, Sha256};

use super::{Crm, List, Staff, sent::Sent};
use crate::{
    db::{CSV, MANUAL, Place, RATE_DIGITS_MAX, Rebase, rebased},
    entry::{Entry, decimal},
    error::AppError,
    id::hex,
    routes::pages::html,
    state::SharedState,
};

/// Largest rate.
const RATE_MAX: i64 = 1_000_000_000;
/// Longest name of where a rate comes from.
const SOURCE_CHARS_MAX: usize = 100;
/// Largest table of rates, and its most lines: ISO 4217 has fewer currencies.
pub(super) const CSV_BYTES_MAX: usize = 32 << 10;
const CSV_LINES_MAX: usize = 300;

/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

pub(super) async fn list(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    let rows = state.db.all_currencies().await?;
    Ok(html(StatusCode::OK, page::list(&frame, rows, &FormState::default())))
}

pub(super) async fn add(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let currency = Currency::from_code(&entry.raw("code").to_uppercase());
    if currency.is_none() {
        entry.wrong("code", "currency-unknown");
    }
    let rate = if entry.raw("rate").is_empty() { None } else { rate_of(&mut entry) };
    if let (true, Some(currency)) = (entry.is_good(), currency) {
        if state.db.add_currency(currency, rate, &staff.actor()).await? {
            return Ok(Redirect::to("/admin/currencies?said=said-added").into_response());
        }
        entry.wrong("code", "problem-taken");
    }
    let rows = state.db.all_currencies().await?;
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::list(&frame, rows, &entry.shown())))
}

/// The currencies of the shop, and which of them an address names.
struct Named {
    all: Vec<CurrencyRow>,
    base: String,
    currency: CurrencyRow,
}

async fn named(state: &SharedState, code: &str) -> Result<Named, AppError> {
    let all = state.db.all_currencies().await?;
    let currency = all.iter().find(|currency| currency.code == code).cloned().ok_or_else(AppError::not_found)?;
    Ok(Named { base: base_of(&all), currency, all })
}

fn base_of(currencies: &[CurrencyRow]) -> String {
    currencies.iter().find(|currency| currency.is_base).map_or_else(String::new, |base| base.code.clone())
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(code): Path<String>,
    list: List,
) -> Result<Response, AppError> {
    let Named { base, currency, .. } = named(&state, &code).await?;
    let List { mut listing, place } = list;
    let history = state.db.rates_page(&code, place).await?;
    (listing.before, listing.after) = (history.before, history.after);
    let form = FormState::of([("rate", currency.rate.clone().unwrap_or_default())]);
    Ok(html(StatusCode::OK, page::detail(&frame, &currency, &base, &form, history.rows, &listing)))
}

/// The page of a currency with what is wrong in its form.
async fn refused(
    state: &SharedState,
    frame: &app::frame::Frame,
    named: &Named,
    form: &FormState,
) -> Result<Response, AppError> {
    let Named { base, currency, .. } = named;
    let history = state.db.rates_page(&currency.code, Place::First).await?;
    let path = format!("/admin/currencies/{}", currency.code);
    let listing = app::listing::Listing { path, after: history.after, ..Default::default() };
    let page = page::detail(frame, currency, base, form, history.rows, &listing);
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page))
}

pub(super) async fn set_rate(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(code): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let rate = rate_of(&mut entry);
    let source = entry.optional("source", SOURCE_CHARS_MAX);
    let source = if source.is_empty() { MANUAL } else { &source };
    let found = named(&state, &code).await?;
    if found.currency.is_base {
        entry.refuse("currency-base-hint");
    }
    if let (true, Some(rate)) = (entry.is_good(), rate) {
        if state.db.set_rates(entry.raw("base"), &[(code, rate)], source, &staff.actor()).await? {
            let back = format!("/admin/currencies/{}?said=said-saved", found.currency.code);
            return Ok(Redirect::to(&back).into_response());
        }
        entry.refuse("currency-base-changed");
    }
    refused(&state, &frame, &found, &entry.shown()).await
}

pub(super) async fn activate(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    set_active(&state, &staff, &frame, &code, true).await
}

pub(super) async fn deactivate(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    set_active(&state, &staff, &frame, &code, false).await
}

async fn set_active(
    state: &SharedState,
    staff: &Staff,
    frame: &app::frame::Frame,
    code: &str,
    is_active: bool,
) -> Result<Response, AppError> {
    let found = named(state, code).await?;
    let is_done = state.db.set_currency_active(code, is_active, &staff.actor()).await?;
    if is_done || found.currency.is_active == is_active {
        return Ok(Redirect::to(&format!("/admin/currencies/{code}?said=said-saved")).into_response());
    }
    let problem = if is_active { "currency-needs-rate" } else { "currency-base-hint" };
    let form = FormState { problem: Some(frame.text(problem)), ..FormState::default() };
    refused(state, frame, &found, &form).await
}

pub(super) async fn preview_base(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    let found = named(&state, &code).await?;
    Ok(html(StatusCode::OK, base_page(&frame, &found, &FormState::default())))
}

fn base_page(frame: &app::frame::Frame, found: &Named, form: &FormState) -> String {
    let rates = rebased(&found.all, &found.currency.code).filter(|_| !found.currency.is_base);
    let seen = rates.as_deref().map(fingerprint).unwrap_or_default();
    page::base_preview(frame, &found.currency, &found.base, &seen, rates, form)
}

/// Tells whether rates are those that somebody has seen.
fn fingerprint(rates: &[Rebased]) -> String {
    hex(&Sha256::digest(format!("{rates:?}")))
}

pub(super) async fn set_base(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(code): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let found = named(&state, &code).await?;
    let rates = rebased(&found.all, &code).filter(|rates| fingerprint(rates) == entry.raw("seen"));
    if let Some(rates) = rates {
        let done = state.db.set_base(entry.raw("base"), &code, &rates, &staff.actor()).await?;
        if done == Rebase::Done {
            return Ok(Redirect::to("/admin/currencies?said=said-saved").into_response());
        }
    }
    entry.refuse("currency-rebase-outdated");
    let found = named(&state, &code).await?;
    Ok(html(StatusCode::CONFLICT, base_page(&frame, &found, &entry.shown())))
}

pub(super) async fn import(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    let base = base_of(&state.db.all_currencies().await?);
    Ok(html(StatusCode::OK, page::import(&frame, &base, &FormState::default())))
}

pub(super) async fn preview_import(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    sent: Sent,
) -> Result<Response, AppError> {
    let currencies = state.db.all_currencies().await?;
    let base = base_of(&currencies);
    let csv = sent.file("file").or_else(|| sent.field("csv")).map(String::from_utf8_lossy).unwrap_or_default();
    // What Excel puts before a table.
    let csv = csv.trim_start_matches('\u{feff}').replace('\0', "");
    let mut form = FormState::of([("csv", csv)]);
    if sent.is_too_large {
        form.problem = Some(frame.text("currency-import-too-large"));
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::import(&frame, &base, &form)));
    }
    Ok(preview(&frame, &currencies, form))
}

/// The preview of a table, with what is wrong in it.
fn preview(frame: &app::frame::Frame, currencies: &[CurrencyRow], mut form: FormState) -> Response {
    let base = base_of(currencies);
    match read_table(form.value("csv"), currencies) {
        Err(problem) => {
            form.problem = Some(frame.text(problem));
            html(StatusCode::UNPROCESSABLE_ENTITY, page::import(frame, &base, &form))
        }
        Ok(lines) => {
            if form.problem.is_none() && lines.iter().any(|line| line.problem.is_some()) {
                form.problem = Some(frame.text("currency-import-wrong"));
            }
            let status = if form.problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            html(status, page::import_preview(frame, &base, &form, lines))
        }
    }
}

pub(super) async fn confirm_import(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let currencies = state.db.all_currencies().await?;
    let csv = entry.whole("csv").replace('\0', "");
    if csv.len() <= CSV_BYTES_MAX
        && let Ok(lines) = read_table(&csv, &currencies)
        && lines.iter().all(|line| line.problem.is_none())
    {
        let rates = lines.into_iter().filter_map(|line| Some((line.code, rate(&line.after).ok()?)));
        let rates: Vec<(String, Decimal)> = rates.collect();
        if state.db.set_rates(entry.raw("base"), &rates, CSV, &staff.actor()).await? {
            return Ok(Redirect::to("/admin/currencies?said=said-imported").into_response());
        }
        entry.refuse("currency-base-changed");
    }
    let form = FormState { problem: entry.shown().problem, ..FormState::of([("csv", csv)]) };
    Ok(preview(&frame, &state.db.all_currencies().await?, form))
}

/// A rate as somebody writes it, or the id of the text that says what is wrong with it.
fn rate(text: &str) -> Result<Decimal, &'static str> {
    let rate = decimal(text).ok_or("problem-number")?.normalize();
    if rate > Decimal::from(RATE_MAX) || rate < Decimal::new(1, RATE_DIGITS_MAX) {
        return Err(if rate.is_sign_positive() && rate.scale() > RATE_DIGITS_MAX {
            "currency-too-fine"
        } else {
            "problem-range"
        });
    }
    if rate.scale() > RATE_DIGITS_MAX { Err("currency-too-fine") } else { Ok(rate) }
}

/// The rate of a form; `None` where it is wrong.
fn rate_of(entry: &mut Entry) -> Option<Decimal> {
    let read = if entry.raw("rate").is_empty() { Err("problem-required") } else { rate(entry.raw("rate")) };
    read.map_err(|problem| entry.wrong("rate", problem)).ok()
}

/// The lines of a table of rates, each with what is wrong with it; or what is wrong with the whole.
fn read_table(csv: &str, currencies: &[CurrencyRow]) -> Result<Vec<ImportLine>, &'static str> {
    let head = csv.lines().find(|line| !line.trim().is_empty()).ok_or("currency-import-empty")?;
    // Where the comma divides whole from parts, tables are written with semicolons.
    let delimiter = if head.contains(';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).delimiter(delimiter).from_reader(csv.as_bytes());
    let columns = reader.headers().map_err(|_| "currency-import-head")?;
    if !columns.iter().map(str::to_lowercase).eq(["code", "rate"]) {
        return Err("currency-import-head");
    }
    let mut lines: Vec<ImportLine> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| "currency-import-head")?;
        if lines.len() == CSV_LINES_MAX {
            return Err("currency-import-too-large");
        }
        let number = line_of(csv, &record);
        let code = record.get(0).unwrap_or_default().to_uppercase();
        let is_again = lines.iter().any(|line| line.code == code);
        let read = rate(record.get(1).unwrap_or_default());
        let known = currencies.iter().find(|currency| currency.code == code);
        let problem = match (known, read) {
            _ if record.len() != 2 => Some("currency-import-columns"),
            (None, _) => Some("currency-import-unknown"),
            (Some(known), _) if known.is_base => Some("currency-import-base"),
            _ if is_again => Some("currency-import-again"),
            (_, read) => read.err(),
        };
        let before = known.and_then(|known| known.rate.clone());
        let old = before.as_deref().and_then(|before| Decimal::from_str_exact(before).ok());
        let after = read.map_or_else(|_| record.get(1).unwrap_or_default().to_owned(), |rate| rate.to_string());
        let change = old.zip(read.ok()).and_then(|(old, new)| hundredths(old, new));
        lines.push(ImportLine { number, code, before, after, change, problem });
    }
    if lines.is_empty() { Err("currency-import-empty") } else { Ok(lines) }
}

/// The number of a line in a table, empty ones counted: the reader's own count is one behind where lines end in two bytes.
fn line_of(csv: &str, record: &csv::StringRecord) -> u64 {
    let at = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
    let rest = csv.get(at..).unwrap_or_default();
    let begins = at + (rest.len() - rest.trim_start().len());
    let before = csv.get(..begins).unwrap_or_default();
    before.matches('\n').count() as u64 + 1
}

/// By how much a rate changes, in hundredths of a per cent.
fn hundredths(old: Decimal, new: Decimal) -> Option<i64> {
    let change = new.checked_sub(old)?.checked_div(old)?.checked_mul(Decimal::from(10_000))?;
    change.round().to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_limits() {
        for (text, read) in [
            ("387.5", Ok("387.5")),
            ("0,0025", Ok("0.0025")),
            ("1.50", Ok("1.5")),
            ("0", Err("problem-range")),
            ("-1", Err("problem-range")),
            ("2000000000", Err("problem-range")),
            ("0.0000000000001", Err("currency-too-fine")),
            ("1.0000000000001", Err("currency-too-fine")),
            ("", Err("problem-number")),
            ("1e3", Err("problem-number")),
        ] {
            assert_eq!(rate(text).map(|rate| rate.to_string()), read.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn lines_are_counted_as_people_count_them() {
        for table in ["code,rate\nAAA,1\n\nBBB,1\nCCC,1", "code,rate\r\nAAA,1\r\n\r\nBBB,1\r\nCCC,1\r\n"] {
            let numbers: Vec<u64> = read_table(table, &[]).unwrap().iter().map(|line| line.number).collect();
            assert_eq!(numbers, [2, 4, 5], "{table:?}");
        }
    }

    #[test]
    fn changes_are_told_in_hundredths_of_a_per_cent() {
        assert_eq!(hundredths(Decimal::from(400), Decimal::from(410)), Some(250));
        assert_eq!(hundredths(Decimal::from(3), Decimal::from(2)), Some(-3333));
        assert_eq!(hundredths(Decimal::ZERO, Decimal::from(2)), None);
    }
}
