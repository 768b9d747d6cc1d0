-- What vendors refused of links holds their sentences: it leaves the rows of the links, which hold identifiers only.

CREATE TABLE refusal (
    link_id BIGINT NOT NULL PRIMARY KEY REFERENCES link (id),
    blocked TEXT NOT NULL
);
INSERT INTO refusal (link_id, blocked) SELECT id, blocked FROM link WHERE blocked <> '{}';
UPDATE link SET reason = NULL WHERE state <> 'unlinked';
ALTER TABLE link DROP COLUMN blocked;

-- A link as the program reads it.
CREATE VIEW linked AS
    SELECT link.*, COALESCE(refusal.blocked, '{}') AS blocked
    FROM link LEFT JOIN refusal ON refusal.link_id = link.id;
