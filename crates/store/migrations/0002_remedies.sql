-- What people do about open work: a conflict has a number by which they name it, a decision says what it took and what
-- the person saw, the journal is sealed row by row, and parked work says what kind of refusal it was.

ALTER TABLE conflict RENAME TO conflict_unnumbered;
CREATE TABLE conflict (
    id BIGINT IDENTITY PRIMARY KEY,
    link_id BIGINT NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    UNIQUE (link_id, mapping)
);
INSERT INTO conflict (link_id, mapping, salesforce, jira, since_ms)
    SELECT link_id, mapping, salesforce, jira, since_ms FROM conflict_unnumbered ORDER BY since_ms, link_id, mapping;
DROP TABLE conflict_unnumbered;

ALTER TABLE decision RENAME TO decision_unseen;
CREATE TABLE decision (
    link_id BIGINT NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    take TEXT NOT NULL,
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_ms BIGINT NOT NULL,
    PRIMARY KEY (link_id, mapping)
);
INSERT INTO decision (link_id, mapping, take, salesforce, jira, decided_by, decided_ms)
    SELECT d.link_id, d.mapping, '{"side":"' || d.stands || '"}', c.salesforce, c.jira, d.decided_by, d.decided_ms
    FROM decision_unseen AS d JOIN conflict AS c ON c.link_id = d.link_id AND c.mapping = d.mapping;
DROP TABLE decision_unseen;

-- Rows from before have no seal.
ALTER TABLE journal ADD COLUMN seal TEXT;
CREATE INDEX journal_by_item ON journal (item, id);
CREATE INDEX journal_by_round ON journal (round, id);
INSERT INTO meta (name, content) VALUES ('journal seal', '');

ALTER TABLE parked ADD COLUMN class TEXT NOT NULL DEFAULT 'rejected';
