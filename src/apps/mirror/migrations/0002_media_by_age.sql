-- What is older than it may be is looked for among everybody's.
CREATE INDEX media_by_age ON media (created_at);
