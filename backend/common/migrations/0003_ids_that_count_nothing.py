"""Ids from which nobody can count the rows that are not public (ADR 31).

A table that calls the function before each insert gets ids from the row's own time, in ticks, and from
chance: the tick's number times the width of a tick, and a number drawn within that width. No id depends on
any other row but for two cases: a number that is taken is drawn again, from more numbers each time, and
where a parent is named the id is above those of the rows of the same parent, so that its log keeps its
order. So of two public ids only their own times and chance are known, however many of them are compared.

What remains: an id says when its row came to be, to one tick. The tables that use it say as much
themselves. Chance is the server's own strong source: `random()` could be computed from a few draws.

Arguments of the trigger: seconds of a tick, its width, the column of the time (without it: now), the column
of the parent. An id that is given stays as it is.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION plumbline_id_that_counts_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  width bigint := TG_ARGV[1];
  moment timestamptz := clock_timestamp();
  lowest bigint;
  above bigint;
  tries int := 0;
  is_taken boolean := true;
BEGIN
  IF NEW.id IS NOT NULL THEN RETURN NEW; END IF;
  IF TG_NARGS > 2 THEN moment := to_jsonb(NEW) ->> TG_ARGV[2]; END IF;
  lowest := width * greatest(
    floor(extract(epoch FROM moment - timestamptz '2026-01-01 00:00+00') / TG_ARGV[0]::numeric), 0);
  IF TG_NARGS > 3 THEN
    EXECUTE format('SELECT max(id) + 1 FROM %I.%I WHERE %I = $1',
                   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[3])
      INTO above USING (to_jsonb(NEW) ->> TG_ARGV[3])::bigint;
    lowest := greatest(lowest, above);
  END IF;
  WHILE is_taken LOOP
    tries := tries + 1;
    NEW.id := lowest + 1
      + ('x' || left(replace(gen_random_uuid()::text, '-', ''), 8))::bit(32)::bigint % (width * tries);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I WHERE id = $1)', TG_TABLE_SCHEMA, TG_TABLE_NAME)
      INTO is_taken USING NEW.id;
  END LOOP;
  RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0002_heartbeat")]

    operations = [
        migrations.RunSQL([FUNCTION], "DROP FUNCTION plumbline_id_that_counts_nothing()"),
    ]
