//! The shop: what is on sale, ordering it, and the page of an order.

use std::collections::BTreeSet;

use app::{
    crm::customers::Customer,
    form::FormState,
    frame::Frame,
    language::Language,
    order::{Order, Origin},
    pages::shop::{self as page, Counter, Receipt, Till, Total, Ware},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::{
    CookieJar, Form,
    cookie::{Cookie, SameSite},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    admin::{
        List,
        customers::{ADDRESS_CHARS_MAX, NAME_CHARS_MAX, PHONE_CHARS_MAX},
    },
    client::Client,
    mine::{customer_of, unclaimed},
    pages::html,
    reader::{Reader, local_path},
};
use crate::{
    db::{Account, Actor, OnSale, Priced, ProfileFields},
    entry::Entry,
    error::AppError,
    id::{is_id, new_id},
    orders::{self, NewOrder, ORDER, place},
    prices::{QUANTITY_MAX, Quote, Rates, Wish, quote, refusal_text},
    state::{AppState, SharedState},
};

/// Holds the currency that somebody chose.
const COOKIE: &str = "kinora_currency";
const MESSAGE_CHARS_MAX: usize = 2000;
const ALBUM_CHARS_MAX: usize = 300;

pub(super) fn router() -> Router<SharedState> {
    Router::new()
        .route("/shop", get(shelf))
        .route("/shop/currency", post(choose_currency))
        .route("/shop/{id}", get(product).post(order))
        .route("/orders/{id}", get(receipt))
}

/// In which currency somebody is shown prices, and at which rates.
struct Prices {
    rates: Rates,
    till: Till,
}

impl Prices {
    /// The one that was chosen, if it can be; else the reader's, else the shop's.
    async fn of(state: &AppState, jar: &CookieJar, language: Language) -> Result<Self, AppError> {
        let rates = Rates::new(state.db.all_currencies().await?);
        let currencies = rates.usable();
        let own = match language {
            Language::En => "USD",
            Language::Ru => "RUB",
            Language::Hy => "AMD",
        };
        let chosen = jar.get(COOKIE).map(Cookie::value);
        let wanted = chosen.into_iter().chain([own]).find(|code| currencies.iter().any(|usable| usable == code));
        let currency = wanted.unwrap_or(rates.base()).to_owned();
        Ok(Self { rates, till: Till { currency, currencies } })
    }

    fn ware(&self, product: OnSale, priced: &Priced) -> Ware {
        let converted = || self.rates.convert(priced.price_minor, &priced.currency, &self.till.currency).ok();
        Ware {
            id: product.id,
            name: priced.name.clone(),
            description: product.description,
            price_minor: priced.own_minor.or_else(converted),
            production_days: product.production_days,
            is_sold_out: priced.stock.is_some_and(|left| left <= 0),
            pictures: product.picture.into_iter().collect(),
        }
    }
}

async fn shelf(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    jar: CookieJar,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let language = frame.format.language();
    let prices = Prices::of(&state, &jar, language).await?;
    let found = state.db.on_sale(language, place).await?;
    let ids: BTreeSet<&str> = found.rows.iter().map(|product| product.id.as_str()).collect();
    let priced = state.db.priced(&ids, &prices.till.currency, language).await?;
    let wares = found.rows.into_iter().filter_map(|product| {
        let priced = priced.iter().find(|priced| priced.id == product.id)?;
        Some(prices.ware(product, priced))
    });
    let wares = wares.collect();
    (listing.before, listing.after) = (found.before, found.after);
    listing.query.clear();
    Ok(html(StatusCode::OK, page::shelf(&frame, &listing, &prices.till, wares)))
}

#[derive(Deserialize)]
struct Choice {
    currency: String,
    #[serde(default)]
    back: String,
}

async fn choose_currency(jar: CookieJar, axum::Form(choice): axum::Form<Choice>) -> Response {
    let back = Redirect::to(local_path(&choice.back).unwrap_or("/shop"));
    // Whether it is in use is seen when prices are shown.
    if choice.currency.len() != 3 || !choice.currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return back.into_response();
    }
    let cookie = Cookie::build((COOKIE, choice.currency)).path("/").same_site(SameSite::Lax).http_only(true);
    (jar.add(cookie.permanent().build()), back).into_response()
}

/// Whoever orders.
struct Buyer {
    known: Option<(Account, Customer)>,
    /// The living photos that are known to be theirs: ids and names.
    photos: Vec<(String, String)>,
}

async fn buyer(state: &AppState, session: &Session, jar: &CookieJar, language: Language) -> Result<Buyer, AppError> {
    let known = customer_of(state, session, language).await?;
    let photos = match &known {
        Some((_, customer)) => state.db.free_photos_of(&customer.id).await?,
        None => unclaimed(state, jar).await?,
    };
    Ok(Buyer { known, photos })
}

