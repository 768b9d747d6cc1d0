-- Requests for portal access that people made by the form, until somebody has decided. One for each address.

CREATE TABLE access_request (
    org TEXT NOT NULL,
    email TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    message TEXT NOT NULL,
    asked_ms BIGINT NOT NULL,
    PRIMARY KEY (org, email)
);
