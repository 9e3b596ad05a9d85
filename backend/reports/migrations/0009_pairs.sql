-- Which words follow each other in a text, each pair as one of a million numbers: md5 of both, cut to 20 bits.
-- Texts with a phrase are found by them; backend/reports/phrases.py makes the same numbers of a search.
CREATE FUNCTION reports_pairs(words tsvector) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
  WITH places AS (SELECT lexeme, unnest(positions) AS place FROM unnest(words))
  SELECT coalesce(
    array_agg(DISTINCT ('x' || left(md5(a.lexeme || ' ' || b.lexeme), 5))::bit(20)::integer), '{}')
  FROM places a JOIN places b ON b.place = a.place + 1
$$;
CREATE INDEX report_pairs ON reports_report USING gin (reports_pairs(search)) WHERE state = 'released';
