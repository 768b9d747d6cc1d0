-- People and programs that may use the API by a token of their own. Of the token there is only its SHA-256.

CREATE TABLE api_user (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    added_by TEXT NOT NULL,
    added_ms BIGINT NOT NULL
);
