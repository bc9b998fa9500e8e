//! `/admin/orders.csv`: the list as it is narrowed, for spreadsheets. Read in pieces; no connection is held between them.

use app::{
    format::{Format, minor_digits},
    order::Order,
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream::try_unfold;
use rust_decimal::Decimal;

use super::narrowed;
use crate::{
    db::{OrderFilter, Place, Sort},
    routes::admin::{Crm, List},
    state::SharedState,
};

/// Most rows of an export.
const ROWS_MAX: usize = 100_000;
/// By it spreadsheets know that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Ids of the columns' names.
const COLUMNS: [&str; 13] = [
    "order-number",
    "order-date",
    "state",
    "name",
    "email",
    "order-phone",
    "order-address",
    "order-currency",
    "order-total",
    "order-base",
    "order-base-total",
    "order-rate",
    "order-tracking",
];

/// What is still to be written.
struct Rest {
    state: SharedState,
    format: Format,
    filter: OrderFilter,
    sort: Sort,
    /// `None` at the end.
    place: Option<Place>,
    rows: usize,
}

pub(in crate::routes::admin) async fn export(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    List { listing, .. }: List,
) -> Response {
    let (filter, sort) = narrowed(&listing, &frame.format);
    let rest = Rest { state, format: frame.format, filter, sort, place: Some(Place::First), rows: 0 };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\""),
    ];
    (headers, Body::from_stream(try_unfold(rest, piece))).into_response()
}

/// The next piece; the first begins with the columns' names.
async fn piece(mut rest: Rest) -> anyhow::Result<Option<(Bytes, Rest)>> {
    let Some(place) = rest.place.take() else { return Ok(None) };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let is_first = place == Place::First;
    if is_first {
        let language = rest.format.language();
        writer.write_record(COLUMNS.map(|id| language.text(id)))?;
    }
    let page = rest.state.db.orders_batch(&rest.filter, rest.sort, place).await?;
    for order in page.rows.iter().take(ROWS_MAX - rest.rows) {
        writer.write_record(row(&rest.format, order).map(|cell| harmless(&cell)))?;
    }
    rest.rows += page.rows.len().min(ROWS_MAX - rest.rows);
    rest.place = page.after.filter(|_| rest.rows < ROWS_MAX).map(|after| Place::parse("", &after));
    let text = writer.into_inner().map_err(|error| anyhow::anyhow!("a piece was not written: {error}"))?;
    let mark = if is_first { BYTE_ORDER_MARK.as_bytes() } else { &[] };
    Ok(Some((Bytes::from([mark, &text].concat()), rest)))
}

fn row(format: &Format, order: &Order) -> [String; 13] {
    let plain = |minor: i64, currency: &str| Decimal::new(minor, minor_digits(currency)).to_string();
    [
        order.number.to_string(),
        format.stamp(order.created_ms),
        format.language().text(&format!("order-status-{}", order.status.name())),
        order.name.clone(),
        order.email.clone(),
        order.phone.clone(),
        order.address.clone(),
        order.currency.clone(),
        plain(order.total_minor, &order.currency),
        order.base.clone(),
        plain(order.base_minor, &order.base),
        order.rate.clone(),
        order.tracking.clone(),
    ]
}

/// A cell that no spreadsheet takes for a formula: what begins like one is marked as text.
fn harmless(cell: &str) -> String {
    let begins = cell.trim_start_matches(' ').chars().next();
    let is_formula = begins.is_some_and(|first| "=+-@\t\r\n＝＋－＠".contains(first));
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_texts() {
        for formula in ["=1+1", "+374 91", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["", "Anna", "1001", "12.50", "2026-11-24T23:37:37Z", "a=b"] {
            assert_eq!(harmless(plain), plain);
        }
    }
}
