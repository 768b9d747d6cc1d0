-- After an older image of the database was put back, each item looks for what it has created since, before it creates
-- anything. `meta` counts how often that happened, an item up to which time it has looked.

ALTER TABLE item ADD COLUMN recovered BIGINT NOT NULL DEFAULT 0;
INSERT INTO meta (name, content) VALUES ('recovery', '0');
INSERT INTO meta (name, content) VALUES ('creations', '0');
