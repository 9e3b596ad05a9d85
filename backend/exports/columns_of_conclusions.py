"""Columns of what the analysis concluded."""

from __future__ import annotations

from backend.exports.shape import Column, Table

FINDINGS = Table(
    "findings",
    "Events in which reports of one model and subject stand out, with their state.",
    (
        Column("id", "int", "Id of the finding; stays the same from run to run.", "pk"),
        Column("state", "text", "State on the evidence ladder."),
        Column("reason", "text", "Why it has this state."),
        Column("outlook", "text", "What would move it up or down the ladder; may be empty."),
        Column("cautions", "list", "Codes of what else may explain it."),
        Column("model", "text", "Canonical model.", "model_id"),
        Column("domain", "text", "Subject area.", "domain_id"),
        Column("symptom_kind", "text", "`silent` or `stated`; never added together."),
        Column("onset_low", "date", "Earliest plausible beginning.", is_nullable=True, unit="day"),
        Column("onset", "date", "Most plausible beginning.", is_nullable=True, unit="day"),
        Column("onset_high", "date", "Latest plausible beginning.", is_nullable=True, unit="day"),
        Column("offset_low", "date", "Earliest plausible end.", is_nullable=True, unit="day"),
        Column("offset", "date", "Most plausible end; null while it lasts.", is_nullable=True, unit="day"),
        Column("offset_high", "date", "Latest plausible end.", is_nullable=True, unit="day"),
        Column("n_reports", "int", "Reports of the event.", unit="reports"),
        Column("n_contributors", "int", "Distinct contributors (unverified); null below 5.", "shown",
               unit="contributors", is_nullable=True),
        Column("breakdown_number", "int", "Fewest contributors whose removal clears the signal.",
               unit="contributors"),
        Column("evidence", "json", "What the state was computed from; counts below 5 are null.",
               "evidence_shown"),
        Column("merged_into", "int", "Finding that it turned out to be a part of; null for most.",
               "heir", is_nullable=True),
        Column("is_simulated", "bool", "True: about invented reports, not evidence."),
        Column("run", "int", "Run that last computed it.", "run_id"),
    ),
    order=("id",),
    simulated="is_simulated",
    design="Every published finding that ever reached `reported`, also those that ended: no selection by outcome.",
)  # fmt: skip

EVENTS = Table(
    "events",
    "What happened to each finding: changes of state, merges, splits, and whether it was published.",
    (
        Column("finding", "int", "Id of the finding.", "finding_id"),
        Column("happened_on", "date", "Day on which it happened.", "happened_on", unit="day, UTC"),
        Column("kind", "text", "`state`, `merged`, `split`, `published`, `held`, `reply` or `retracted`."),
        Column("from_state", "text", "State before; empty for a new finding."),
        Column("to_state", "text", "State after."),
        Column("other", "int", "Finding that it became part of, or that split off.", "other_shown",
               is_nullable=True),
        Column("reason", "text", "Why."),
        Column("is_simulated", "bool", "True: about invented reports, not evidence.",
               "finding.is_simulated"),
    ),
    order=("finding", "happened_on"),
    simulated="is_simulated",
)  # fmt: skip

CLUSTERS = Table(
    "clusters",
    "Reports of one subject that are alike, as the current run found them: themes and their variants.",
    (
        Column("id", "int", "Id of the cluster; stays from run to run.", "track_id"),
        Column("kind", "text", "`theme` or `variant` (of a theme)."),
        Column("parent", "int", "Theme of a variant.", "parent_track", is_nullable=True),
        Column("domain", "text", "Subject area.", "domain_id"),
        Column("name", "text", "Name that a moderator gave; may be empty.", "track.name"),
        Column(
            "terms", "list", "Words that are more frequent in it than elsewhere in its subject."
        ),
        Column("separating_terms", "list", "Words that tell it from the sibling most like it."),
        Column("n_reports", "int", "Reports in it.", unit="reports"),
        Column(
            "n_contributors",
            "int",
            "Distinct contributors (unverified); null below 5.",
            "shown",
            unit="contributors",
            is_nullable=True,
        ),
        Column("first_week", "date", "Monday of the first week with a report.", unit="day"),
        Column("last_week", "date", "Monday of the last week with a report.", unit="day"),
        Column(
            "stability",
            "float",
            "Agreement when a part of the reports is left out, 0 to 1.",
            is_nullable=True,
        ),
        Column("medoids", "list", "Ids of reports that stand for it, of those that are public."),
        Column("has_simulated", "bool", "True: holds invented reports, not evidence."),
        Column("run", "int", "Run that found it.", "run_id"),
    ),
    order=("id",),
    simulated="has_simulated",
    design="Clusters of five contributors or more; smaller ones are left out.",
)

RUNS = Table(
    "runs",
    "Executions of the analysis that came to their end: what each computed with, and from what.",
    (
        Column("id", "int", "Id of the run.", "pk"),
        Column("as_of", "date", "Last day whose reports it read.", unit="day, UTC"),
        Column("finished_on", "date", "Day on which it ended.", unit="day, UTC", is_nullable=True),
        Column("method_version", "text", "Version of the method."),
        Column("embedding_model", "text", "What turned texts into vectors."),
        Column("seed", "int", "Seed of everything random in it."),
        Column("config", "json", "Every threshold."),
        Column("input_digest", "text", "SHA-256 of all that it read."),
        Column(
            "evidence_digest", "text", "SHA-256 of what findings were computed from; may be empty."
        ),
        Column("has_simulated", "bool", "True: invented reports were among what it read."),
        Column("is_current", "bool", "Whether its conclusions are shown."),
    ),
    order=("id",),
)

