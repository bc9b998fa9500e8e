//! Orders as shop and customer see them.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Has arrived.
    Pending,
    /// Is being made.
    Processing,
    /// Is on its way.
    Shipped,
    /// Is there.
    Delivered,
    /// Will not be made.
    Cancelled,
}

impl OrderStatus {
    /// All of them, in the order of an order's way.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Processing, Self::Shipped, Self::Delivered, Self::Cancelled];

    /// What may follow.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Processing, Self::Cancelled],
            Self::Processing => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered],
            Self::Delivered | Self::Cancelled => &[],
        }
    }

    /// As it is stored, and in the ids of texts (`order-status-…`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// How a badge shows it: `good`, `busy`, `bad` or `plain`.
    #[must_use]
    pub fn tone(self) -> &'static str {
        match self {
            Self::Pending | Self::Processing => "busy",
            Self::Shipped => "plain",
            Self::Delivered => "good",
            Self::Cancelled => "bad",
        }
    }
}

/// Who entered an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The customer, on our pages.
    Web,
    /// Somebody who works here.
    Staff,
}

impl Origin {
    /// As it is stored, and in the ids of texts (`order-origin-…`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Staff => "staff",
        }
    }

    /// The origin of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Web, Self::Staff].into_iter().find(|origin| origin.name() == name)
    }
}

/// An order. Amounts are in the smallest unit of their currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id; unguessable, so that it opens the customer's page of the order.
    pub id: String,
    /// What people call it by.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// The customer's profile, if there is one.
    pub customer_id: Option<String>,
    /// As entered with the order.
    pub name: String,
    /// Lower case; may be empty.
    pub email: String,
    /// May be empty.
    pub phone: String,
    /// May be empty.
    pub address: String,
    /// In which mails about it are written.
    pub language: Language,
    /// ISO 4217.
    pub currency: String,
    /// The base currency when it was made.
    pub base: String,
    /// Units of its currency for one of the base then, a decimal.
    pub rate: String,
    /// In its currency.
    pub total_minor: i64,
    /// In the base currency of then, at the rate of then.
    pub base_minor: i64,
    /// What the customer wrote.
    pub message: String,
    /// What staff wrote, for staff only.
    pub notes: String,
    /// The carrier's number; empty until there is one.
    pub tracking: String,
    /// Empty unless cancelled.
    pub cancel_reason: String,
    /// Who entered it.
    pub origin: Origin,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}

/// A line of an order, as it was when ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderItem {
    /// The product.
    pub product_id: Option<String>,
    /// Stock keeping unit.
    pub sku: String,
    /// In the customer's language.
    pub name: String,
    /// Pieces.
    pub quantity: i64,
    /// Price of a piece.
    pub unit_minor: i64,
    /// Price of the living photo of a piece; 0 without one.
    pub ar_minor: i64,
    /// Whether each piece has a living photo.
    pub has_ar: bool,
}

impl OrderItem {
    /// Price of all its pieces.
    #[must_use]
    pub fn total_minor(&self) -> i64 {
        self.unit_minor.saturating_add(self.ar_minor).saturating_mul(self.quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_name_of_its_own() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.name()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
            assert!(!status.next().contains(&status));
        }
        assert_eq!(OrderStatus::parse("lost"), None);
    }
}
