-- What is queued again and again.
CREATE TABLE job_crons (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  expression text NOT NULL,
  kind text NOT NULL,
  input text NOT NULL,
  is_active boolean NOT NULL,
  next_at bigint NOT NULL,
  reckoned_at bigint NOT NULL,      -- when next_at was reckoned
  created_at bigint NOT NULL,
  UNIQUE (team_id, user_id, name)
);
--! owned job_crons
CREATE INDEX job_crons_due ON job_crons (next_at) WHERE is_active;
CREATE INDEX job_crons_reckoned ON job_crons (reckoned_at) WHERE is_active;
