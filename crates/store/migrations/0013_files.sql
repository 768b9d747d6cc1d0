-- Copies of files: which file of which side, and what became of the copy on the other. A row that is announced and not yet
-- known says that a copy may appear.

CREATE TABLE file_copy (
    link_id BIGINT NOT NULL REFERENCES link (id),
    origin TEXT NOT NULL,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    n_bytes BIGINT NOT NULL,
    state TEXT NOT NULL,
    copy_id TEXT,
    until_ms BIGINT,
    reason TEXT,
    is_finished BIGINT NOT NULL,
    PRIMARY KEY (link_id, origin, file)
);

-- What both sides' files looked like when nothing was left to do about them.
CREATE TABLE folder (
    link_id BIGINT NOT NULL PRIMARY KEY REFERENCES link (id),
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL
);

-- Notes on records that say which issue they are linked with. One that has a time was announced, and may appear until then.
CREATE TABLE link_note (
    link_id BIGINT NOT NULL PRIMARY KEY REFERENCES link (id),
    until_ms BIGINT
);
