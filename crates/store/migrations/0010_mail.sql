-- Mails: each request has one, and what became of it. Without an answer it was handed over and not heard of.

CREATE TABLE mail (
    org TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    announced_ms BIGINT NOT NULL,
    PRIMARY KEY (org, request)
);
