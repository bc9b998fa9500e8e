//! Who may do what: the one table that the server enforces and the pages go by.

use serde::{Deserialize, Serialize};

/// What somebody works as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the installation.
    Admin,
    /// Runs the shop.
    Manager,
    /// Prints and sends.
    Printer,
    /// Answers customers.
    Support,
    /// Orders; has no business in the CRM.
    Customer,
}

/// What a page or a change asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    /// The dashboard and its numbers.
    SeeDashboard,
    /// Orders with their customers' addresses.
    SeeOrders,
    /// Everything about an order but its way through the shop.
    EditOrders,
    /// An order's way through the shop, and its tracking number.
    MoveOrders,
    /// The price list as staff see it.
    SeeProducts,
    /// Products and prices.
    EditProducts,
    /// Currencies with the history of their rates.
    SeeCurrencies,
    /// Currencies, rates, the base currency.
    EditCurrencies,
    /// Living photos of all customers.
    SeeProjects,
    /// How videos lie on photos, retries, terms, the trash.
    EditProjects,
    /// Customers' profiles.
    SeeCustomers,
    /// Customers' profiles, changed.
    EditCustomers,
    /// Everything personal of a customer, given out or erased for good.
    EraseCustomers,
    /// Who works here, and as what.
    ManageUsers,
    /// Who changed what.
    SeeAudit,
    /// Which mails were sent.
    SeeMail,
    /// A mail once more.
    ResendMail,
    /// What an operator changes at run time.
    EditSettings,
}

use Permission::{
    EditCurrencies, EditCustomers, EditOrders, EditProducts, EditProjects, EditSettings, EraseCustomers, ManageUsers,
    MoveOrders, ResendMail, SeeAudit, SeeCurrencies, SeeCustomers, SeeDashboard, SeeMail, SeeOrders, SeeProducts,
    SeeProjects,
};

impl Permission {
    /// All of them.
    pub const ALL: [Self; 18] = [
        SeeDashboard,
        SeeOrders,
        EditOrders,
        MoveOrders,
        SeeProducts,
        EditProducts,
        SeeCurrencies,
        EditCurrencies,
        SeeProjects,
        EditProjects,
        SeeCustomers,
        EditCustomers,
        EraseCustomers,
        ManageUsers,
        SeeAudit,
        SeeMail,
        ResendMail,
        EditSettings,
    ];
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Admin, Self::Manager, Self::Printer, Self::Support, Self::Customer];

    /// The table.
    #[must_use]
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => &Permission::ALL,
            Self::Manager => &[
                SeeDashboard,
                SeeOrders,
                EditOrders,
                MoveOrders,
                SeeProducts,
                EditProducts,
                SeeCurrencies,
                EditCurrencies,
                SeeProjects,
                EditProjects,
                SeeCustomers,
                EditCustomers,
                EraseCustomers,
                SeeAudit,
                SeeMail,
                ResendMail,
            ],
            Self::Printer => &[SeeDashboard, SeeOrders, MoveOrders, SeeProducts, SeeProjects],
            Self::Support => &[
                SeeDashboard,
                SeeOrders,
                EditOrders,
                SeeProducts,
                SeeCurrencies,
                SeeProjects,
                EditProjects,
                SeeCustomers,
                EditCustomers,
                SeeMail,
                ResendMail,
            ],
            Self::Customer => &[],
        }
    }

    /// Whether it may.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether it works in the CRM.
    #[must_use]
    pub fn is_staff(self) -> bool {
        self != Self::Customer
    }

    /// As it is stored, and in the ids of texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Printer => "printer",
            Self::Support => "support",
            Self::Customer => "customer",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
