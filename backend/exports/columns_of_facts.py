"""Columns of what was recorded: reports, the controls, probes, disclosures, and what was withdrawn."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from backend.exports.shape import Column, Table

REPORTS = Table(
    "reports",
    _("Released reports: exchanges that somebody flagged, redacted on the sender's device and again here."),
    (
        Column("id", "text", _("Id of the report; stays the same over all versions."), "pk", is_free=True),
        Column(
            "provenance", "text", _("`report`, `import`, or `simulated` (invented, not evidence).")
        ),
        Column(
            "collection",
            "text",
            _("Name of the imported or simulated collection; empty for people's."),
        ),
        Column("observed_on", "date", _("Day on which the answer was seen."), unit=_("day, UTC")),
        Column("site", "text", _("Chat service."), "site_id"),
        Column("model", "text", _("Canonical model."), "model_id", is_nullable=True),
        Column("vendor", "text", _("Vendor of the model."), "model.vendor_id", is_nullable=True),
        Column("model_label", "text", _("What the page called the model; may be empty.")),
        Column("model_label_source", "text", _("Where that label was read.")),
        Column(
            "domain_stated",
            "text",
            _("Subject area, as stated by the sender."),
            "domain_stated_id",
            is_nullable=True,
        ),
        Column("symptoms", "list", _("What was wrong."), "symptom_ids"),
        Column("is_silent", "bool", _("Whether any symptom is silent.")),
        Column("prompt", "text", _("Redacted prompt; placeholders stand for what was removed."),
               is_free=True),
        Column("response", "text", _("Redacted answer."), is_free=True),
        Column("comment", "text", _("Redacted comment of the sender; may be empty."), is_free=True),
        Column("expected", "text", _("Redacted: what the sender had expected; may be empty."),
               is_free=True),
        Column(
            "severity", "int", _("1 (slight) to 3 (serious), as the sender saw it."), is_nullable=True
        ),
        Column(
            "turn_index", "int", _("The site's own number of the answer's turn."), is_nullable=True
        ),
        Column("earlier_turns", "int", _("Prompts on the page before this one."), is_nullable=True),
        Column("has_attachments", "bool", _("Whether the prompt had attachments."), is_nullable=True),
        Column("has_tools", "bool", _("Whether the page showed the use of a tool."), is_nullable=True),
        Column("notice", "text", _("`none`, `fallback`, `refusal`: stated by the page; or empty.")),
        Column("tier", "text", _("Plan of the sender, if they said: `free`, `paid`, `organisation`.")),
        Column("effort", "text", _("Effort chosen, if they said: `low`, `medium`, `high`.")),
        Column("removed", "json", _("How many values of each type were removed.")),
        Column("redaction_version", "text", _("Version of the redaction rules.")),
        Column("consent_version", "text", _("Version of the consent text that the sender accepted.")),
        Column("provenance_known", "int",
               _("How many of ten facts that may be missing are known: model_label, model, domain_stated, "
               "severity, turn_index, earlier_turns, has_attachments, has_tools, tier, effort."),
               unit=_("facts")),
    ),
    order=("observed_on", "id"),
    day="observed_on",
    listed="redaction_version",
    simulated="provenance",
    design=_("Volunteers choose what they report: no probability sample. The probability that an answer is "
    "reported is unknown, so no row has a weight; shares of reports are no shares of answers. The "
    "denominators are in `exposures` (answers seen) and `ratings` (answers drawn at random)."),
)  # fmt: skip

RATINGS = Table(
    "ratings",
    _(
        "Answers drawn at random and judged by the person who saw them, summed by week, site, model and "
        "subject. No single rating is published."
    ),
    (
        Column(
            "provenance", "text", _("`rating`, `import`, or `simulated` (invented, not evidence).")
        ),
        Column("collection", "text", _("Name of the collection; `ratings` for people's.")),
        Column(
            "week",
            "date",
            _("Monday of the week in which the answers were judged."),
            unit=_("day, UTC"),
        ),
        Column("site", "text", _("Chat service."), "site_id", is_nullable=True),
        Column(
            "model", "text", _("Canonical model; null where unknown."), "model_id", is_nullable=True
        ),
        Column(
            "domain",
            "text",
            _("Subject area, as inferred on the device; null where unknown."),
            "domain_id",
            is_nullable=True,
        ),
        Column(
            "n_contributors",
            "int",
            _("Contributors (unverified) at least; null for imported and simulated rows."),
            unit=_("contributors"),
            is_nullable=True,
        ),
        Column("n", "int", _("Ratings that say fine or not fine."), unit=_("ratings")),
        Column("sum_w", "float", _("Sum of their weights 1/p, p = probability of being drawn.")),
        Column("sum_w2", "float", _("Sum of their squared weights.")),
        Column(
            "n_bad",
            "int",
            _("Of them not fine; null unless five said each."),
            "n_bad_shown",
            unit=_("ratings"),
            is_nullable=True,
        ),
        Column(
            "sum_w_bad",
            "float",
            _("Sum of the weights of those; null as `n_bad`."),
            "w_bad_shown",
            is_nullable=True,
        ),
        Column(
            "sum_w2_bad",
            "float",
            _("Sum of their squared weights; null as `n_bad`."),
            "w2_bad_shown",
            is_nullable=True,
        ),
        Column(
            "n_cannot_tell",
            "int",
            _("Ratings that say neither; null below five contributors."),
            "n_cannot_tell_shown",
            unit=_("ratings"),
            is_nullable=True,
        ),
        Column("p_low", "float", _("Lowest probability of being drawn among the ratings.")),
        Column("p_high", "float", _("Highest probability of being drawn among the ratings.")),
    ),
    order=("week", "provenance", "collection", "site", "model", "domain"),
    day="week",
    simulated="provenance",
    design=_(
        "A probability sample: each answer that a contributor saw was drawn with a stated probability p, at "
        "most one a day, and a contributor's first of each model and subject in about eight weeks counts. "
        "Share of bad answers (Hajek): sum_w_bad / sum_w; effective number: sum_w**2 / "
        "sum_w2. Weeks of fewer than five contributors are left out, and weeks in which late ratings may "
        "still come. "
        "Contributors are volunteers: the sample is one of their answers, not of all."
    ),
)

EXPOSURES = Table(
    "exposures",
    _(
        "Answers seen by contributors who count them, by week, site and subject: sums of counts to which "
        "each device added noise."
    ),
    (
        Column("week", "date", _("Its Monday."), unit=_("day, UTC")),
        Column("site", "text", _("Chat service."), "site_id"),
        Column(
            "domain",
            "text",
            _("Subject area; null where unknown."),
            "counts__domain_id",
            is_nullable=True,
        ),
        Column(
            "answers", "int", _("Sum of the noised counts; may be below zero."), unit=_("answers")
        ),
        Column(
            "noise_sd",
            "float",
            _("Standard deviation of the noise in that sum."),
            unit=_("answers"),
        ),
        Column(
            "n_contributors",
            "int",
            _("Contributors (unverified) of the week and site."),
            unit=_("contributors"),
        ),
        Column(
            "clip_max",
            "int",
            _("Most answers counted of one contributor and week."),
            unit=_("answers"),
        ),
    ),
    order=("week", "site", "domain"),
    day="week",
    design=_(
        "The denominator of reports, for volunteers who switched counting on. Unbiased for clipped counts: "
        "who asks more than `clip_max` questions a week counts as `clip_max`. Every week holds every "
        "subject, so nothing was chosen by what it shows. Weeks of a site with fewer than five "
        "contributors are left out."
    ),
)

PROBES = Table(
    "probes",
    _("Answers to checkable prompts that the same accounts asked again and again, as they were graded. No "
      "text is kept."),
    (
        Column("series", "text", _("Series: one suite, asked of one model and graded by one grader."),
               "series_id"),
        Column("model", "text", _("Canonical model."), "series.model_id"),
        Column("site", "text", _("Chat service; null: the vendor's API."), "series.site_id",
               is_nullable=True),
        Column("suite", "text", _("Name and version of the prompts."), "series.suite"),
        Column("grader", "text", _("Name and version of what graded the answers."), "series.grader"),
        Column("provenance", "text", _("`probe`, or `simulated` (invented, not evidence)."),
               "series.provenance"),
        Column("account", "int", _("Accounts of the series, counted from 1; whose they are is not known.")),
        Column("item", "text", _("Id of the prompt in its suite.")),
        Column("domain", "text", _("Subject area."), "domain_id"),
        Column("stratum", "text",
               _("Items of one stratum match in format, length, answer type and difficulty; may be empty.")),
        Column("round", "int", _("Which time it was asked, from 0 on.")),
        Column("is_baseline", "bool", _("Whether the round is one of the frozen baseline.")),
        Column("asked_on", "date", _("Day on which it was asked."), unit=_("day, UTC")),
        Column("outcome", "text", _("`right`, `wrong` or `refused`.")),
    ),
    order=("asked_on", "series", "account", "item", "round"),
    day="asked_on",
    simulated="provenance",
    design=_("Who asks chose suite and accounts, so shares of wrong answers are those of the suite. Every "
    "answer that was handed over is here, whatever it shows. Compare an item with itself, within an "
    "account, against the baseline, and with items of its stratum in other subjects. A missing answer "
    "says nothing: not every account asks every item in every round."),
)  # fmt: skip

DISCLOSURES = Table(
    "disclosures",
    _("The register: passages in which vendors state that they change answers."),
    (
        Column("id", "int", _("Id of the disclosure."), "pk"),
        Column("vendor", "text", _("Who states it."), "vendor_id"),
        Column("domains", "list", _("Subject areas that it names."), "subjects"),
        Column("title", "text", _("Title of the document."), is_free=True),
        Column("source_url", "text", _("Address of the source."), is_free=True),
        Column("page_first", "int", _("First page; null: it has no pages."), is_nullable=True),
        Column("page_last", "int", _("Last page; null: it has no pages."), is_nullable=True),
        Column("passage", "text", _("Word for word."), is_free=True),
        Column("summary", "text", _("The same in our words."), is_free=True),
        Column("interventions", "list", _("Codes of what is done.")),
        Column("is_user_told", "bool", _("Whether the user is told at that moment; null: not stated."),
               is_nullable=True),
        Column("traffic_share", "float", _("Share of traffic, 0 to 1; null: not stated."),
               is_nullable=True),
        Column("organisations_share", "float",
               _("Upper bound of the share of organisations, 0 to 1; null: not stated."),
               is_nullable=True),
        Column("published_on", "date", _("Day of the document."), unit=_("day")),
        Column("found_on", "date", _("Day on which somebody noticed it."), unit=_("day")),
        Column("reversed_on", "date", _("Day on which it was taken back; null: not that we know."),
               unit=_("day"), is_nullable=True),
        Column("reversed_source_url", "text", _("Source of that; may be empty."), is_free=True),
        Column("is_simulated", "bool", _("True: of a fictional vendor."), "vendor.is_fictional"),
    ),
    order=("published_on", "id"),
    simulated="is_simulated",
    design=_("What people found and a moderator published: silence of the register proves nothing."),
)  # fmt: skip

TOMBSTONES = Table(
    "tombstones",
    _("Ids of reports that were public once and have been withdrawn: drop them from every copy."),
    (
        Column("report_id", "text", _("Id of the withdrawn report."), is_free=True),
        Column("withdrawn_on", "date", _("Day of the withdrawal."), unit=_("day, UTC")),
    ),
    order=("withdrawn_on", "report_id"),
)
