-- What graphs remember across threads. Times are microseconds since 1970, as the store's clock has them.
CREATE TABLE store_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which items were made; never given twice
  namespace TEXT NOT NULL, -- a dot after each label: what lies under a namespace begins with its text
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  time_to_live INTEGER,
  expires_at INTEGER,
  embedder TEXT, -- whose vectors they are
  value TEXT NOT NULL,
  vectors BLOB, -- one after the other, of numbers of 32 bits, the lowest byte first
  UNIQUE (namespace, key)
);

CREATE INDEX store_items_by_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL;
