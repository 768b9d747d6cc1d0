-- Values that rounds are about to write to records that are there. A row goes when its round ends knowing what became of
-- the write; one that stays says what a side may show though nobody heard of it.

CREATE TABLE sent (
    org TEXT NOT NULL,
    salesforce_id TEXT NOT NULL,
    jira_id TEXT NOT NULL,
    mapping TEXT NOT NULL,
    side TEXT NOT NULL,
    round TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    source TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (org, salesforce_id, jira_id, mapping, side, round)
);
