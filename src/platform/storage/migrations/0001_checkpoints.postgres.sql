-- Threads, and in each the checkpoints of its graphs. A line is one graph's checkpoints within a thread.
-- Numbers count within a line, so that a line is copied without being renumbered. Whoever changes a line holds
-- its row in `lines`, which takes the place of foreign keys.
CREATE TABLE pharos.lines (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  thread_id text NOT NULL,
  path text NOT NULL,
  UNIQUE (thread_id, path)
);

-- The names of a state's fields, shared by the checkpoints of a graph until its fields change.
CREATE TABLE pharos.shapes (
  line bigint NOT NULL,
  number integer NOT NULL,
  channels text[] NOT NULL,
  PRIMARY KEY (line, number)
);

CREATE TABLE pharos.checkpoints (
  line bigint NOT NULL,
  number integer NOT NULL,
  parent integer,
  format integer NOT NULL,
  shape integer NOT NULL,
  id text NOT NULL,
  run_id text NOT NULL,
  value_numbers integer[] NOT NULL, -- of each field the number of its value, or null
  data text NOT NULL,
  PRIMARY KEY (line, number),
  UNIQUE (line, id)
);

-- Each value once, however many checkpoints have it. A delta is folded onto the value `onto`.
CREATE TABLE pharos.channel_values (
  line bigint NOT NULL,
  number integer NOT NULL,
  onto integer,
  is_delta boolean NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (line, number)
);

-- What single tasks have done before their super-step was applied.
CREATE TABLE pharos.records (
  line bigint NOT NULL,
  checkpoint integer NOT NULL,
  place integer NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (line, checkpoint, place)
);

-- The functions below answer 'done', or what is wrong: 'no checkpoint', 'moved on', 'no thread', 'thread exists'.

