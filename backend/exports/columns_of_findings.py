"""Columns of findings, and of what their pages show beside the statistics."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from backend.exports.shape import Column, Table

_FINDING = Column("finding", "int", _("Id of the finding."), "finding_id")
_SIMULATED = Column("is_simulated", "bool", _("True: about invented reports, not evidence."))

FINDINGS = Table(
    "findings",
    _("Events in which reports of one model and subject stand out, with their state."),
    (
        Column("id", "int", _("Id of the finding; stays the same from run to run."), "pk"),
        Column("slug", "text", _("Words of its address, `/findings/{id}-{slug}/`; never changes."),
               is_free=True),
        Column("state", "text", _("State on the evidence ladder.")),
        Column("reason", "text", _("Why it has this state.")),
        Column("outlook", "text", _("What would move it up or down the ladder; may be empty.")),
        Column("cautions", "list", _("Codes of what else may explain it.")),
        Column("model", "text", _("Canonical model."), "model_id"),
        Column("vendor", "text", _("Vendor of the model."), "model.vendor_id"),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("symptom_kind", "text", _("`silent` or `stated`; never added together.")),
        Column("onset_low", "date", _("Earliest plausible beginning."), is_nullable=True, unit=_("day")),
        Column("onset", "date", _("Most plausible beginning."), is_nullable=True, unit=_("day")),
        Column("onset_high", "date", _("Latest plausible beginning."), is_nullable=True, unit=_("day")),
        Column("offset_low", "date", _("Earliest plausible end."), is_nullable=True, unit=_("day")),
        Column("offset", "date",
               _("Most plausible end; null while it lasts. Only the state resolved says that it ended."),
               is_nullable=True, unit=_("day")),
        Column("offset_high", "date", _("Latest plausible end."), is_nullable=True, unit=_("day")),
        Column("n_reports", "int", _("Reports of the event."), unit=_("reports")),
        Column("n_contributors", "int", _("Distinct contributors (unverified); null below 5."), "shown",
               unit=_("contributors"), is_nullable=True),
        Column("breakdown_number", "int",
               _("Fewest contributors whose removal clears the signal; of one that ratings opened, fewest "
                 "who rated, at least; null where `peak` is."),
               "breakdown_shown", unit=_("contributors"), is_nullable=True),
        Column("peak", "json", _("Its strongest window; null below five contributors."), "peak_shown",
               is_nullable=True),
        Column("series", "json",
               _("By week the contributors, and how many were expected; null below five and, of a real "
                 "model outside the finding's days, above what was expected."), "series_shown"),
        Column("evidence", "json", _("What the state was computed from; counts below 5 are null."),
               "evidence_shown"),
        Column("symptoms", "json",
               _("Symptoms that at least five contributors named; null: all but a few did."),
               "symptoms_shown"),
        Column("terms", "list", _("Words that set its reports apart; at least five contributors used each.")),
        Column("instrument", "json",
               _("Contributors by version and site, with those before it and those of the comparators; "
               "null below five."), "instrument_shown"),
        Column("representatives", "list",
               _("Ids of reports that stand for it, of those that are public."), "reports_shown"),
        Column("map_cases", "int", _("Reports about its model behind its map; null: it has none."),
               "n_cases", unit=_("reports"), is_nullable=True),
        Column("map_controls", "int", _("Reports about other models behind its map; null: it has none."),
               "n_controls", unit=_("reports"), is_nullable=True),
        Column("merged_into", "int", _("Finding that it turned out to be a part of; null for most."),
               "heir", is_nullable=True),
        Column("is_simulated", "bool", _("True: about invented reports, not evidence.")),
        Column("run", "int", _("Run that last computed it."), "run_id"),
    ),
    order=("id",),
    simulated="is_simulated",
    design=_("Every published finding that ever reached `reported`, also those that ended: none is left out "
             "for its outcome."),
)  # fmt: skip

EVENTS = Table(
    "events",
    _("What happened to each finding: changes of state, merges, splits, and whether it was published."),
    (
        Column("id", "int", _("Id of the step; grows."), "pk"),
        Column("finding", "int", _("Id of the finding."), "finding_id"),
        Column("happened_on", "date", _("Day on which it happened."), "happened_on", unit=_("day, UTC")),
        Column("kind", "text", _("`state`, `merged`, `split`, `published`, `held`, `reply`, `confirmed` or "
                                 "`retracted`.")),
        Column("step", "text", _("The same in words of the ladder: `nominated`, `moved_up`, `resolved` …"),
               "step_shown"),
        Column("from_state", "text", _("State before; empty for a new finding.")),
        Column("to_state", "text", _("State after.")),
        Column("other", "int", _("Finding that it became part of, or that split off."), "other_shown",
               is_nullable=True),
        Column("reason", "text", _("Why.")),
        Column("is_simulated", "bool", _("True: about invented reports, not evidence."),
               "finding.is_simulated"),
    ),
    order=("finding", "happened_on"),
    simulated="is_simulated",
)  # fmt: skip

WINDOWS = Table(
    "windows",
    _("What the chart of each finding shows: its model and subject, week by week, in the current run. Of a "
      "real model, windows outside the finding's days are there only where no more came than expected."),
    (
        _FINDING,
        Column("window_start", "date", _("First day of the window."), unit=_("day")),
        Column("window_end", "date", _("Last day of the window."), unit=_("day")),
        Column("n_reports", "int", _("Reports in the window."), unit=_("reports"), is_nullable=True),
        Column("observed", "int", _("Distinct contributors (unverified); null below 5."),
               unit=_("contributors"), is_nullable=True),
        Column("expected", "float", _("Contributors that the margins explain."), unit=_("contributors")),
        Column("ic", "float", _("Information component."), unit=_("bits"), is_nullable=True),
        Column("ic_low", "float", _("Its 2.5 % bound."), unit=_("bits"), is_nullable=True),
        Column("ic_strict", "float", _("Its 0.05 % bound."), unit=_("bits"), is_nullable=True),
        _SIMULATED,
    ),
    order=("finding", "window_end"),
    simulated="is_simulated",
)  # fmt: skip

MAPS = Table(
    "maps",
    _("The maps of findings: in which subjects the model is reported more than others are, and where not."),
    (
        _FINDING,
        Column("domain", "text", _("Subject area.")),
        Column("n_cases", "int", _("Reports about the finding's model; null below 5."),
               unit=_("reports"), is_nullable=True),
        Column("n_controls", "int", _("Reports about all other models; null below 5."),
               unit=_("reports"), is_nullable=True),
        Column("share_affected", "float", _("Share of its reports that are affected."), is_nullable=True),
        Column("share_normal", "float", _("Share of its reports that are as ordinary."), is_nullable=True),
        Column("ratio", "float", _("Geometric mean of the odds ratios of its reports."), is_nullable=True),
        Column("state", "text",
               _("State of the model's own public finding about the subject; `insufficient` without one.")),
        _SIMULATED,
    ),
    order=("finding", "domain"),
    simulated="is_simulated",
    design=_("Subjects of fewer than five contributors have no numbers."),
)  # fmt: skip

POINTS = Table(
    "points",
    _("The public reports on the maps of findings."),
    (
        _FINDING,
        Column("report", "text", _("Id of the report; stays the same over all versions."), "report_id",
               is_free=True),
        Column("x", "float", _("Place on the map, -1 to 1; for the eye alone.")),
        Column("y", "float", _("Place on the map, -1 to 1; for the eye alone.")),
        Column("is_case", "bool", _("True: about the finding's model.")),
        Column("state", "text", _("`affected`, `normal` or `unknown`.")),
        Column("ratio", "float", _("Odds ratio around it, against the ordinary.")),
        Column("low", "float", _("Its 5 % bound.")),
        Column("high", "float", _("Its 95 % bound.")),
        Column("frontier_rank", "int", _("Place among those nearest to the other side; null for the rest."),
               is_nullable=True),
        _SIMULATED,
    ),
    order=("finding", "report"),
    simulated="is_simulated",
)  # fmt: skip

REPLIES = Table(
    "replies",
    _("What vendors reply to findings, in their own words."),
    (
        _FINDING,
        Column("vendor", "text", _("Vendor of the model."), "vendor_id"),
        Column("replied_on", "date", _("Day of the reply."), unit=_("day")),
        Column("text", "text", _("Word for word."), is_free=True),
        Column("source_url", "text", _("Address of the source."), is_free=True),
        Column("is_simulated", "bool", _("True: about invented reports, not evidence."),
               "finding.is_simulated"),
    ),
    order=("finding", "replied_on"),
    simulated="is_simulated",
)  # fmt: skip

ACKNOWLEDGEMENTS = Table(
    "acknowledgements",
    _("Where a vendor confirms a finding: the passages that its state counts."),
    (
        _FINDING,
        Column("id", "int", _("Id of the passage, as in `evidence` of the finding."), "pk"),
        Column("vendor", "text", _("Vendor of the model."), "vendor_id"),
        Column("stated_on", "date", _("Day of the source."), unit=_("day")),
        Column("since", "date", _("First day of what it speaks of; null: it names none."), unit=_("day"),
               is_nullable=True),
        Column("until", "date", _("Last day of what it speaks of; null: it names none."), unit=_("day"),
               is_nullable=True),
        Column("passage", "text", _("Word for word."), is_free=True),
        Column("source_url", "text", _("Address of the source."), is_free=True),
        Column("disclosure", "int", _("Its entry in `disclosures`; null: it has none."), "disclosure_id",
               is_nullable=True),
        _SIMULATED,
    ),
    order=("finding", "stated_on"),
    simulated="is_simulated",
    design=_("Entered by a moderator for one model, subject and kind of symptom; counted by the run, with "
             "the days that the source names."),
)  # fmt: skip