/// What the form shows, but for a total; a refusal when the product is not on sale.
async fn counter(
    state: &AppState,
    prices: &Prices,
    id: &str,
    buyer: &Buyer,
    language: Language,
) -> Result<Counter, AppError> {
    let product = state.db.one_on_sale(id, language).await?.ok_or_else(AppError::not_found)?;
    let priced = state.db.priced(&BTreeSet::from([id]), &prices.till.currency, language).await?;
    let priced = priced.first().ok_or_else(AppError::not_found)?;
    let mut ware = prices.ware(product, priced);
    ware.pictures = state.db.pictures_on_sale(id).await?;
    let settings = state.settings.get();
    let ar = prices.rates.convert(settings.ar_price_minor, &settings.ar_price_currency, &prices.till.currency);
    Ok(Counter {
        ware,
        till: prices.till.clone(),
        ar_minor: ar.ok(),
        photos: buyer.photos.clone(),
        is_known: buyer.known.is_some(),
        total: None,
    })
}

async fn product(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let language = frame.format.language();
    let prices = Prices::of(&state, &jar, language).await?;
    let buyer = buyer(&state, &session, &jar, language).await?;
    let counter = counter(&state, &prices, &id, &buyer, language).await?;
    let mut form = vec![("quantity", "1".to_owned()), ("once", new_id(false)?)];
    if let Some((_, customer)) = buyer.known {
        let consent = if customer.consent_ms.is_some() { "1" } else { "" };
        form.extend([
            ("name", customer.name),
            ("email", customer.email),
            ("phone", customer.phone),
            ("address", customer.address),
            ("consent", consent.to_owned()),
        ]);
    }
    Ok(html(StatusCode::OK, page::product(&frame, counter, &FormState::of(form))))
}

/// What somebody would like, as they entered it.
struct Wanted {
    wish: Wish,
    photo: Option<String>,
    profile: ProfileFields,
    message: String,
}

async fn order(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let language = frame.format.language();
    let mut prices = Prices::of(&state, &jar, language).await?;
    let buyer = buyer(&state, &session, &jar, language).await?;
    let mut entry = Entry::new(fields, language);
    let places = entry.raw("do") == "order";
    if places && let Some(order) = orders::placed_by(&state, entry.raw("once")).await? {
        return Ok(Redirect::to(&thanks(&state, &buyer, &order.id)).into_response());
    }
    // The currency that the form was shown in.
    if let Some(code) = prices.till.currencies.iter().find(|code| *code == entry.raw("currency")) {
        prices.till.currency.clone_from(code);
    }
    let mut counter = counter(&state, &prices, &id, &buyer, language).await?;
    let wish = Wish { product_id: id, quantity: entry.number("quantity", 1, QUANTITY_MAX), has_ar: entry.ticked("ar") };
    let photo = photo_of(&state, &mut entry, &buyer, wish.has_ar).await?;
    let wanted = places.then(|| read(&mut entry, wish.clone(), photo, language));
    if entry.is_good() {
        match quote(&state, std::slice::from_ref(&wish), &prices.till.currency, language).await {
            Ok(quote) => counter.total = total_of(&quote),
            Err(error) => refuse(&mut entry, error)?,
        }
    }
    let seen = entry.raw("seen").parse::<i64>().ok();
    let has_changed = seen.is_some() && counter.total.map(|total| total.total_minor) != seen;
    if let (true, Some(wanted)) = (entry.is_good(), wanted) {
        if has_changed {
            entry.refuse("shop-total-changed");
        } else {
            state.limits.login(address)?;
            let once = entry.raw("once").to_owned();
            match placed(&state, &frame, &buyer, wanted, once, &prices.till.currency).await {
                Ok(to) => return Ok(Redirect::to(&to).into_response()),
                Err(error) => refuse(&mut entry, error)?,
            }
        }
    }
    let status = if entry.is_good() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(html(status, page::product(&frame, counter, &entry.shown())))
}

fn total_of(quote: &Quote) -> Option<Total> {
    let line = quote.lines.first()?;
    Some(Total {
        quantity: line.quantity,
        unit_minor: line.unit_minor,
        ar_minor: line.ar_minor,
        total_minor: quote.total_minor,
    })
}

/// Says a refusal beside the form; any other error goes on.
fn refuse(entry: &mut Entry, error: AppError) -> Result<(), AppError> {
    match refusal_text(&error) {
        Some(text) => {
            entry.refuse(&text);
            Ok(())
        }
        None => Err(error),
    }
}

/// The living photo that was chosen: one of the buyer's own, or one that is nobody's and whose link they have.
async fn photo_of(
    state: &AppState,
    entry: &mut Entry,
    buyer: &Buyer,
    has_ar: bool,
) -> Result<Option<String>, AppError> {
    let (chosen, link) = (entry.raw("photo").to_owned(), entry.optional("album", ALBUM_CHARS_MAX));
    let (field, id) = if !chosen.is_empty() {
        ("photo", chosen)
    } else if !link.is_empty() {
        ("album", id_in(&link))
    } else {
        return Ok(None);
    };
    let is_theirs = buyer.photos.iter().any(|(own, _)| *own == id);
    let may_go = is_theirs || (field == "album" && is_id(&id) && state.db.unowned(&id).await?.is_some());
    if !may_go {
        // Beside the field that everybody has.
        entry.wrong("album", "shop-album-unknown");
    } else if !has_ar {
        entry.wrong(field, "shop-needs-ar");
    }
    Ok(may_go.then_some(id))
}

