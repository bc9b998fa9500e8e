-- Living photos: one row a project. Its files are in the object store.
CREATE TABLE ar_projects (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    -- SHA-256 of the request that finishes the project: its repeats are answered alike, another one is refused.
    finish_digest TEXT,
    -- That request, as JSON: what a compile on the server works from.
    finish TEXT,
    -- Whoever publishes or compiles does so alone until then.
    lease_until_ms BIGINT NOT NULL,
    -- Compiles begun.
    attempts BIGINT NOT NULL,
    failure_code TEXT,
    failure_detail TEXT,
    -- What was published: size of targets.mind and the targets as JSON.
    mind_bytes BIGINT,
    targets TEXT
);

CREATE INDEX ar_projects_by_status ON ar_projects (status, created_ms);

-- What the processes of one installation share, such as the key that signs upload tokens.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
