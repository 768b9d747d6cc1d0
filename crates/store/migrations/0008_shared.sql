-- A link may share the record of one side with other links under its item: which side that is, or nothing.

ALTER TABLE link ADD COLUMN shares TEXT CHECK (shares IN ('salesforce', 'jira'));

-- One to one under an item, except for tombstones and for what is shared.
DROP INDEX link_one_per_record;
DROP INDEX link_one_per_issue;
CREATE UNIQUE INDEX link_one_per_record ON link (org, salesforce_id, item)
    WHERE state <> 'unlinked' AND (shares IS NULL OR shares <> 'salesforce');
CREATE UNIQUE INDEX link_one_per_issue ON link (site, jira_id, item)
    WHERE state <> 'unlinked' AND (shares IS NULL OR shares <> 'jira');
CREATE UNIQUE INDEX link_one_per_pair ON link (org, salesforce_id, site, jira_id, item) WHERE state <> 'unlinked';
