-- Calls for a grant of portal access that were announced before they were sent, and of which nobody has heard: until when
-- each may take effect, by the clock of the side it was sent to.

CREATE TABLE access_call (
    org TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    side TEXT NOT NULL,
    until_ms BIGINT,
    PRIMARY KEY (org, grant_id, side)
);
