-- Accounts, orders, the price list, mail, the audit log, search.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Lower case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Argon2id in PHC string format; NULL until a password has been chosen.
    password_hash TEXT,
    -- ISO 639-1; empty for the browser's.
    language TEXT NOT NULL,
    -- Base32; NULL without a second factor. The last step that was used can't be used again.
    totp_secret TEXT,
    totp_step BIGINT NOT NULL DEFAULT 0,
    is_active BIGINT NOT NULL,
    -- Wrong passwords in a row, and until when no further one is looked at.
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until_ms BIGINT NOT NULL DEFAULT 0,
    -- A customer's profile; NULL for staff.
    customer_id TEXT,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    seen_ms BIGINT
);

CREATE INDEX accounts_by_customer ON accounts (customer_id);
CREATE INDEX accounts_by_creation ON accounts (created_ms, id);
CREATE INDEX accounts_of_staff ON accounts (created_ms, id) WHERE role <> 'customer';
CREATE INDEX accounts_by_role ON accounts (role, created_ms, id);

CREATE TABLE sessions (
    -- SHA-256 of what the cookie holds.
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT,
    data TEXT NOT NULL,
    -- What the browser says it is.
    agent TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX sessions_by_account ON sessions (account_id, seen_ms);
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

-- Links that were mailed and work once.
CREATE TABLE one_time_links (
    -- SHA-256 of what the link holds.
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX one_time_links_by_account ON one_time_links (account_id);
CREATE INDEX one_time_links_by_expiry ON one_time_links (expires_ms);

CREATE TABLE customers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- When the customer agreed to get offers; NULL for no.
    consent_ms BIGINT,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    -- When everything personal was erased on request.
    erased_ms BIGINT
);

CREATE INDEX customers_by_creation ON customers (created_ms, id);
CREATE INDEX customers_by_email ON customers (email);

ALTER TABLE products ADD COLUMN name_ru TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN name_hy TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN description_ru TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN description_hy TEXT NOT NULL DEFAULT '';
-- Pieces in stock; NULL for what is made to order.
ALTER TABLE products ADD COLUMN stock BIGINT;
ALTER TABLE products ADD COLUMN production_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN created_ms BIGINT NOT NULL DEFAULT 0;
-- When it was taken off the price list for good; ordered products are archived, never deleted.
ALTER TABLE products ADD COLUMN archived_ms BIGINT;

CREATE INDEX products_by_creation ON products (created_ms, id);
CREATE INDEX products_by_change ON products (updated_ms, id);

-- A price of its own in another currency than the product's; without one it is converted.
CREATE TABLE product_prices (
    product_id TEXT NOT NULL REFERENCES products (id),
    currency TEXT NOT NULL REFERENCES currencies (code),
    price_minor BIGINT NOT NULL,
    PRIMARY KEY (product_id, currency)
);

CREATE TABLE product_pictures (
    -- Its file's name in the store.
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id),
    position BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL
);

CREATE INDEX product_pictures_by_product ON product_pictures (product_id, position);

-- Where the current rate comes from.
ALTER TABLE currencies ADD COLUMN rate_source TEXT NOT NULL DEFAULT '';
-- Nothing can be sold in a currency without a rate.
UPDATE currencies SET is_active = 0 WHERE rate IS NULL;

-- Every rate that ever was in force.
CREATE TABLE rates (
    id TEXT NOT NULL PRIMARY KEY,
    currency TEXT NOT NULL REFERENCES currencies (code),
    -- The base currency then, and units of this currency for one of it, a decimal.
    base TEXT NOT NULL,
    rate TEXT NOT NULL,
    source TEXT NOT NULL,
    account_id TEXT,
    at_ms BIGINT NOT NULL
);

CREATE INDEX rates_by_currency ON rates (currency, at_ms, id);
CREATE INDEX rates_by_time ON rates (at_ms, id);

-- Numbers that people see, such as those of orders.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('order', 1000);

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    customer_id TEXT REFERENCES customers (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- Frozen when the order was made: the base currency then, and units of the order's currency for one of it.
    base TEXT NOT NULL,
    rate TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    -- The total in the frozen base currency.
    base_minor BIGINT NOT NULL,
    -- What the customer wrote, what the staff did.
    message TEXT NOT NULL,
    notes TEXT NOT NULL,
    tracking TEXT NOT NULL,
    cancel_reason TEXT NOT NULL,
    -- 'web' or 'staff'.
    origin TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX orders_by_creation ON orders (created_ms, id);
-- The dashboard's sums are read from it alone.
CREATE INDEX orders_to_sum ON orders (created_ms, status, base, base_minor);
CREATE INDEX orders_by_status ON orders (status, created_ms, id);
CREATE INDEX orders_by_total ON orders (base_minor, id);
CREATE INDEX orders_by_status_total ON orders (status, base_minor, id);
CREATE INDEX orders_by_customer ON orders (customer_id, created_ms, id);

CREATE TABLE order_items (
    order_id TEXT NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    product_id TEXT REFERENCES products (id),
    -- As they were when ordered.
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_minor BIGINT NOT NULL,
    -- The price of a living photo for each piece; 0 without one.
    ar_minor BIGINT NOT NULL,
    has_ar BIGINT NOT NULL,
    -- Whether its pieces were taken from the stock, 1 or 0: only these go back when the order is cancelled.
    from_stock BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, position)
);

