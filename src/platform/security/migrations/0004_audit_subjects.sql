-- What seals the personal part of audit entries, a key for each person: once it is gone nobody reads that any more,
-- and the chain is whole all the same.
CREATE TABLE audit_subjects (
  user_id text PRIMARY KEY NOT NULL,
  key_id text NOT NULL UNIQUE,
  key bytea NOT NULL
);

ALTER TABLE audit_log ADD COLUMN sealed text;
