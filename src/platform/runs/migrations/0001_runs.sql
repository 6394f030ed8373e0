-- What people configure of graphs, the conversations with them, and each run of one.
CREATE TABLE assistants (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,
  user_id text NOT NULL,
  graph_id text NOT NULL,
  name text NOT NULL,
  description text,
  config text NOT NULL,
  context text NOT NULL,
  metadata text NOT NULL,
  version bigint NOT NULL,
  is_shared boolean NOT NULL,       -- the whole team may use it
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
--! owned assistants
CREATE INDEX assistants_of_a_team ON assistants (team_id, created_at, id);

CREATE TABLE assistant_versions (
  assistant_id text NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
  team_id text NOT NULL,
  version bigint NOT NULL,
  graph_id text NOT NULL,
  name text NOT NULL,
  description text,
  config text NOT NULL,
  context text NOT NULL,
  metadata text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (assistant_id, version)
);
--! owned assistant_versions

CREATE TABLE threads (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,
  user_id text NOT NULL,
  status text NOT NULL,
  graph_id text,                    -- of its last run: whose state it has
  metadata text NOT NULL,
  config text NOT NULL,
  state text,                       -- the values as the last run left them
  interrupts text NOT NULL,         -- by task
  error text,
  is_temporary boolean NOT NULL,    -- goes with its run
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  state_updated_at bigint NOT NULL,
  next_number bigint NOT NULL,      -- of what is told on it
  lives_for bigint,                 -- after it was last touched; NULL: until it is deleted
  expires_at bigint
);
--! owned threads
CREATE INDEX threads_of_a_user ON threads (team_id, user_id, updated_at, id);
CREATE INDEX threads_that_expire ON threads (expires_at) WHERE expires_at IS NOT NULL;

-- Threads of which checkpoints may be kept: those that are no longer in `threads` are to be forgotten.
CREATE TABLE kept_threads (
  id text PRIMARY KEY NOT NULL
);

CREATE TABLE runs (
  id text PRIMARY KEY NOT NULL,     -- its job's, too
  thread_id text NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
  team_id text NOT NULL,
  user_id text NOT NULL,
  assistant_id text NOT NULL,
  graph_id text NOT NULL,
  status text NOT NULL,
  metadata text NOT NULL,
  request text NOT NULL,
  multitask_strategy text NOT NULL,
  is_queued boolean NOT NULL,       -- its job is in the queue, or was
  first_number bigint,              -- of what is told of it; NULL: it has not begun
  ending text,                      -- how it is to end, once somebody wants it to
  due_at bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
--! owned runs
CREATE INDEX runs_of_a_thread ON runs (thread_id, created_at, id);
CREATE INDEX runs_under_way ON runs (thread_id, due_at, id) WHERE status IN ('pending', 'running');
CREATE INDEX runs_by_number ON runs (thread_id, first_number) WHERE first_number IS NOT NULL;
CREATE INDEX runs_of_an_assistant ON runs (assistant_id);

-- Runs that are made again and again; the schedule is a cron of the queue's.
CREATE TABLE run_crons (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,
  user_id text NOT NULL,
  assistant_id text NOT NULL,
  thread_id text REFERENCES threads (id) ON DELETE CASCADE,
  cron_id text NOT NULL,            -- in job_crons
  schedule text NOT NULL,
  timezone text,
  request text NOT NULL,            -- as of a run
  metadata text NOT NULL,
  on_run_completed text NOT NULL,
  ends_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
--! owned run_crons
CREATE INDEX run_crons_of_a_user ON run_crons (team_id, user_id, created_at, id);