/// The id that a living photo's link ends in.
fn id_in(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn read(entry: &mut Entry, wish: Wish, photo: Option<String>, language: Language) -> Wanted {
    Wanted {
        wish,
        photo,
        profile: ProfileFields {
            name: entry.text("name", NAME_CHARS_MAX),
            email: entry.email("email"),
            phone: entry.optional("phone", PHONE_CHARS_MAX),
            address: entry.text("address", ADDRESS_CHARS_MAX),
            language: language.code().to_owned(),
            notes: String::new(),
            consents: entry.ticked("consent"),
        },
        message: entry.optional("message", MESSAGE_CHARS_MAX),
    }
}

/// Places the order; gives the address of its page.
async fn placed(
    state: &AppState,
    frame: &Frame,
    buyer: &Buyer,
    wanted: Wanted,
    once: String,
    currency: &str,
) -> Result<String, AppError> {
    let Wanted { wish, photo, profile, message } = wanted;
    let new = NewOrder {
        once,
        customer_id: buyer.known.as_ref().map(|(_, customer)| customer.id.clone()),
        name: profile.name.clone(),
        email: profile.email.clone(),
        phone: profile.phone.clone(),
        address: profile.address.clone(),
        language: frame.format.language(),
        currency: currency.to_owned(),
        wishes: vec![wish],
        message,
        origin: Origin::Web,
        project_ids: photo.iter().cloned().collect(),
    };
    let Some((account, customer)) = &buyer.known else {
        let guest = Actor { account_id: None, name: profile.name.clone() };
        let order = place(state, new, &guest).await?;
        let customer_id = state.db.add_guest(&order.id, &profile, &guest).await?;
        // One that was made in this very browser is theirs; one whose link they have may be anybody's.
        let photo = photo.filter(|photo| buyer.photos.iter().any(|(own, _)| own == photo));
        if let (Some(photo), Some(customer_id)) = (photo, customer_id) {
            state.db.own_project(&photo, &customer_id).await?;
        }
        return Ok(thanks(state, buyer, &order.id));
    };
    let actor = Actor { account_id: Some(account.id.clone()), name: account.name.clone() };
    let order = place(state, new, &actor).await?;
    complete(state, customer, profile, &actor).await?;
    Ok(thanks(state, buyer, &order.id))
}

/// Where an order that was placed is shown to whoever placed it.
fn thanks(state: &AppState, buyer: &Buyer, id: &str) -> String {
    match buyer.known {
        Some(_) => format!("/account/orders/{id}?said=said-ordered"),
        None => format!("{}&said=said-ordered", orders::path(state, id)),
    }
}

/// What a profile lacks is taken from the order; what it says stays.
async fn complete(
    state: &AppState,
    customer: &Customer,
    entered: ProfileFields,
    actor: &Actor,
) -> Result<(), AppError> {
    let or = |known: &String, entered: String| if known.is_empty() { entered } else { known.clone() };
    let fields = ProfileFields {
        name: or(&customer.name, entered.name),
        email: or(&customer.email, entered.email),
        phone: or(&customer.phone, entered.phone),
        address: or(&customer.address, entered.address),
        language: or(&customer.language, entered.language),
        notes: customer.notes.clone(),
        consents: entered.consents,
    };
    state.db.edit_customer(customer, &fields, actor).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Opened {
    #[serde(default)]
    key: String,
}

/// The page of an order for whoever has its link.
async fn receipt(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    Path(id): Path<String>,
    Query(Opened { key }): Query<Opened>,
) -> Result<Response, AppError> {
    if !state.key.is_signed(ORDER, &id, &key) {
        return Err(AppError::not_found());
    }
    let shown = receipt_of(&state, orders::find(&state, &id).await?).await?;
    Ok(html(StatusCode::OK, page::receipt(&frame, shown, None)))
}

/// An order with what belongs to it, as its customer sees it.
pub(super) async fn receipt_of(state: &AppState, order: Order) -> Result<Receipt, AppError> {
    let items = state.db.order_items(&order.id).await?;
    let photos = state.db.projects_of_order(&order.id).await?.into_iter();
    let photos = photos.map(|photo| {
        let link = state.link(&photo.id);
        (photo.id, photo.name, photo.status, link)
    });
    Ok(Receipt { items, photos: photos.collect(), order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_however_it_was_copied() {
        for link in [
            "https://photos.example/ar/view/demo-abc",
            "photos.example/ar/view/demo-abc/",
            "/living-photos/demo-abc?said=x#top",
            "demo-abc",
        ] {
            assert_eq!(id_in(link), "demo-abc", "{link}");
        }
    }
}
