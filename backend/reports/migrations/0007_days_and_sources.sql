-- The tally learns days and sources, and weeks tell imported reports apart (ADR 20).

CREATE OR REPLACE FUNCTION reports_tally_note(r reports_report, counted text, n int) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO reports_tallychange (public_from, n, site, model, domain, counted, kind, severity, tier, provenance, month, week, day, source, symptom)
  SELECT r.public_from, n, r.site_id AS site, coalesce(r.model_id, '') AS model, coalesce(r.domain_stated_id, '') AS domain, coalesce(counted, '') AS counted, CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END AS kind, coalesce(r.severity::text, '') AS severity, r.tier AS tier, r.provenance AS provenance, to_char(r.observed_on, 'YYYY-MM') AS month, to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END || CASE WHEN r.provenance = 'import' THEN ' import' ELSE '' END AS week, to_char(r.observed_on, 'YYYY-MM-DD') || CASE WHEN r.provenance = 'import' THEN ' import' ELSE '' END AS day, concat_ws(chr(31), r.site_id, coalesce(r.model_id, ''), regexp_replace(r.client, '^.*/', ''), CASE WHEN r.model_id IS NULL THEN '' ELSE r.model_label END) AS source, s.symptom
  FROM (SELECT NULL AS symptom UNION ALL
        SELECT symptom_id FROM reports_report_symptoms WHERE report_id = r.id) s
$$;

DROP TRIGGER reports_tally_update ON reports_report;
CREATE TRIGGER reports_tally_update AFTER UPDATE ON reports_report
  FOR EACH ROW WHEN (
    (OLD.state = 'released' OR NEW.state = 'released') AND
    (OLD.state, OLD.public_from, OLD.site_id, OLD.model_id, OLD.domain_stated_id, OLD.is_silent,
     OLD.severity, OLD.tier, OLD.provenance, OLD.observed_on, OLD.client, OLD.model_label) IS DISTINCT FROM
    (NEW.state, NEW.public_from, NEW.site_id, NEW.model_id, NEW.domain_stated_id, NEW.is_silent,
     NEW.severity, NEW.tier, NEW.provenance, NEW.observed_on, NEW.client, NEW.model_label)
  ) EXECUTE FUNCTION reports_tally_report();

CREATE OR REPLACE FUNCTION reports_tally_symptom() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE link reports_report_symptoms;
BEGIN
  IF current_setting('plumbline.tally', true) = 'off' THEN RETURN NULL; END IF;
  link := CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
  INSERT INTO reports_tallychange (public_from, n, site, model, domain, counted, kind, severity, tier, provenance, month, week, day, source, symptom)
  SELECT r.public_from, CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END, r.site_id AS site, coalesce(r.model_id, '') AS model, coalesce(r.domain_stated_id, '') AS domain, coalesce(c.domain, '') AS counted, CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END AS kind, coalesce(r.severity::text, '') AS severity, r.tier AS tier, r.provenance AS provenance, to_char(r.observed_on, 'YYYY-MM') AS month, to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END || CASE WHEN r.provenance = 'import' THEN ' import' ELSE '' END AS week, to_char(r.observed_on, 'YYYY-MM-DD') || CASE WHEN r.provenance = 'import' THEN ' import' ELSE '' END AS day, concat_ws(chr(31), r.site_id, coalesce(r.model_id, ''), regexp_replace(r.client, '^.*/', ''), CASE WHEN r.model_id IS NULL THEN '' ELSE r.model_label END) AS source,
         link.symptom_id
  FROM reports_report r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
  WHERE r.id = link.report_id AND r.state = 'released';
  RETURN NULL;
END $$;

-- Everything is noted anew.

DELETE FROM reports_tally;
DELETE FROM reports_tallychange;
SELECT count(reports_tally_note(r, c.domain, 1))
  FROM reports_report r LEFT JOIN reports_counteddomain c ON c.report_id = r.id WHERE r.state = 'released';