SIGNALS = Table(
    "signals",
    "Cells of the current run with at least five contributors: one row per model, subject and window.",
    (
        Column("model", "text", "Canonical model.", "model_id"),
        Column("domain", "text", "Subject area.", "domain_id"),
        Column("symptom_kind", "text", "`silent` or `stated`."),
        Column("window_start", "date", "First day of the window.", unit="day"),
        Column("window_end", "date", "Last day of the window.", unit="day"),
        Column("n_reports", "int", "Reports in the window.", unit="reports"),
        Column(
            "observed", "int", "Distinct contributors (unverified), capped.", unit="contributors"
        ),
        Column("expected", "float", "Contributors that the margins explain.", unit="contributors"),
        Column("ic", "float", "Information component.", unit="bits"),
        Column("ic_low", "float", "Its 2.5 % bound.", unit="bits"),
        Column("ic_strict", "float", "Its 0.05 % bound.", unit="bits"),
        Column(
            "prr",
            "float",
            "Proportional reporting ratio; shown, never decided on.",
            is_nullable=True,
        ),
        Column("ror", "float", "Reporting odds ratio; shown, never decided on.", is_nullable=True),
        Column("ror_low", "float", "Its 95 % bound.", is_nullable=True),
        Column("ror_high", "float", "Its 95 % bound.", is_nullable=True),
        Column(
            "ebgm",
            "float",
            "Empirical-Bayes geometric mean; shown, never decided on.",
            is_nullable=True,
        ),
        Column("eb05", "float", "Its 5 % bound.", is_nullable=True),
        Column("p_value", "float", "Of the count against its expectation."),
        Column("is_discovery", "bool", "Survives false discovery rate control."),
        Column("state", "text", "`insufficient` or `reported`."),
        Column(
            "is_simulated",
            "bool",
            "True: about invented reports, not evidence.",
            "model.is_fictional",
        ),
    ),
    order=("model", "domain", "symptom_kind", "window_end", "window_start"),
    simulated="is_simulated",
    design="Only cells of five contributors or more: a missing cell is not a zero.",
)

CELLS = Table(
    "cells",
    "What is known of each model and subject now, and what would have been noticed, quiet ones too.",
    (
        Column("model", "text", "Canonical model.", "model_id"),
        Column("domain", "text", "Subject area.", "domain_id"),
        Column("symptom_kind", "text", "`silent` or `stated`."),
        Column("state", "text", "State on the evidence ladder."),
        Column("reason", "text", "Why."),
        Column("n_contributors", "int", "Distinct contributors (unverified); null below 5.",
               unit="contributors", is_nullable=True),
        Column("expected", "float", "Contributors that the margins explain.", unit="contributors"),
        Column("detectable_ratio", "float",
               "Smallest multiple of the ordinary rate that reports would have shown with 80 % power; "
               "null: none would.", is_nullable=True),
        Column("n_ratings", "int", "Ratings of answers drawn at random; null below 5.",
               "ratings_shown", unit="ratings", is_nullable=True),
        Column("detectable_share", "float",
               "Smallest share of bad answers that ratings would have shown with 80 % power; null: "
               "none would.", "share_shown", is_nullable=True),
        Column("is_simulated", "bool", "True: about invented reports, not evidence."),
    ),
    order=("model", "domain", "symptom_kind"),
    simulated="is_simulated",
    design="Cells of the current run. `n_ratings` and `expected` are its denominators.",
)  # fmt: skip

COMPARISONS = Table(
    "comparisons",
    "Two consecutive versions of a model on one subject of one graded collection.",
    (
        Column("collection", "text", "Name of the collection."),
        Column("family", "text", "Family of the model's versions."),
        Column("domain", "text", "Subject area.", "domain_id"),
        Column("earlier", "text", "Earlier version.", "earlier_id"),
        Column("later", "text", "Later version.", "later_id"),
        Column("n_earlier", "int", "Graded answers of the earlier version.", unit="answers"),
        Column("n_later", "int", "Graded answers of the later version.", unit="answers"),
        Column("n_pairs", "int", "Questions asked of both.", unit="questions"),
        Column("bad_earlier", "int", "Bad answers of the earlier version.", unit="answers"),
        Column("bad_later", "int", "Bad answers of the later version.", unit="answers"),
        Column("difference", "float", "Share of bad answers, later minus earlier."),
        Column("difference_low", "float", "Its 95 % bound."),
        Column("difference_high", "float", "Its 95 % bound."),
        Column("p_value", "float", "McNemar's exact test if paired, else Fisher's."),
        Column("verdict", "text", "`worse`, `better`, `no_difference` or `insufficient`."),
        Column("cautions", "list", "What else may explain the difference."),
    ),
    order=("collection", "family", "domain", "earlier", "later"),
    design="Every pair of consecutive versions that was compared, whatever came out.",
)
