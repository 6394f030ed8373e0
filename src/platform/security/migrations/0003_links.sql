-- Links that are good for once: to choose a new password, to confirm an address, to set the server up.
CREATE TABLE one_time_links (
  token_hash text PRIMARY KEY NOT NULL,
  purpose text NOT NULL,
  user_id text,                      -- NULL: of nobody yet
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX one_time_links_of_a_user ON one_time_links (user_id, purpose);
CREATE INDEX one_time_links_by_their_end ON one_time_links (expires_at);
