"""The datasheet of a dataset: the questions of Gebru et al. (2021), answered for this very version."""

from __future__ import annotations

from backend.exports.models import Dataset
from backend.exports.records import SIMULATED, FileRecord

_TEXT = """# Datasheet of Plumbline dataset {version}

The questions are those of Gebru et al., *Datasheets for Datasets* (Communications of the ACM 64(12),
2021, doi:10.1145/3458723), in our words.

## Motivation

**Why was it made?** To show from the outside whether an AI assistant silently gives worse answers on
some subject, and to let anybody check how that is concluded.

**By whom, and who paid?** By the people who run the installation at {url}, from what volunteers sent
with the Plumbline extension. Plumbline itself knows of no funder; ask the operator.

## Composition

**What does a row stand for?** {rows_table}

Each table comes in Parquet, JSON Lines and CSV with the same rows. What each column means is in
`DICTIONARY.md`.

**Is it a sample?** `reports` is not: people chose to report, and the probability of that is unknown.
`ratings` sums a probability sample of the answers that volunteers saw, with the weights 1/p.
`exposures` sums noised counts of all answers that volunteers saw, at most a stated number of each a
week. Volunteers are no sample of all who use these services. `probes` has every graded answer that was
handed over, of prompts and accounts that whoever asked has chosen.

**Is anything missing?** Reports that wait for release, are held by a moderator, rejected or withdrawn.
Findings about real models that a moderator has not published. Cells of fewer than five contributors.
Ratings and exposures of weeks for which late ones may still arrive. Facts that a page did not show or a
person did not say are null or empty; `completeness` in the manifest counts them by column.

**Are there errors and noise?** Yes. Domains are stated by the sender or inferred; both err. Model
labels are what a page said. Contributors are unverified: one person may be several. Exposure counts
hold noise of a stated standard deviation. {simulated}

**Does it rest on anything outside?** No file refers to anything outside. Reports with provenance
`import` come from the collection that they name, and keep its licence.

**Can people be identified?** Texts were redacted on the sender's device, shown to the sender, and
redacted again on the server; what looked risky was held for a moderator. Automatic redaction misses
things: in our own measurements it covers most, not all, of what it looks for (docs/benchmarks.md of the
source). Nothing that links two reports of one person is in any file: no account, address, tag, receipt
or vector. Accounts in `probes` are numbers within their series, and what they are called is not known
here. Days are the finest time.

**May it offend?** Prompts and answers are as people and services wrote them.

## Collection

**How was it collected?** By a browser extension: a person flags an answer, sees exactly what would be
sent, edits it, agrees to publication under CC BY 4.0 for that very text, and sends it. Ratings and
exposures are off until a person switches them on; they hold no text. No contributor is paid. Probes are
asked by somebody who holds accounts at a service, with a suite and a grader that the series names and
describes at its address; the operator imports the grades, never a text.

**Did people agree, and can they take it back?** Consent is asked for each report. A report can be
withdrawn at any time with the receipt that stays on the sender's device. Then its text is erased, its
id goes on the signed list of withdrawals, and every version that holds it is no longer served.

**Was there an ethical review?** None by an outside board is known to this software. Ask the operator.

## Cleaning and labelling

Redaction, as above; the rules' versions in this dataset: {redaction}. Placeholders such as `[EMAIL_1]`
stand for what was removed. Symptoms, severity and the domain of a report are its sender's words. No
text is changed otherwise, except in the CSV files, where an apostrophe stands before what a spreadsheet
could take for a formula. The unredacted texts are not kept.

## Uses

**What is it good for?** Studying what people report, finding episodes worth testing again under
control, and checking Plumbline's own conclusions.

**What is it not good for?** Rates of bad answers from `reports` alone. Ranking models or vendors by
their number of reports. Training models on the answers: some vendors restrict that. Finding out who
wrote a report: do not try.

## Distribution

At {url}/data/{version}/, by HTTPS, under CC BY 4.0 (texts) and CC0 1.0 (counts); see `LICENSE.txt`.
There is no DOI unless somebody registers one; `datacite.json` is ready for that.

## Maintenance

**Who keeps it?** The operator of {url}. A new version is built every day on which something changed,
and soon after a withdrawal. Versions never change. A version that holds a withdrawn report is no longer
served; its manifest stays.

**How are copies kept right?** Fetch {url}/data/withdrawals.json, verify its signature, and delete what
it names.

**How can errors be reported?** To the operator ({url}/privacy/), or with the source code.
"""
_ROWS = {
    "reports": "an exchange that somebody flagged",
    "ratings": "a week, site, model and subject, with the sums of its ratings",
    "exposures": "a week, site and subject, with the sum of answers seen",
    "probes": "an answer to a checkable prompt that was asked again, as it was graded",
    "findings": "an event that stood out, with its state on the evidence ladder",
    "events": "a step in the life of a finding",
    "windows": "a window of time of a finding's model and subject",
    "replies": "what a vendor says to a finding",
    "acknowledgements": "a passage in which a vendor confirms a finding",
    "maps": "a subject on the map of a finding",
    "points": "a report on the map of a finding",
    "clusters": "a group of reports that are alike",
    "runs": "an execution of the analysis",
    "signals": "a statistic of a model, subject and window",
    "cells": "a model and subject, quiet ones included",
    "comparisons": "two versions of a model on one subject of a graded collection",
    "disclosures": "a passage in which a vendor states that it changes answers",
    "tombstones": "a report that was withdrawn",
}
_INVENTED = (
    "Files whose names begin with `SIMULATED-` hold invented rows only: they show how it works."
)


def datasheet(dataset: Dataset, files: list[FileRecord], *, url: str) -> str:
    """The datasheet as Markdown."""
    counts: dict[str, list[int]] = {table: [0, 0] for table in _ROWS}
    for file in files:
        if file.name.endswith(".parquet"):
            counts[file.table][file.name.startswith(SIMULATED)] += file.rows or 0
    lines = ["", "", "| Table | A row is | Rows | SIMULATED rows |", "|---|---|---|---|"]
    lines += [
        f"| `{table}` | {_ROWS[table]} | {real:,} | {invented:,} |"
        for table, (real, invented) in counts.items()
    ]
    versions = sorted({value for file in files for value in file.listed})
    return _TEXT.format(
        version=dataset.version, url=url, rows_table="\n".join(lines),
        redaction=", ".join(versions) or "none (there are no reports)",
        simulated=_INVENTED if dataset.has_simulated else "",
    )  # fmt: skip
