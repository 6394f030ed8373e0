-- Who wants to be told over HTTP. What is told is a job.
CREATE TABLE webhook_endpoints (
  id text PRIMARY KEY NOT NULL,
  team_id text NOT NULL,
  user_id text NOT NULL,
  url text NOT NULL,
  events text NOT NULL,             -- JSON: the types that it wants
  secret text NOT NULL,             -- what messages are signed with; sealed where there is a key
  is_active boolean NOT NULL,
  created_at bigint NOT NULL
);
--! owned webhook_endpoints
CREATE INDEX webhook_endpoints_of_a_team ON webhook_endpoints (team_id, id);
