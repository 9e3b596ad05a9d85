"""Columns of what was recorded: reports, ratings, exposures, and what was withdrawn."""

from __future__ import annotations

from backend.exports.shape import Column, Table

REPORTS = Table(
    "reports",
    "Released reports: exchanges that somebody flagged, redacted on the sender's device and again here.",
    (
        Column("id", "text", "Id of the report; stays the same over all versions.", "pk", is_free=True),
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
        Column("symptoms", "list", "What was wrong.", "symptom_ids"),
        Column("is_silent", "bool", "Whether any symptom is silent."),
        Column("prompt", "text", "Redacted prompt; placeholders stand for what was removed.",
               is_free=True),
        Column("response", "text", "Redacted answer.", is_free=True),
        Column("comment", "text", "Redacted comment of the sender; may be empty.", is_free=True),
        Column("expected", "text", "Redacted: what the sender had expected; may be empty.",
               is_free=True),
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
        Column("provenance_known", "int",
               "How many of ten facts that may be missing are known: model_label, model, domain_stated, "
               "severity, turn_index, earlier_turns, has_attachments, has_tools, tier, effort.",
               unit="facts"),
    ),
    order=("observed_on", "id"),
    day="observed_on",
    listed="redaction_version",
    simulated="provenance",
    design="Volunteers choose what they report: no probability sample. The probability that an answer is "
    "reported is unknown, so no row has a weight; shares of reports are no shares of answers. The "
    "denominators are in `exposures` (answers seen) and `ratings` (answers drawn at random).",
)  # fmt: skip

RATINGS = Table(
    "ratings",
    "Answers drawn at random and judged by the person who saw them, summed by week, site, model and "
    "subject. No single rating is published.",
    (
        Column(
            "provenance", "text", "`rating`, `import`, or `simulated` (invented, not evidence)."
        ),
        Column("collection", "text", "Name of the collection; `ratings` for people's."),
        Column(
            "week", "date", "Monday of the week in which the answers were judged.", unit="day, UTC"
        ),
        Column("site", "text", "Chat service.", "site_id", is_nullable=True),
        Column(
            "model", "text", "Canonical model; null where unknown.", "model_id", is_nullable=True
        ),
        Column(
            "domain",
            "text",
            "Subject area, as inferred on the device; null where unknown.",
            "domain_id",
            is_nullable=True,
        ),
        Column(
            "n_contributors",
            "int",
            "Contributors (unverified) at least; null for imported and simulated rows.",
            unit="contributors",
            is_nullable=True,
        ),
        Column("n", "int", "Ratings that say fine or not fine.", unit="ratings"),
        Column("sum_w", "float", "Sum of their weights 1/p, p = probability of being drawn."),
        Column("sum_w2", "float", "Sum of their squared weights."),
        Column(
            "n_bad",
            "int",
            "Of them not fine; null unless five said each.",
            "n_bad_shown",
            unit="ratings",
            is_nullable=True,
        ),
        Column(
            "sum_w_bad",
            "float",
            "Sum of the weights of those; null as `n_bad`.",
            "w_bad_shown",
            is_nullable=True,
        ),
        Column(
            "sum_w2_bad",
            "float",
            "Sum of their squared weights; null as `n_bad`.",
            "w2_bad_shown",
            is_nullable=True,
        ),
        Column(
            "n_cannot_tell",
            "int",
            "Ratings that say neither; null below five contributors.",
            "n_cannot_tell_shown",
            unit="ratings",
            is_nullable=True,
        ),
        Column("p_low", "float", "Lowest probability of being drawn among the ratings."),
        Column("p_high", "float", "Highest probability of being drawn among the ratings."),
    ),
    order=("week", "provenance", "collection", "site", "model", "domain"),
    day="week",
    simulated="provenance",
    design="A probability sample: each answer that a contributor saw was drawn with a stated probability p, at "
    "most one a day. Share of bad answers (Hajek): sum_w_bad / sum_w; effective number: sum_w**2 / sum_w2. "
    "Weeks of fewer than five contributors are left out, and weeks in which late ratings may still come. "
    "Contributors are volunteers: the sample is one of their answers, not of all.",
)

EXPOSURES = Table(
    "exposures",
    "Answers seen by contributors who count them, by week, site and subject: sums of counts to which each "
    "device added noise.",
    (
        Column("week", "date", "Its Monday.", unit="day, UTC"),
        Column("site", "text", "Chat service.", "site_id"),
        Column(
            "domain",
            "text",
            "Subject area; null where unknown.",
            "counts__domain_id",
            is_nullable=True,
        ),
        Column("answers", "int", "Sum of the noised counts; may be below zero.", unit="answers"),
        Column("noise_sd", "float", "Standard deviation of the noise in that sum.", unit="answers"),
        Column(
            "n_contributors",
            "int",
            "Contributors (unverified) of the week and site.",
            unit="contributors",
        ),
        Column(
            "clip_max", "int", "Most answers counted of one contributor and week.", unit="answers"
        ),
    ),
    order=("week", "site", "domain"),
    day="week",
    design="The denominator of reports, for volunteers who switched counting on. Unbiased for clipped counts: who "
    "asks more than `clip_max` questions a week counts as `clip_max`. Every week holds every subject, so "
    "nothing was chosen by what it shows. Weeks of a site with fewer than five contributors are left out.",
)

TOMBSTONES = Table(
    "tombstones",
    "Ids of reports that were public once and have been withdrawn: drop them from every copy.",
    (
        Column("report_id", "text", "Id of the withdrawn report.", is_free=True),
        Column("withdrawn_on", "date", "Day of the withdrawal.", unit="day, UTC"),
    ),
    order=("withdrawn_on", "report_id"),
)
