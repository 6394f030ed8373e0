-- What happened, one chain of sums a team (audit_chain.h).
CREATE TABLE audit_log (
  team_id text NOT NULL,
  number bigint NOT NULL,            -- from 1, without gaps
  at bigint NOT NULL,
  actor_id text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  details text NOT NULL,
  link bytea NOT NULL,
  PRIMARY KEY (team_id, number)
);
--! owned audit_log
CREATE INDEX audit_log_of_an_actor ON audit_log (team_id, actor_id, number);
CREATE INDEX audit_log_of_an_action ON audit_log (team_id, action, number);

-- The last link of each chain; its row is the lock that keeps the chain a chain.
CREATE TABLE audit_heads (
  team_id text PRIMARY KEY NOT NULL,
  number bigint NOT NULL,
  link bytea NOT NULL
);
--! owned audit_heads
