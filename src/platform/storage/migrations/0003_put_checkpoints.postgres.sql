-- Puts checkpoints of which each but the first is the child of the one before it: all of them, or none. Answers 'done',
-- or what is wrong: 'no checkpoint' of the first one's parent, 'moved on'. `names` and `changed` hold an array for each,
-- as its text; `deltas` and `texts` are of what changed in all of them, one after the other. `again` says that an
-- earlier call may have been carried out although its answer was lost.
CREATE FUNCTION pharos.put_checkpoints(
  of_thread text, of_path text, parent_id text, is_branch boolean, ids text[], runs text[], formats integer[],
  names text[], datas text[], changed text[], deltas boolean[], texts text[], again boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  this_line bigint;
  parent record;
  last integer;
  last_value integer;
  these_names text[];
  these_numbers integer[]; -- of each field the number of its value
  this_shape integer;
  parent_number integer;
  parent_names text[];
  given integer := 0;
  channel integer;
  new_numbers integer[] := '{}';
  new_ontos integer[] := '{}';
BEGIN
  SELECT id INTO this_line FROM pharos.lines WHERE thread_id = of_thread AND path = of_path FOR NO KEY UPDATE;
  IF again AND EXISTS (SELECT FROM pharos.checkpoints WHERE line = this_line AND id = ids[1]) THEN
    RETURN 'done';
  END IF;
  IF parent_id <> '' THEN
    SELECT c.number, c.shape, c.value_numbers, s.channels INTO parent
      FROM pharos.checkpoints c JOIN pharos.shapes s ON s.line = c.line AND s.number = c.shape
      WHERE c.line = this_line AND c.id = parent_id;
    IF NOT FOUND THEN
      RETURN 'no checkpoint';
    END IF;
    parent_number := parent.number;
    this_shape := parent.shape;
    these_numbers := parent.value_numbers;
    parent_names := parent.channels;
  END IF;
  IF this_line IS NULL THEN
    INSERT INTO pharos.lines (thread_id, path) VALUES (of_thread, of_path)
      ON CONFLICT (thread_id, path) DO UPDATE SET path = excluded.path RETURNING id INTO this_line;
  END IF;
  SELECT max(number) INTO last FROM pharos.checkpoints WHERE line = this_line;
  IF NOT is_branch AND last IS DISTINCT FROM parent_number THEN
    RETURN 'moved on';
  END IF;
  SELECT coalesce(max(number), 0) INTO last_value FROM pharos.channel_values WHERE line = this_line;
  FOR i IN 1 .. cardinality(ids) LOOP
    these_names := names[i];
    IF these_names IS DISTINCT FROM parent_names THEN
      this_shape := pharos.shape_of(this_line, these_names);
      IF parent_names IS NULL THEN
        these_numbers := array_fill(NULL::integer, ARRAY[cardinality(these_names)]);
      ELSE
        SELECT coalesce(array_agg(these_numbers[array_position(parent_names, n.name)] ORDER BY n.place), '{}')
          INTO these_numbers FROM unnest(these_names) WITH ORDINALITY AS n (name, place);
      END IF;
    END IF;
    FOREACH channel IN ARRAY changed[i]::integer[] LOOP
      given := given + 1;
      new_numbers := new_numbers || last_value + given;
      new_ontos := new_ontos || CASE WHEN deltas[given] THEN these_numbers[channel + 1] END;
      these_numbers[channel + 1] := last_value + given;
    END LOOP;
    last := coalesce(last, 0) + 1;
    INSERT INTO pharos.checkpoints (line, number, parent, format, shape, id, run_id, value_numbers, data)
      VALUES (this_line, last, parent_number, formats[i], this_shape, ids[i], runs[i], these_numbers, datas[i]);
    parent_number := last;
    parent_names := these_names;
  END LOOP;
  INSERT INTO pharos.channel_values (line, number, onto, is_delta, value)
    SELECT this_line, v.number, v.onto, v.is_delta, v.value
      FROM unnest(new_numbers, new_ontos, deltas, texts) AS v (number, onto, is_delta, value);
  RETURN 'done';
END $$;

DROP FUNCTION pharos.put_checkpoint(
  text, text, text, text, text, integer, text[], text, integer[], boolean[], text[], boolean, boolean);
