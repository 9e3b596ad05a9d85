"""The allow-list of everything that is exported, which is the data dictionary too.

A column that is not here is in no dataset, whatever the tables hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table. `source` is the path of the value in the row that a selector gives."""

    name: str
    type: str
    """`text`, `int`, `float`, `bool`, `date`, `list` (of text) or `json`."""
    description: str
    source: str = ""
    unit: str = ""
    is_nullable: bool = False

    @property
    def path(self) -> str:
        return self.source or self.name


@dataclass(frozen=True)
class Table:
    """One file of a dataset."""

    name: str
    description: str
    columns: tuple[Column, ...]
    may_hold_simulated: bool = False


REPORTS = Table(
    "reports",
    "Released reports: exchanges that somebody flagged, redacted on the sender's device and again here.",
    (
        Column("id", "text", "Id of the report; stays the same over all versions.", "pk"),
        Column(
            "provenance", "text", "`report`, `import`, or `simulated` (invented, not evidence)."
        ),
        Column(
            "collection",
            "text",
            "Name of the imported or simulated collection; empty for people's.",
        ),
        Column("observed_on", "date", "Day on which the answer was seen.", unit="day, UTC"),
        Column("site", "text", "Chat service.", "site_id"),
        Column("model", "text", "Canonical model.", "model_id", is_nullable=True),
        Column("vendor", "text", "Vendor of the model.", "model.vendor_id", is_nullable=True),
        Column("model_label", "text", "What the page called the model; may be empty."),
        Column("model_label_source", "text", "Where that label was read."),
        Column(
            "domain_stated",
            "text",
            "Subject area, as stated by the sender.",
            "domain_stated_id",
            is_nullable=True,
        ),
        Column("symptoms", "list", "What was wrong."),
        Column("is_silent", "bool", "Whether any symptom is silent."),
        Column("prompt", "text", "Redacted prompt; placeholders stand for what was removed."),
        Column("response", "text", "Redacted answer."),
        Column("comment", "text", "Redacted comment of the sender; may be empty."),
        Column("expected", "text", "Redacted: what the sender had expected; may be empty."),
        Column(
            "severity", "int", "1 (slight) to 3 (serious), as the sender saw it.", is_nullable=True
        ),
        Column(
            "turn_index", "int", "The site's own number of the answer's turn.", is_nullable=True
        ),
        Column("earlier_turns", "int", "Prompts on the page before this one.", is_nullable=True),
        Column("has_attachments", "bool", "Whether the prompt had attachments.", is_nullable=True),
        Column("has_tools", "bool", "Whether the page showed the use of a tool.", is_nullable=True),
        Column("notice", "text", "`none`, `fallback`, `refusal`: stated by the page; or empty."),
        Column("tier", "text", "Plan of the sender, if they said: `free`, `paid`, `organisation`."),
        Column("effort", "text", "Effort chosen, if they said: `low`, `medium`, `high`."),
        Column("removed", "json", "How many values of each type were removed."),
        Column("redaction_version", "text", "Version of the redaction rules."),
        Column("consent_version", "text", "Version of the consent text that the sender accepted."),
    ),
    may_hold_simulated=True,
)  # fmt: skip
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
    may_hold_simulated=True,
)  # fmt: skip
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
    may_hold_simulated=True,
)
EVENTS = Table(
    "events",
    "What happened to each finding: changes of state, merges, splits, and whether it was published.",
    (
        Column("finding", "int", "Id of the finding.", "finding_id"),
        Column("happened_on", "date", "Day on which it happened.", "happened_on", unit="day, UTC"),
        Column("kind", "text", "`state`, `merged`, `split`, `published` or `held`."),
        Column("from_state", "text", "State before; empty for a new finding."),
        Column("to_state", "text", "State after."),
        Column("other", "int", "Finding that it became part of, or that split off.", "other_shown",
               is_nullable=True),
        Column("reason", "text", "Why."),
        Column("is_simulated", "bool", "True: about invented reports, not evidence.",
               "finding.is_simulated"),
    ),
    may_hold_simulated=True,
)  # fmt: skip
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
    may_hold_simulated=True,
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
)
TOMBSTONES = Table(
    "tombstones",
    "Ids of reports that were public once and have been withdrawn: drop them from every copy.",
    (
        Column("report_id", "text", "Id of the withdrawn report."),
        Column("withdrawn_on", "date", "Day of the withdrawal.", unit="day, UTC"),
    ),
)
DICTIONARY = (REPORTS, FINDINGS, EVENTS, SIGNALS, CELLS, COMPARISONS, TOMBSTONES)
