-- Small things of people's own: what a client tries an account with.
CREATE TABLE items (
  id text NOT NULL PRIMARY KEY,
  team_id text NOT NULL,
  owner_id text NOT NULL,
  title text NOT NULL,
  description text,
  created_at bigint NOT NULL
);
--! owned items

CREATE INDEX items_by_owner ON items (team_id, owner_id, created_at);
