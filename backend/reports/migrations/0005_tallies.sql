-- Every report that comes to be public, or ceases to be, is noted in reports_tallychange (ADR 20).
-- A session that sets plumbline.tally to 'off' (a load of a million rows) counts anew afterwards.

CREATE FUNCTION reports_tally_note(r reports_report, counted text, n int) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO reports_tallychange (public_from, n, site, model, domain, counted, kind, severity, tier, provenance, month, week, symptom)
  SELECT r.public_from, n, r.site_id AS site, coalesce(r.model_id, '') AS model, coalesce(r.domain_stated_id, '') AS domain, coalesce(counted, '') AS counted, CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END AS kind, coalesce(r.severity::text, '') AS severity, r.tier AS tier, r.provenance AS provenance, to_char(r.observed_on, 'YYYY-MM') AS month, to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END AS week, s.symptom
  FROM (SELECT NULL AS symptom UNION ALL
        SELECT symptom_id FROM reports_report_symptoms WHERE report_id = r.id) s
$$;

CREATE FUNCTION reports_tally_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE counted text;
BEGIN
  IF current_setting('plumbline.tally', true) = 'off' THEN RETURN NULL; END IF;
  IF TG_OP <> 'INSERT' AND OLD.state = 'released' THEN
    SELECT domain INTO counted FROM reports_counteddomain WHERE report_id = OLD.id;
    PERFORM reports_tally_note(OLD, counted, -1);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.state = 'released' THEN
    SELECT domain INTO counted FROM reports_counteddomain WHERE report_id = NEW.id;
    PERFORM reports_tally_note(NEW, counted, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER reports_tally_insert AFTER INSERT ON reports_report
  FOR EACH ROW WHEN (NEW.state = 'released') EXECUTE FUNCTION reports_tally_report();
CREATE TRIGGER reports_tally_delete AFTER DELETE ON reports_report
  FOR EACH ROW WHEN (OLD.state = 'released') EXECUTE FUNCTION reports_tally_report();
CREATE TRIGGER reports_tally_update AFTER UPDATE ON reports_report
  FOR EACH ROW WHEN (
    (OLD.state = 'released' OR NEW.state = 'released') AND
    (OLD.state, OLD.public_from, OLD.site_id, OLD.model_id, OLD.domain_stated_id, OLD.is_silent,
     OLD.severity, OLD.tier, OLD.provenance, OLD.observed_on) IS DISTINCT FROM
    (NEW.state, NEW.public_from, NEW.site_id, NEW.model_id, NEW.domain_stated_id, NEW.is_silent,
     NEW.severity, NEW.tier, NEW.provenance, NEW.observed_on)
  ) EXECUTE FUNCTION reports_tally_report();

CREATE FUNCTION reports_tally_symptom() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE link reports_report_symptoms;
BEGIN
  IF current_setting('plumbline.tally', true) = 'off' THEN RETURN NULL; END IF;
  link := CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
  INSERT INTO reports_tallychange (public_from, n, site, model, domain, counted, kind, severity, tier, provenance, month, week, symptom)
  SELECT r.public_from, CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END, r.site_id AS site, coalesce(r.model_id, '') AS model, coalesce(r.domain_stated_id, '') AS domain, coalesce(c.domain, '') AS counted, CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END AS kind, coalesce(r.severity::text, '') AS severity, r.tier AS tier, r.provenance AS provenance, to_char(r.observed_on, 'YYYY-MM') AS month, to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END AS week,
         link.symptom_id
  FROM reports_report r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
  WHERE r.id = link.report_id AND r.state = 'released';
  RETURN NULL;
END $$;
CREATE TRIGGER reports_tally_symptom AFTER INSERT OR DELETE ON reports_report_symptoms
  FOR EACH ROW EXECUTE FUNCTION reports_tally_symptom();

CREATE FUNCTION reports_tally_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r reports_report;
BEGIN
  IF current_setting('plumbline.tally', true) = 'off' THEN RETURN NULL; END IF;
  SELECT * INTO r FROM reports_report
    WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.report_id ELSE OLD.report_id END
      AND state = 'released';
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM reports_tally_note(r, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.domain END, -1);
  PERFORM reports_tally_note(r, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.domain END, 1);
  RETURN NULL;
END $$;
CREATE TRIGGER reports_tally_counted AFTER INSERT OR UPDATE OR DELETE ON reports_counteddomain
  FOR EACH ROW EXECUTE FUNCTION reports_tally_counted();

-- Languages that put no spaces between words: each character is a word of its own, a search for
-- several is one for that sequence. NULL where a text has none of them, so the index stays small.

CREATE FUNCTION reports_characters(VARIADIC texts text[]) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE whole text := array_to_string(texts, ' ');
BEGIN
  IF whole !~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]'
  THEN RETURN NULL; END IF;
  RETURN to_tsvector('simple', regexp_replace(
    regexp_replace(whole, '[^\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+', ' ', 'g'),
    '(.)', '\1 ', 'g'));
END $$;
CREATE INDEX report_characters ON reports_report
  USING gin (reports_characters(prompt, response)) WHERE state = 'released';

-- The nearest neighbours of a report: for vectors as long as those of the default model.

CREATE INDEX report_like ON reports_report
  USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)
  WHERE state = 'released' AND vector_dims(embedding) = 384;

-- What is public already.

SELECT count(reports_tally_note(r, NULL, 1)) FROM reports_report r WHERE state = 'released';
