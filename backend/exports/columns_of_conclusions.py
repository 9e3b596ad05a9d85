"""Columns of what the analysis concluded."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from backend.exports.shape import Column, Table

CLUSTERS = Table(
    "clusters",
    _(
        "Reports of one subject that are alike, as the current run found them: themes and their variants."
    ),
    (
        Column("id", "int", _("Id of the cluster; stays from run to run."), "track_id"),
        Column("kind", "text", _("`theme` or `variant` (of a theme).")),
        Column("parent", "int", _("Theme of a variant."), "parent_track", is_nullable=True),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("name", "text", _("Name that a moderator gave; may be empty."), "track.name"),
        Column(
            "terms", "list", _("Words that are more frequent in it than elsewhere in its subject.")
        ),
        Column("separating_terms", "list", _("Words that tell it from the sibling most like it.")),
        Column("n_reports", "int", _("Reports in it."), unit=_("reports")),
        Column(
            "n_contributors",
            "int",
            _("Distinct contributors (unverified); null below 5."),
            "shown",
            unit=_("contributors"),
            is_nullable=True,
        ),
        Column("first_week", "date", _("Monday of the first week with a report."), unit=_("day")),
        Column("last_week", "date", _("Monday of the last week with a report."), unit=_("day")),
        Column(
            "stability",
            "float",
            _("Agreement when a part of the reports is left out, 0 to 1."),
            is_nullable=True,
        ),
        Column("medoids", "list", _("Ids of reports that stand for it, of those that are public.")),
        Column("has_simulated", "bool", _("True: holds invented reports, not evidence.")),
        Column("run", "int", _("Run that found it."), "run_id"),
    ),
    order=("id",),
    simulated="has_simulated",
    design=_("Clusters of five contributors or more; smaller ones are left out."),
)

RUNS = Table(
    "runs",
    _("Executions of the analysis that came to their end: what each computed with, and from what."),
    (
        Column("id", "int", _("Id of the run."), "pk"),
        Column("as_of", "date", _("Last day whose reports it read."), unit=_("day, UTC")),
        Column(
            "finished_on", "date", _("Day on which it ended."), unit=_("day, UTC"), is_nullable=True
        ),
        Column("method_version", "text", _("Version of the method.")),
        Column("embedding_model", "text", _("What turned texts into vectors.")),
        Column("seed", "int", _("Seed of everything random in it.")),
        Column("config", "json", _("Every threshold.")),
        Column("input_digest", "text", _("SHA-256 of all that it read.")),
        Column(
            "evidence_digest",
            "text",
            _("SHA-256 of what findings were computed from; may be empty."),
        ),
        Column("has_simulated", "bool", _("True: invented reports were among what it read.")),
        Column("is_current", "bool", _("Whether its conclusions are shown.")),
    ),
    order=("id",),
)

SIGNALS = Table(
    "signals",
    _(
        "Cells of the current run with at least five contributors: one row per model, subject and window. Of "
        "a real model, windows with more than expected are there only within the days of a public finding."
    ),
    (
        Column("model", "text", _("Canonical model."), "model_id"),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("symptom_kind", "text", _("`silent` or `stated`.")),
        Column("window_start", "date", _("First day of the window."), unit=_("day")),
        Column("window_end", "date", _("Last day of the window."), unit=_("day")),
        Column("n_reports", "int", _("Reports in the window."), unit=_("reports")),
        Column(
            "observed",
            "int",
            _("Distinct contributors (unverified), capped."),
            unit=_("contributors"),
        ),
        Column(
            "expected", "float", _("Contributors that the margins explain."), unit=_("contributors")
        ),
        Column("ic", "float", _("Information component."), unit=_("bits")),
        Column("ic_low", "float", _("Its 2.5 % bound."), unit=_("bits")),
        Column("ic_strict", "float", _("Its 0.05 % bound."), unit=_("bits")),
        Column(
            "prr",
            "float",
            _("Proportional reporting ratio; shown, never decided on."),
            is_nullable=True,
        ),
        Column(
            "ror", "float", _("Reporting odds ratio; shown, never decided on."), is_nullable=True
        ),
        Column("ror_low", "float", _("Its 95 % bound."), is_nullable=True),
        Column("ror_high", "float", _("Its 95 % bound."), is_nullable=True),
        Column(
            "ebgm",
            "float",
            _("Empirical-Bayes geometric mean; shown, never decided on."),
            is_nullable=True,
        ),
        Column("eb05", "float", _("Its 5 % bound."), is_nullable=True),
        Column("p_value", "float", _("Of the count against its expectation.")),
        Column("is_discovery", "bool", _("Survives false discovery rate control.")),
        Column("state", "text", _("`insufficient` or `reported`.")),
        Column(
            "is_simulated",
            "bool",
            _("True: about invented reports, not evidence."),
            "model.is_fictional",
        ),
    ),
    order=("model", "domain", "symptom_kind", "window_end", "window_start"),
    simulated="is_simulated",
    design=_(
        "Only cells of five contributors or more: a missing cell is not a zero. Where a real model draws "
        "more than expected, a window is left out until its cell has a public finding: no gap names what "
        "waits for a moderator."
    ),
)

CELLS = Table(
    "cells",
    _("What is known of each model and subject now, and what would have been noticed, quiet ones too."),
    (
        Column("model", "text", _("Canonical model."), "model_id"),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("symptom_kind", "text", _("`silent` or `stated`.")),
        Column("state", "text", _("State on the evidence ladder.")),
        Column("reason", "text", _("Why.")),
        Column("n_contributors", "int", _("Distinct contributors (unverified); null below 5."),
               unit=_("contributors"), is_nullable=True),
        Column("expected", "float", _("Contributors that the margins explain."), unit=_("contributors")),
        Column("detectable_ratio", "float",
               _("Smallest multiple of the ordinary rate that reports would have shown with 80 % power; "
               "null: none would."), is_nullable=True),
        Column("n_ratings", "int",
               _("Ratings of answers drawn at random; null if fewer than 5 contributors gave them."),
               unit=_("ratings"), is_nullable=True),
        Column("detectable_share", "float",
               _("Smallest share of bad answers that ratings would have shown with 80 % power; null: "
               "none would."), is_nullable=True),
        Column("is_simulated", "bool", _("True: about invented reports, not evidence.")),
    ),
    order=("model", "domain", "symptom_kind"),
    simulated="is_simulated",
    design=_(
        "Cells of the current run. `n_ratings` and `expected` are its denominators. A real model's cell that "
        "draws more than expected is left out until it has a public finding."
    ),
)  # fmt: skip

COMPARISONS = Table(
    "comparisons",
    _("Two consecutive versions of a model on one subject of one graded collection."),
    (
        Column("collection", "text", _("Name of the collection.")),
        Column("family", "text", _("Family of the model's versions.")),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("earlier", "text", _("Earlier version."), "earlier_id"),
        Column("later", "text", _("Later version."), "later_id"),
        Column("n_earlier", "int", _("Graded answers of the earlier version."), unit=_("answers")),
        Column("n_later", "int", _("Graded answers of the later version."), unit=_("answers")),
        Column("n_pairs", "int", _("Questions asked of both."), unit=_("questions")),
        Column("bad_earlier", "int", _("Bad answers of the earlier version."), unit=_("answers")),
        Column("bad_later", "int", _("Bad answers of the later version."), unit=_("answers")),
        Column("difference", "float", _("Share of bad answers, later minus earlier.")),
        Column("difference_low", "float", _("Its 95 % bound.")),
        Column("difference_high", "float", _("Its 95 % bound.")),
        Column("p_value", "float", _("McNemar's exact test if paired, else Fisher's.")),
        Column("verdict", "text", _("`worse`, `better`, `no_difference` or `insufficient`.")),
        Column("cautions", "list", _("What else may explain the difference.")),
    ),
    order=("collection", "family", "domain", "earlier", "later"),
    design=_("Every pair of consecutive versions that was compared, whatever came out."),
)
