-- Why the last `sync` of an item did not finish, and when, until a look at it has finished: it is told where no server runs.

ALTER TABLE item ADD COLUMN problem TEXT;
ALTER TABLE item ADD COLUMN problem_ms BIGINT;
