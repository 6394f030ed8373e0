-- What people have agreed to, or not any more. Rows are only ever added.
CREATE TABLE consents (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL,
  purpose text NOT NULL,
  version text NOT NULL,             -- of the text that they have read
  is_granted boolean NOT NULL,
  source text NOT NULL,              -- where they said so
  created_at bigint NOT NULL
);
CREATE INDEX consents_of_a_user ON consents (user_id, id);

-- Accounts that are to be erased, and those that were a moment ago.
CREATE TABLE account_deletions (
  user_id text PRIMARY KEY NOT NULL,
  personal_team text NOT NULL,
  requested_at bigint NOT NULL,
  due_at bigint NOT NULL,
  erased_at bigint
);
CREATE INDEX account_deletions_by_due ON account_deletions (due_at);

-- People whose data must be kept, whatever they or the calendar say.
CREATE TABLE legal_holds (
  user_id text PRIMARY KEY NOT NULL,
  reason text NOT NULL,
  placed_by text NOT NULL,
  created_at bigint NOT NULL
);

-- Copies of everything that is kept of somebody, for them to fetch.
CREATE TABLE personal_exports (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL,
  blob text NOT NULL,
  bytes bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX personal_exports_of_a_user ON personal_exports (user_id, id);
CREATE INDEX personal_exports_by_their_end ON personal_exports (expires_at);

-- Blobs whose rows are gone: removed as soon as the store lets them.
CREATE TABLE doomed_blobs (
  name text PRIMARY KEY NOT NULL
);
