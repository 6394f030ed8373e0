-- Threads, and in each the checkpoints of its graphs. A line is one graph's checkpoints within a thread.
-- Numbers count within a line, so that a line is copied without being renumbered.
CREATE TABLE lines (
  id INTEGER PRIMARY KEY,
  thread_id TEXT NOT NULL,
  path TEXT NOT NULL,
  UNIQUE (thread_id, path)
);

-- The names of a state's fields, shared by the checkpoints of a graph until its fields change.
CREATE TABLE shapes (
  line INTEGER NOT NULL REFERENCES lines (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  channels TEXT NOT NULL,
  PRIMARY KEY (line, number)
) WITHOUT ROWID;

CREATE TABLE checkpoints (
  line INTEGER NOT NULL REFERENCES lines (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  parent INTEGER,
  run_id TEXT NOT NULL,
  format INTEGER NOT NULL,
  shape INTEGER NOT NULL,
  value_numbers TEXT NOT NULL, -- JSON: of each field the number of its value, or null
  data TEXT NOT NULL,
  PRIMARY KEY (line, number),
  UNIQUE (line, id)
);

-- Each value once, however many checkpoints have it. A delta is folded onto the value `onto`.
CREATE TABLE channel_values (
  line INTEGER NOT NULL REFERENCES lines (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  is_delta INTEGER NOT NULL,
  onto INTEGER,
  value TEXT NOT NULL,
  PRIMARY KEY (line, number)
);

-- What single tasks have done before their super-step was applied.
CREATE TABLE records (
  line INTEGER NOT NULL,
  checkpoint INTEGER NOT NULL,
  place INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (line, checkpoint, place),
  FOREIGN KEY (line, checkpoint) REFERENCES checkpoints (line, number) ON DELETE CASCADE
);
