-- Addresses that somebody has shown to be theirs. Another address of theirs is not.
CREATE TABLE verified_emails (
  user_id text PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email text NOT NULL,               -- in lower case
  verified_at bigint NOT NULL
);
