-- Versions, trials, the trash, a fair queue; currencies and products.

-- The published version names its folder in the store; it grows with every publication.
ALTER TABLE ar_projects ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- The request that the published version was made from, as JSON: files that stay the same are taken from there.
ALTER TABLE ar_projects ADD COLUMN published TEXT;
-- Counts whoever took the project on to publish or compile it; what an earlier one does no longer counts.
ALTER TABLE ar_projects ADD COLUMN claim BIGINT NOT NULL DEFAULT 0;
-- Whether files may be sent, 1 or 0.
ALTER TABLE ar_projects ADD COLUMN is_open BIGINT NOT NULL DEFAULT 0;
-- Pseudonym of whoever made it, for fairness between customers.
ALTER TABLE ar_projects ADD COLUMN customer TEXT NOT NULL DEFAULT '';
ALTER TABLE ar_projects ADD COLUMN queued_ms BIGINT NOT NULL DEFAULT 0;
-- A trial's end, and how often it was put off; NULL for a permanent project.
ALTER TABLE ar_projects ADD COLUMN expires_ms BIGINT;
ALTER TABLE ar_projects ADD COLUMN extensions BIGINT NOT NULL DEFAULT 0;
-- Bytes of published files and of the photos kept to compile them again.
ALTER TABLE ar_projects ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
-- When the files of a removed or expired project are deleted for good.
ALTER TABLE ar_projects ADD COLUMN purge_ms BIGINT;
-- Counts the changes of what the store must show, and whether (1 or 0) it shows the last.
ALTER TABLE ar_projects ADD COLUMN front BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ar_projects ADD COLUMN settled BIGINT NOT NULL DEFAULT 1;

UPDATE ar_projects SET version = 1, published = finish, settled = 0 WHERE status = 'ready';
UPDATE ar_projects SET is_open = 1, settled = 0 WHERE status = 'draft';
UPDATE ar_projects SET queued_ms = updated_ms WHERE status IN ('queued', 'compiling');

CREATE INDEX ar_projects_by_customer ON ar_projects (status, customer, queued_ms);
CREATE INDEX ar_projects_unsettled ON ar_projects (settled);
CREATE INDEX ar_projects_by_expiry ON ar_projects (expires_ms);
CREATE INDEX ar_projects_by_purge ON ar_projects (purge_ms);

-- What one of several processes does at a time, such as the sweep.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    until_ms BIGINT NOT NULL
);

CREATE TABLE currencies (
    -- ISO 4217.
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Digits behind the point.
    minor_digits BIGINT NOT NULL,
    -- Units of it for one unit of the base currency, a decimal; NULL until somebody has entered one.
    rate TEXT,
    is_base BIGINT NOT NULL,
    is_active BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

INSERT INTO currencies (code, name, minor_digits, rate, is_base, is_active, updated_ms) VALUES
    ('USD', 'US dollar', 2, '1', 1, 1, 0),
    ('RUB', 'Russian rouble', 2, NULL, 0, 1, 0),
    ('AMD', 'Armenian dram', 2, NULL, 0, 1, 0);

CREATE TABLE products (
    id TEXT NOT NULL PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    currency TEXT NOT NULL REFERENCES currencies (code),
    is_active BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX products_by_name ON products (is_active, name, id);
