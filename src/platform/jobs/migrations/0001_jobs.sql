-- What is to be done, by whom for whom; its story; who is at work.
CREATE TABLE jobs (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,            -- empty: the server's own
  user_id text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  priority bigint NOT NULL,
  input text NOT NULL,
  result text,
  error text,
  attempts bigint NOT NULL,
  max_attempts bigint NOT NULL,
  unique_key text,
  run_at bigint NOT NULL,
  created_at bigint NOT NULL,
  started_at bigint,
  finished_at bigint,
  cancel_requested boolean NOT NULL,
  lease_epoch bigint NOT NULL,
  lease_owner text,
  last_event bigint NOT NULL,
  UNIQUE (team_id, kind, unique_key)
);
--! owned jobs
CREATE INDEX jobs_waiting ON jobs (priority, team_id, run_at, id) WHERE status = 'queued';
CREATE INDEX jobs_under_way ON jobs (lease_owner, id) WHERE status = 'running';
CREATE INDEX jobs_of_a_user ON jobs (team_id, user_id, id);
CREATE INDEX jobs_finished ON jobs (finished_at, id) WHERE finished_at IS NOT NULL;

CREATE TABLE job_events (
  job_id text NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  team_id text NOT NULL,
  number bigint NOT NULL,           -- from 1, without gaps
  name text NOT NULL,
  data text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (job_id, number)
);
--! owned job_events

-- When each team's turn was, so that the one who has waited longest is next.
CREATE TABLE job_turns (
  team_id text PRIMARY KEY NOT NULL,
  turn bigint NOT NULL
);
--! owned job_turns
CREATE INDEX job_turns_by_turn ON job_turns (turn);

-- A worker that lives counts its beats.
CREATE TABLE job_workers (
  id text PRIMARY KEY NOT NULL,
  beat bigint NOT NULL,
  started_at bigint NOT NULL
);
