-- People, the teams they act for, and how they prove who they are. Times are microseconds since 1970; secrets are
-- kept as sums.
CREATE TABLE users (
  id text PRIMARY KEY NOT NULL,
  email text NOT NULL UNIQUE,        -- in lower case
  full_name text,
  password_hash text,                -- NULL: cannot sign in with a password
  is_active boolean NOT NULL,
  is_superuser boolean NOT NULL,
  session_version bigint NOT NULL,   -- access tokens of an earlier one are void
  personal_team text NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE teams (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL,
  is_personal boolean NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE memberships (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (team_id, user_id)
);
--! owned memberships
CREATE INDEX memberships_of_a_user ON memberships (user_id);

CREATE TABLE invitations (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  email text NOT NULL,
  role text NOT NULL,
  token_hash text NOT NULL UNIQUE,
  invited_by text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  accepted_at bigint
);
--! owned invitations
CREATE INDEX invitations_of_a_team ON invitations (team_id, created_at);

-- One a login: all refresh tokens that come of it are one family and end together.
CREATE TABLE sessions (
  id text PRIMARY KEY NOT NULL,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  acts_for text NOT NULL,            -- the team
  created_at bigint NOT NULL,
  last_used_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint,
  address text NOT NULL,
  user_agent text NOT NULL
);
CREATE INDEX sessions_of_a_user ON sessions (user_id, ended_at);
CREATE INDEX sessions_by_their_end ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  token_hash text PRIMARY KEY NOT NULL,
  session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  expires_at bigint NOT NULL,        -- when it was not used
  used_at bigint,
  child_hash text,                   -- the token it was exchanged for
  child_masked bytea                 -- that token, readable with this one only, until it was used
);
CREATE INDEX refresh_tokens_of_a_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_child ON refresh_tokens (child_hash);

-- Attempts to sign in, counted before anything is compared.
CREATE TABLE login_attempts (
  key text PRIMARY KEY NOT NULL,
  failures bigint NOT NULL,
  last_at bigint NOT NULL,
  blocked_until bigint NOT NULL
);
CREATE INDEX login_attempts_by_age ON login_attempts (last_at);

CREATE TABLE known_devices (
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  device_hash text NOT NULL,
  last_used_at bigint NOT NULL,
  PRIMARY KEY (user_id, device_hash)
);

CREATE TABLE api_keys (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  secret_hash text NOT NULL,
  scopes text NOT NULL,              -- names of permissions with commas between; empty: whatever its owner may
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);
--! owned api_keys
CREATE INDEX api_keys_of_a_team ON api_keys (team_id, created_at);
CREATE INDEX api_keys_of_a_user ON api_keys (user_id);
