"""Rows to arrays: what the analysis gets to see. Knows its records, and runs nothing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.records import (
    Acknowledgement,
    ExposureArrays,
    ProbeArrays,
    RatingArrays,
    ReportArrays,
    SampledRatings,
)
from backend.catalogue.selectors import sites_public
from backend.findings.acknowledged import acknowledgements_counted
from backend.findings.corrections import corrections_current
from backend.measurements.selectors import (
    exposures_for_analysis,
    ratings_for_analysis,
    ratings_sampled_for_analysis,
)
from backend.probes.selectors import PROBE_COLUMNS, probes_for_analysis
from backend.reports.selectors import reports_for_analysis

SIMULATED = "simulated"
EXPOSURE_WEEKS = 54
"""A year, and a week on either side."""


def objects(values: Sequence[Any]) -> Any:
    """An array of strings; "" for None."""
    array = np.empty(len(values), dtype=object)
    array[:] = ["" if value is None else str(value) for value in values]
    return array


def report_arrays(*, as_of: date, model_id: str, n_dimensions: int) -> ReportArrays:
    """The reports that have a vector of this model, each in the domain that a moderator gave it."""
    rows = list(reports_for_analysis(as_of=as_of, model_id=model_id))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 17
    (ids, days, sites, models, vendors, domains, silent, tags, counted,
     clients, provenance, redactions, received, fictional, prompts, responses,
     vectors) = columns  # fmt: skip
    # Simulated data never counts against a real model, nor a real report against an invented one.
    countable = [
        is_counted and (origin == "simulated") == bool(is_fictional)
        for is_counted, origin, is_fictional in zip(counted, provenance, fictional, strict=True)
    ]
    corrected = corrections_current()
    decided = [
        corrected[str(report_id)][0] if str(report_id) in corrected else domain
        for report_id, domain in zip(ids, domains, strict=True)
    ]
    return ReportArrays(
        report_id=objects(ids),
        day=np.array(days, dtype="datetime64[D]"),
        received=np.array(received, dtype="datetime64[D]"),
        site=objects(sites),
        model=objects(models),
        vendor=objects(vendors),
        domain_stated=objects(decided),
        is_silent=np.array(silent, dtype=bool),
        contributor=_contributor_codes(sites, tags, countable),
        client=objects([_build(client) for client in clients]),
        provenance=objects(provenance),
        prompt=objects(prompts),
        response=objects(responses),
        redaction=objects(redactions),
        embedding=np.array(vectors, dtype=np.float32).reshape(len(rows), n_dimensions),
    )


def _build(client: str) -> str:
    """A client as the science reads it, its version first: it is stored as `adapter/extension_version`."""
    adapter, slash, version = client.rpartition("/")
    return f"{version}{slash}{adapter}"


def _contributor_codes(
    sites: Sequence[str], tags: Sequence[str | None], counted: Sequence[bool | None]
) -> Any:
    """Codes that are equal for one person within a site and epoch, and mean nothing elsewhere.

    "" where the sender chose to be unlinked, or where intake decided that the report may not count:
    such reports are left out of every headline count.
    """
    keys = [
        f"{site}|{tag}" if tag and is_counted else ""
        for site, tag, is_counted in zip(sites, tags, counted, strict=True)
    ]
    code = {key: f"c{n}" for n, key in enumerate(sorted(set(keys) - {""}))} | {"": ""}
    return objects([code[key] for key in keys])


def rating_arrays() -> RatingArrays:
    """The graded answers of imported collections."""
    rows = list(ratings_for_analysis())
    columns = list(zip(*rows, strict=True)) if rows else [()] * 9
    (collections, items, models, families, released, domains, bad, normalised, chars) = columns
    return RatingArrays(
        collection=objects(collections),
        item=objects(items),
        model=objects(models),
        family=objects(families),
        released_on=np.array(released, dtype="datetime64[D]"),
        domain=objects(domains),
        is_bad=np.array(bad, dtype=bool),
        is_bad_normalised=np.array(
            [math.nan if value is None else float(value) for value in normalised], dtype=np.float64
        ),
        response_chars=np.array(chars, dtype=np.int64),
    )


def sampled_ratings(*, as_of: date) -> SampledRatings:
    """Ratings drawn at random, people's and simulated ones, which the analysis keeps apart.

    The vendor is that of the model; where the model is not known, that of the site.
    """
    rows = list(ratings_sampled_for_analysis(as_of=as_of))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    (days, _, site_vendors, models, vendors, domains, bad, probabilities, provenance, tags) = (
        columns
    )
    return SampledRatings(
        day=np.array(days, dtype="datetime64[D]"),
        model=objects(models),
        vendor=objects([own or site for own, site in zip(vendors, site_vendors, strict=True)]),
        domain=objects(domains),
        is_bad=np.array(bad, dtype=bool),
        probability=np.array(probabilities, dtype=np.float64),
        contributor=_raters(days, models, domains, provenance, tags),
        provenance=objects(provenance),
    )


def _raters(
    days: Sequence[date],
    models: Sequence[str | None],
    domains: Sequence[str | None],
    provenance: Sequence[str],
    tags: Sequence[str | None],
) -> NDArray[np.int64]:
    """Whose each rating is, at least: never more people than there were.

    A contributor counts once a day. Where tags are erased, that alone tells people apart: the first of
    a cell and day may be one person's on all days, and so may the second. Simulated ratings have
    nobody; each counts as somebody's.
    """
    numbers: dict[Any, int] = {}
    so_far: Counter[Any] = Counter()
    found = []
    for row, (day, model, domain, kind, tag) in enumerate(
        zip(days, models, domains, provenance, tags, strict=True)
    ):
        key: Any = tag
        if kind == SIMULATED:
            key = (kind, row)
        elif tag is None:
            so_far[day, model, domain] += 1
            key = (kind, so_far[day, model, domain])
        found.append(numbers.setdefault(key, len(numbers)))
    return np.array(found, dtype=np.int64)


def exposure_arrays(*, as_of: date) -> ExposureArrays:
    """Answers seen in the last year by week, vendor and domain: sums over the sites of a vendor.

    Sites of nobody in particular count under the vendor "".
    """
    vendor_of = {site.pk: site.vendor_id or "" for site in sites_public()}
    answers: dict[tuple[date, str, str], float] = defaultdict(float)
    variance: dict[tuple[date, str, str], float] = defaultdict(float)
    for total in exposures_for_analysis(as_of=as_of, weeks=EXPOSURE_WEEKS):
        key = (total.week, vendor_of[total.site], total.domain or "")
        answers[key] += total.answers
        variance[key] += total.noise_variance
    keys = sorted(answers)
    return ExposureArrays(
        week=np.array([week for week, _, _ in keys], dtype="datetime64[D]"),
        vendor=objects([vendor for _, vendor, _ in keys]),
        domain=objects([domain for _, _, domain in keys]),
        answers=np.array([answers[key] for key in keys], dtype=np.float64),
        noise_variance=np.array([variance[key] for key in keys], dtype=np.float64),
    )


def probe_arrays(*, as_of: date) -> ProbeArrays:
    """Graded answers of probes: of real models those of services, of fictional ones simulated ones."""
    rows = list(probes_for_analysis(as_of=as_of).iterator())
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(PROBE_COLUMNS)
    (series, models, accounts, items, domains, strata, rounds, baseline, days, outcomes, provenance,
     sites) = columns  # fmt: skip
    return ProbeArrays(
        series=objects(series),
        model=objects(models),
        account=objects(accounts),
        item=objects(items),
        domain=objects(domains),
        stratum=objects(strata),
        round=np.array(rounds, dtype=np.int64),
        is_baseline=np.array(baseline, dtype=bool),
        day=np.array(days, dtype="datetime64[D]"),
        is_wrong=np.array([outcome == "wrong" for outcome in outcomes], dtype=bool),
        is_refused=np.array([outcome == "refused" for outcome in outcomes], dtype=bool),
        provenance=objects(provenance),
        site=objects(sites),
    )


def acknowledgement_records(*, as_of: date) -> tuple[Acknowledgement, ...]:
    """The vendors' words that count up to this day."""
    return tuple(
        Acknowledgement(
            id=word.pk,
            model=word.model_id,
            domain=word.domain_id,
            symptom_kind=word.symptom_kind,
            source=word.source_url,
            stated_on=word.stated_on,
            since=word.since,
            until=word.until,
            is_simulated=word.model.is_fictional,
        )
        for word in acknowledgements_counted(as_of=as_of)
    )
