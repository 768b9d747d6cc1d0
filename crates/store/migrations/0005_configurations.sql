-- A configuration that is kept in the database: each text that was ever applied, the newest in use. And which items, as
-- they were, have been tested: a digest stands for what an item said.

CREATE TABLE configuration (
    version BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    applied_by TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE TABLE tested (
    item TEXT NOT NULL,
    digest TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (item, digest)
);
