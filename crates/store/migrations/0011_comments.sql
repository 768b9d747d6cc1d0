-- Copies of comments: which comment of which side, and what became of the copy on the other. A row that is announced and
-- not yet known says that a copy may appear.

CREATE TABLE comment_copy (
    link_id BIGINT NOT NULL REFERENCES link (id),
    origin TEXT NOT NULL,
    comment TEXT NOT NULL,
    revision BIGINT NOT NULL,
    part BIGINT NOT NULL,
    state TEXT NOT NULL,
    copy_id TEXT,
    until_ms BIGINT,
    reason TEXT,
    audience TEXT NOT NULL,
    digest TEXT NOT NULL,
    says TEXT NOT NULL,
    is_fixed BIGINT NOT NULL,
    PRIMARY KEY (link_id, origin, comment, revision, part)
);

-- What both sides' comments looked like when nothing was left to do about them.
CREATE TABLE thread (
    link_id BIGINT NOT NULL PRIMARY KEY REFERENCES link (id),
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL
);