CREATE FUNCTION pharos.shape_of(of_line bigint, names text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  found integer;
BEGIN
  SELECT number INTO found FROM pharos.shapes WHERE line = of_line AND channels = names;
  IF found IS NULL THEN
    SELECT coalesce(max(number), 0) + 1 INTO found FROM pharos.shapes WHERE line = of_line;
    INSERT INTO pharos.shapes (line, number, channels) VALUES (of_line, found, names);
  END IF;
  RETURN found;
END $$;

-- `again` says that an earlier call may have been carried out although its answer was lost.
CREATE FUNCTION pharos.put_checkpoint(
  of_thread text, of_path text, new_id text, parent_id text, of_run text, in_format integer, names text[],
  new_data text, changed integer[], deltas boolean[], texts text[], is_branch boolean, again boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
  parent record;
  numbers integer[] := array_fill(NULL::integer, ARRAY[cardinality(names)]);
  this_shape integer;
  value_number integer;
  place integer;
  last integer;
BEGIN
  SELECT id INTO this_line FROM pharos.lines WHERE thread_id = of_thread AND path = of_path FOR NO KEY UPDATE;
  IF again AND EXISTS (SELECT FROM pharos.checkpoints WHERE line = this_line AND id = new_id) THEN
    RETURN 'done';
  END IF;
  SELECT c.number, c.shape, c.value_numbers, s.channels INTO parent
    FROM pharos.checkpoints c JOIN pharos.shapes s ON s.line = c.line AND s.number = c.shape
    WHERE c.line = this_line AND c.id = parent_id;
  IF parent_id <> '' AND parent.number IS NULL THEN
    RETURN 'no checkpoint';
  END IF;
  IF this_line IS NULL THEN
    INSERT INTO pharos.lines (thread_id, path) VALUES (of_thread, of_path)
      ON CONFLICT (thread_id, path) DO UPDATE SET path = excluded.path RETURNING id INTO this_line;
  END IF;
  SELECT max(number) INTO last FROM pharos.checkpoints WHERE line = this_line;
  IF NOT is_branch AND last IS DISTINCT FROM parent.number THEN
    RETURN 'moved on';
  END IF;
  IF parent.channels = names THEN
    numbers := parent.value_numbers;
    this_shape := parent.shape;
  ELSE
    this_shape := pharos.shape_of(this_line, names);
    IF parent.number IS NOT NULL THEN
      SELECT coalesce(array_agg(parent.value_numbers[array_position(parent.channels, n.name)] ORDER BY n.place), '{}')
        INTO numbers FROM unnest(names) WITH ORDINALITY AS n (name, place);
    END IF;
  END IF;
  SELECT coalesce(max(number), 0) INTO value_number FROM pharos.channel_values WHERE line = this_line;
  FOR i IN 1 .. cardinality(changed) LOOP
    place := changed[i] + 1;
    value_number := value_number + 1;
    INSERT INTO pharos.channel_values (line, number, onto, is_delta, value)
      VALUES (this_line, value_number, CASE WHEN deltas[i] THEN numbers[place] END, deltas[i], texts[i]);
    numbers[place] := value_number;
  END LOOP;
  INSERT INTO pharos.checkpoints (line, number, parent, format, shape, id, run_id, value_numbers, data)
    VALUES (this_line, coalesce(last, 0) + 1, parent.number, in_format, this_shape, new_id, of_run, numbers, new_data);
  RETURN 'done';
END $$;

CREATE FUNCTION pharos.put_record(
  of_thread text, of_path text, of_checkpoint text, at_place integer, new_data text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
BEGIN
  SELECT id INTO this_line FROM pharos.lines WHERE thread_id = of_thread AND path = of_path FOR NO KEY UPDATE;
  INSERT INTO pharos.records (line, checkpoint, place, data)
    SELECT c.line, c.number, at_place, new_data FROM pharos.checkpoints c
      WHERE c.line = this_line AND c.id = of_checkpoint
    ON CONFLICT (line, checkpoint, place) DO UPDATE SET data = excluded.data;
  RETURN CASE WHEN FOUND THEN 'done' ELSE 'no checkpoint' END;
END $$;

-- Drops what no checkpoint of the line rests on any more, and the line when it is empty.
CREATE FUNCTION pharos.sweep(of_line bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM pharos.records r WHERE r.line = of_line
    AND NOT EXISTS (SELECT FROM pharos.checkpoints c WHERE c.line = of_line AND c.number = r.checkpoint);
  WITH RECURSIVE needed (number) AS (
    SELECT u.number FROM pharos.checkpoints c, unnest(c.value_numbers) AS u (number)
      WHERE c.line = of_line AND u.number IS NOT NULL
    UNION
    SELECT v.onto FROM needed n JOIN pharos.channel_values v ON v.line = of_line AND v.number = n.number
      WHERE v.onto IS NOT NULL)
  DELETE FROM pharos.channel_values v WHERE v.line = of_line
    AND NOT EXISTS (SELECT FROM needed n WHERE n.number = v.number);
  DELETE FROM pharos.shapes s WHERE s.line = of_line
    AND NOT EXISTS (SELECT FROM pharos.checkpoints c WHERE c.line = of_line AND c.shape = s.number);
  DELETE FROM pharos.lines l WHERE l.id = of_line
    AND NOT EXISTS (SELECT FROM pharos.checkpoints c WHERE c.line = of_line);
END $$;

CREATE FUNCTION pharos.prune(of_thread text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
BEGIN
  FOR this_line IN SELECT id FROM pharos.lines WHERE thread_id = of_thread ORDER BY id FOR UPDATE LOOP
    DELETE FROM pharos.checkpoints WHERE line = this_line
      AND number < (SELECT max(number) FROM pharos.checkpoints WHERE line = this_line);
    UPDATE pharos.checkpoints SET parent = NULL WHERE line = this_line AND parent IS NOT NULL;
    PERFORM pharos.sweep(this_line);
  END LOOP;
  RETURN 'done';
END $$;

-- Newest first: a checkpoint is handed from one parent that goes to the next until it finds one that stays.
CREATE FUNCTION pharos.delete_run(of_thread text, of_run text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
  gone record;
BEGIN
  FOR this_line IN SELECT id FROM pharos.lines WHERE thread_id = of_thread ORDER BY id FOR UPDATE LOOP
    FOR gone IN SELECT number, parent FROM pharos.checkpoints
        WHERE line = this_line AND run_id = of_run ORDER BY number DESC LOOP
      UPDATE pharos.checkpoints SET parent = gone.parent WHERE line = this_line AND parent = gone.number;
      DELETE FROM pharos.checkpoints WHERE line = this_line AND number = gone.number;
    END LOOP;
    PERFORM pharos.sweep(this_line);
  END LOOP;
  RETURN 'done';
END $$;

CREATE FUNCTION pharos.delete_thread(of_thread text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
BEGIN
  FOR this_line IN SELECT id FROM pharos.lines WHERE thread_id = of_thread ORDER BY id FOR UPDATE LOOP
    DELETE FROM pharos.checkpoints WHERE line = this_line;
    PERFORM pharos.sweep(this_line);
  END LOOP;
  RETURN 'done';
END $$;

CREATE FUNCTION pharos.copy_thread(from_thread text, to_thread text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  old record;
  new_line bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pharos.lines WHERE thread_id = from_thread) THEN
    RETURN 'no thread';
  END IF;
  IF EXISTS (SELECT FROM pharos.lines WHERE thread_id = to_thread) THEN
    RETURN 'thread exists';
  END IF;
  FOR old IN SELECT id, path FROM pharos.lines WHERE thread_id = from_thread ORDER BY id FOR UPDATE LOOP
    INSERT INTO pharos.lines (thread_id, path) VALUES (to_thread, old.path) RETURNING id INTO new_line;
    INSERT INTO pharos.shapes (line, number, channels)
      SELECT new_line, number, channels FROM pharos.shapes WHERE line = old.id;
    INSERT INTO pharos.channel_values (line, number, onto, is_delta, value)
      SELECT new_line, number, onto, is_delta, value FROM pharos.channel_values WHERE line = old.id;
    INSERT INTO pharos.checkpoints (line, number, parent, format, shape, id, run_id, value_numbers, data)
      SELECT new_line, number, parent, format, shape, id, run_id, value_numbers, data
        FROM pharos.checkpoints WHERE line = old.id;
    INSERT INTO pharos.records (line, checkpoint, place, data)
      SELECT new_line, checkpoint, place, data FROM pharos.records WHERE line = old.id;
  END LOOP;
  RETURN 'done';
END $$;