CREATE INDEX order_items_by_product ON order_items (product_id);

-- The customer whose it is; NULL for a guest's.
ALTER TABLE ar_projects ADD COLUMN owner_id TEXT;
ALTER TABLE ar_projects ADD COLUMN order_id TEXT;
-- Counts the edits of how the videos lie on the photos, over all versions; each has a manifest of its own.
ALTER TABLE ar_projects ADD COLUMN edit BIGINT NOT NULL DEFAULT 0;
-- Those settings as JSON, by the SHA-256 of the photo: a photo that stays in a new version keeps them. NULL for none.
ALTER TABLE ar_projects ADD COLUMN overlays TEXT;
ALTER TABLE ar_projects ADD COLUMN scans BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ar_projects ADD COLUMN plays BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ar_projects ADD COLUMN scanned_ms BIGINT;
-- Whether the owner has been told of the coming end, 1 or 0.
ALTER TABLE ar_projects ADD COLUMN is_warned BIGINT NOT NULL DEFAULT 0;

CREATE INDEX ar_projects_by_creation ON ar_projects (created_ms, id);
CREATE INDEX ar_projects_by_status_creation ON ar_projects (status, created_ms, id);
CREATE INDEX ar_projects_by_size ON ar_projects (bytes, id);
CREATE INDEX ar_projects_by_scans ON ar_projects (scans, id);
CREATE INDEX ar_projects_by_end ON ar_projects (expires_ms, id);
CREATE INDEX ar_projects_by_owner ON ar_projects (owner_id, created_ms, id);
CREATE INDEX ar_projects_by_order ON ar_projects (order_id);
CREATE INDEX ar_projects_with_order ON ar_projects (created_ms, id) WHERE order_id IS NOT NULL;
CREATE INDEX ar_projects_by_status_size ON ar_projects (status, bytes, id);
CREATE INDEX ar_projects_by_status_scans ON ar_projects (status, scans, id);

-- Scans and plays of a day (days since 1970 UTC), counted without telling one visitor from another.
CREATE TABLE visits (
    project_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    scans BIGINT NOT NULL,
    plays BIGINT NOT NULL,
    PRIMARY KEY (project_id, day)
);

-- The same of all projects together.
CREATE TABLE visit_days (
    day BIGINT NOT NULL PRIMARY KEY,
    scans BIGINT NOT NULL,
    plays BIGINT NOT NULL
);

CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    -- What it is about: a template, and the thing.
    kind TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    -- 'queued', 'sending', 'sent' or 'failed'.
    status TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    -- When it is tried next; while it is being sent, until when nobody else does.
    next_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    sent_ms BIGINT
);

CREATE INDEX mails_by_creation ON mails (created_ms, id);
CREATE INDEX mails_by_status ON mails (status, created_ms, id);
CREATE INDEX mails_by_kind ON mails (kind, created_ms, id);
CREATE INDEX mails_by_status_kind ON mails (status, kind, created_ms, id);
CREATE INDEX mails_due ON mails (status, next_ms);
CREATE INDEX mails_by_entity ON mails (entity, entity_id, created_ms);

-- Who changed what, and when.
CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    -- NULL for what happens by itself.
    account_id TEXT,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    -- The fields that changed, as JSON objects.
    before TEXT NOT NULL,
    after TEXT NOT NULL
);

CREATE INDEX audit_by_time ON audit (at_ms, id);
CREATE INDEX audit_by_kind ON audit (entity, at_ms, id);
CREATE INDEX audit_by_entity ON audit (entity, entity_id, at_ms, id);
CREATE INDEX audit_by_account ON audit (account_id, at_ms, id);

-- The words by which things are found: lower case, as UTF-8.
CREATE TABLE words (
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    word BYTEA NOT NULL,
    PRIMARY KEY (entity, entity_id, word)
);

CREATE INDEX words_by_word ON words (entity, word, entity_id);
