-- Features that are on for some. What is not here is as the settings say.
CREATE TABLE feature_flags (
  name text PRIMARY KEY NOT NULL,
  about text NOT NULL,
  percent bigint NOT NULL,           -- of all teams
  changed_at bigint NOT NULL
);

-- For whom one is on, or off, whatever the percentage says.
CREATE TABLE feature_flag_choices (
  flag text NOT NULL,
  subject_id text NOT NULL,          -- of a person or a team
  is_on boolean NOT NULL,
  PRIMARY KEY (flag, subject_id)
);
CREATE INDEX feature_flag_choices_of_a_subject ON feature_flag_choices (subject_id);
