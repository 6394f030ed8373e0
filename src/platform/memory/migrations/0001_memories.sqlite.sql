-- What graphs remember of people across threads: items under keys in namespaces, each person's own.
CREATE TABLE memories (
  id integer PRIMARY KEY NOT NULL,  -- grows in the order in which items are made
  team_id text NOT NULL,
  user_id text NOT NULL,
  namespace text NOT NULL,          -- labels, each followed by a dot
  key text NOT NULL,
  value text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  time_to_live bigint,              -- microseconds
  expires_at bigint,
  embedder text NOT NULL,           -- whose vectors they are; empty: there are none
  vectors bytea,
  UNIQUE (team_id, user_id, namespace, key)
);
--! owned memories

CREATE INDEX memories_by_age ON memories (team_id, user_id, id);
CREATE INDEX memories_by_end ON memories (expires_at) WHERE expires_at IS NOT NULL;
