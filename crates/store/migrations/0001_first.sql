-- Everything Entente remembers. One text for both databases; sql/dialect.rs says what becomes of BIGINT and IDENTITY.
-- Times are epoch milliseconds (_ms), documents are JSON text, flags are 0 or 1.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL
);

CREATE TABLE lease (
    org TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);

CREATE TABLE hint (
    id BIGINT IDENTITY PRIMARY KEY,
    org TEXT NOT NULL,
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    version TEXT,
    seq BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    offered_ms BIGINT NOT NULL,
    UNIQUE (org, connection, kind, record_id)
);
CREATE INDEX hint_by_due ON hint (org, due_ms);
CREATE INDEX hint_by_rank ON hint (org, priority DESC, due_ms, id);

CREATE TABLE link (
    id BIGINT IDENTITY PRIMARY KEY,
    item TEXT NOT NULL,
    org TEXT NOT NULL,
    salesforce_id TEXT NOT NULL,
    site TEXT NOT NULL,
    jira_id TEXT NOT NULL,
    jira_key TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'parked', 'detached', 'unlinked')),
    reason TEXT,
    salesforce_read_ms BIGINT NOT NULL,
    jira_read_ms BIGINT NOT NULL,
    salesforce_version TEXT,
    jira_version TEXT,
    salesforce_missing_ms BIGINT,
    jira_missing_ms BIGINT,
    blocked TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
-- One to one under an item, except for tombstones.
CREATE UNIQUE INDEX link_one_per_record ON link (org, salesforce_id, item) WHERE state <> 'unlinked';
CREATE UNIQUE INDEX link_one_per_issue ON link (site, jira_id, item) WHERE state <> 'unlinked';
CREATE INDEX link_by_record ON link (org, salesforce_id);
CREATE INDEX link_by_issue ON link (site, jira_id);
CREATE INDEX link_by_item ON link (item, id);
-- For counting.
CREATE INDEX link_by_state ON link (item, state);

CREATE TABLE base (
    link_id BIGINT PRIMARY KEY REFERENCES link (id),
    canon_version BIGINT NOT NULL,
    fields TEXT NOT NULL
);

CREATE TABLE conflict (
    link_id BIGINT NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    PRIMARY KEY (link_id, mapping)
);

CREATE TABLE decision (
    link_id BIGINT NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    stands TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_ms BIGINT NOT NULL,
    PRIMARY KEY (link_id, mapping)
);

CREATE TABLE note (
    id BIGINT IDENTITY PRIMARY KEY,
    link_id BIGINT NOT NULL REFERENCES link (id),
    code TEXT NOT NULL,
    mapping TEXT,
    sentence TEXT NOT NULL
);
CREATE INDEX note_by_link ON note (link_id, id);

CREATE TABLE intent (
    op_id TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    item TEXT NOT NULL,
    side TEXT NOT NULL,
    source_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'done', 'failed')),
    probe_floor BIGINT,
    payload TEXT NOT NULL,
    target_id TEXT,
    reason TEXT,
    created_ms BIGINT NOT NULL,
    sent_ms BIGINT,
    settle_until_ms BIGINT,
    ended_ms BIGINT,
    attempts BIGINT NOT NULL,
    epoch BIGINT NOT NULL
);
CREATE UNIQUE INDEX intent_one_open ON intent (org, item, side, source_id) WHERE state IN ('planned', 'sent');

CREATE TABLE cursor (
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (org, name)
);

CREATE TABLE parked (
    item TEXT NOT NULL,
    side TEXT NOT NULL,
    record_id TEXT NOT NULL,
    org TEXT NOT NULL,
    reason TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    PRIMARY KEY (item, side, record_id)
);

CREATE TABLE item (
    item TEXT PRIMARY KEY,
    held TEXT,
    last_sync_ms BIGINT,
    first_run_ms BIGINT,
    discovered BIGINT NOT NULL
);

CREATE TABLE spending (
    id BIGINT IDENTITY PRIMARY KEY,
    item TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    acts BIGINT NOT NULL
);
CREATE INDEX spending_by_item ON spending (item, at_ms);

CREATE TABLE journal (
    id BIGINT IDENTITY PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    org TEXT,
    item TEXT,
    link_id BIGINT,
    side TEXT,
    record_id TEXT,
    mapping TEXT,
    value_before TEXT,
    value_after TEXT,
    sentence TEXT NOT NULL,
    round TEXT
);
CREATE INDEX journal_by_link ON journal (link_id, id);
