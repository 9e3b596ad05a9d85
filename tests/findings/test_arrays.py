"""What the analysis gets to see of the controls."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from backend.catalogue.selectors import demo_models
from backend.findings.arrays import (
    exposure_arrays,
    rating_arrays,
    report_arrays,
    sampled_ratings,
)
from backend.measurements.models import Rating, RatingSender
from backend.measurements.selectors import noise_variance
from backend.measurements.services import exposures_submit, rating_submit
from backend.reports.models import Report
from tests.factories import make_report
from tests.payloads import make_exposure_payload, make_rating_payload

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
TODAY = date(2026, 11, 23)


def test_ratings_of_people_and_simulated_ones_come_apart_with_their_probabilities() -> None:
    model, vendor, *_ = demo_models()[0]
    rating_submit(payload=make_rating_payload(sampling_probability=0.02))
    rating_submit(payload=make_rating_payload(model_label=None, verdict="fine", domain=None))
    Rating.objects.create(
        id=uuid.uuid4(), provenance="simulated", collection="demo", rated_on=date(2026, 11, 19),
        model_id=model, domain_id="law", verdict="not_fine", is_bad=True, sampling_probability=0.5,
    )  # fmt: skip
    sampled = sampled_ratings(as_of=TODAY)
    rows = zip(
        sampled.day.astype(str), sampled.model, sampled.vendor, sampled.domain,
        sampled.is_bad.tolist(), sampled.probability.tolist(), sampled.provenance, strict=True,
    )  # fmt: skip
    assert sorted(rows) == [
        ("2026-11-19", model, vendor, "law", True, 0.5, "simulated"),
        ("2026-11-20", "", "openai", "", False, 0.02, "rating"),
        ("2026-11-20", "gpt-4-0613", "openai", "distributed-training", True, 0.02, "rating"),
    ]
    assert len(rating_arrays()) == 0  # neither is a graded answer of an imported collection


def test_who_rated_is_told_apart_but_never_into_more_people_than_there_were() -> None:
    model, *_ = demo_models()[0]
    days = [f"2026-11-{day}" for day in (18, 19, 20)]
    for day in days:  # one who rates every day, and each day another one
        rating_submit(payload=make_rating_payload(rated_on=day, contributor_tag="a" * 16))
        rating_submit(payload=make_rating_payload(rated_on=day))
    for _ in range(2):
        Rating.objects.create(
            id=uuid.uuid4(), provenance="simulated", collection="demo", rated_on=date(2026, 11, 19),
            model_id=model, domain_id="law", verdict="fine", is_bad=False, sampling_probability=0.5,
        )  # fmt: skip

    def n_people() -> tuple[int, int]:
        found = sampled_ratings(as_of=TODAY)
        is_of_people = found.provenance == "rating"
        return tuple(len(set(found.contributor[part])) for part in (is_of_people, ~is_of_people))

    assert n_people() == (4, 2)
    RatingSender.objects.all().delete()  # as after twelve weeks
    assert n_people() == (2, 2)  # two on one day: more is not known


def test_the_science_reads_of_a_client_its_version_first() -> None:
    """As `analysis.records` promises; stored is what a report is published with."""
    make_report(client={"extension_version": "0.2.0", "adapter": "chatgpt"})
    Report.objects.update(embedding=[0.5] * 384, embedding_model="test")
    found = report_arrays(as_of=TODAY, model_id="test", n_dimensions=384)
    assert Report.objects.get().client == "chatgpt/0.2.0"
    assert found.client.tolist() == ["0.2.0/chatgpt"]


def test_one_tag_is_one_person_within_a_site_and_another_on_the_next() -> None:
    """A device draws a tag for each site: two equal ones are two people by chance, or one who forged."""
    for site, label in (("chatgpt", "GPT-4"), ("chatgpt", "GPT-4"), ("claude", "Claude Opus 4.5")):
        make_report(site=site, model_label=label, contributor_tag="a" * 16)
    Report.objects.update(embedding=[0.5] * 384, embedding_model="test")
    found = report_arrays(as_of=TODAY, model_id="test", n_dimensions=384)
    codes = sorted(zip(found.site, found.contributor, strict=True))
    assert codes == [("chatgpt", "c0"), ("chatgpt", "c0"), ("claude", "c1")]


def test_no_rating_and_no_exposure_are_empty_arrays() -> None:
    assert len(sampled_ratings(as_of=TODAY)) == len(exposure_arrays(as_of=TODAY)) == 0


def test_exposures_are_summed_over_the_sites_of_a_vendor() -> None:
    for site, answers in (("gemini", 7), ("claude", 2), ("chatgpt", 5), ("chatgpt", 4)):
        exposures_submit(payload=make_exposure_payload({"law": answers, None: 1}, site=site))
    found = exposure_arrays(as_of=TODAY)
    rows = {
        (vendor, domain): (answers, variance)
        for vendor, domain, answers, variance in zip(
            found.vendor, found.domain, found.answers, found.noise_variance, strict=True
        )
        if domain in ("law", "")
    }
    one = noise_variance(epsilon=2, clip_max=20)
    assert rows == {
        ("anthropic", "law"): (2, one), ("google", "law"): (7, one), ("openai", "law"): (9, 2 * one),
        ("anthropic", ""): (1, one), ("google", ""): (1, one), ("openai", ""): (2, 2 * one),
    }  # fmt: skip
    assert set(found.week.astype(str)) == {"2026-11-16"}


def test_a_year_of_exposures_is_seen() -> None:
    exposures_submit(payload=make_exposure_payload({"law": 3}))
    assert len(exposure_arrays(as_of=date(2027, 11, 22))) > 0
    assert len(exposure_arrays(as_of=date(2027, 12, 20))) == 0
