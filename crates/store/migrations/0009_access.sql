-- Portal access: from which domains people are let in, who was asked about a domain, and which organizations were
-- announced before they were made.

CREATE TABLE access_domain (
    org TEXT NOT NULL,
    domain TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_ms BIGINT NOT NULL,
    PRIMARY KEY (org, domain)
);

-- At most one open task per domain. Without a name it was announced and not heard of.
CREATE TABLE access_task (
    org TEXT NOT NULL,
    domain TEXT NOT NULL,
    operation TEXT NOT NULL,
    probe_floor BIGINT,
    name TEXT,
    announced_ms BIGINT NOT NULL,
    PRIMARY KEY (org, domain)
);

-- A row goes when the organization was seen to belong to the record.
CREATE TABLE access_organization (
    org TEXT NOT NULL,
    record_id TEXT NOT NULL,
    name TEXT NOT NULL,
    announced_ms BIGINT NOT NULL,
    PRIMARY KEY (org, record_id)
);
