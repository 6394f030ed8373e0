-- Who somebody is at a provider of identities, by which they sign in without a password of this server's.
CREATE TABLE external_identities (
  issuer text NOT NULL,
  subject text NOT NULL,             -- the provider's name for them, which it never gives to another
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  last_used_at bigint NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_of_a_user ON external_identities (user_id);
