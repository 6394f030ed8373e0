-- Photos that people have sent. The file itself is a blob.
CREATE TABLE media (
  id text NOT NULL PRIMARY KEY,
  team_id text NOT NULL,
  owner_id text NOT NULL,
  name text NOT NULL,          -- what its owner calls the file
  format text NOT NULL,
  width bigint NOT NULL,
  height bigint NOT NULL,
  bytes bigint NOT NULL,
  blob text NOT NULL,
  created_at bigint NOT NULL
);
--! owned media

CREATE INDEX media_by_owner ON media (team_id, owner_id, created_at);

-- Reports about them; they go with their photo.
CREATE TABLE analyses (
  id text NOT NULL PRIMARY KEY,
  team_id text NOT NULL,
  owner_id text NOT NULL,
  media_id text NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  report text NOT NULL,        -- JSON
  created_at bigint NOT NULL
);
--! owned analyses

CREATE INDEX analyses_by_owner ON analyses (team_id, owner_id, created_at);
CREATE INDEX analyses_by_media ON analyses (media_id);
