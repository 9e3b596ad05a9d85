-- Back to the functions of 0005_tallies.sql, which know no days and no sources.

ALTER TABLE reports_tallychange ALTER day SET DEFAULT '', ALTER source SET DEFAULT '';

CREATE OR REPLACE FUNCTION reports_tally_note(r reports_report, counted text, n int) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO reports_tallychange (public_from, n, site, model, domain, counted, kind, severity, tier, provenance, month, week, symptom)
  SELECT r.public_from, n, r.site_id AS site, coalesce(r.model_id, '') AS model, coalesce(r.domain_stated_id, '') AS domain, coalesce(counted, '') AS counted, CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END AS kind, coalesce(r.severity::text, '') AS severity, r.tier AS tier, r.provenance AS provenance, to_char(r.observed_on, 'YYYY-MM') AS month, to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END AS week, s.symptom
  FROM (SELECT NULL AS symptom UNION ALL
        SELECT symptom_id FROM reports_report_symptoms WHERE report_id = r.id) s
$$;

DROP TRIGGER reports_tally_update ON reports_report;
CREATE TRIGGER reports_tally_update AFTER UPDATE ON reports_report
  FOR EACH ROW WHEN (
    (OLD.state = 'released' OR NEW.state = 'released') AND
    (OLD.state, OLD.public_from, OLD.site_id, OLD.model_id, OLD.domain_stated_id, OLD.is_silent,
     OLD.severity, OLD.tier, OLD.provenance, OLD.observed_on) IS DISTINCT FROM
    (NEW.state, NEW.public_from, NEW.site_id, NEW.model_id, NEW.domain_stated_id, NEW.is_silent,
     NEW.severity, NEW.tier, NEW.provenance, NEW.observed_on)
  ) EXECUTE FUNCTION reports_tally_report();

CREATE OR REPLACE FUNCTION reports_tally_symptom() RETURNS trigger LANGUAGE plpgsql AS $$
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

DELETE FROM reports_tally;
DELETE FROM reports_tallychange;
SELECT count(reports_tally_note(r, c.domain, 1))
  FROM reports_report r LEFT JOIN reports_counteddomain c ON c.report_id = r.id WHERE r.state = 'released';
