"""Noised weekly counts: the whole grid or nothing, once for each contributor, site and week."""

from __future__ import annotations

import math
from datetime import date

import pytest

from backend.measurements.models import Exposure, ExposureBatch, ExposureSender
from backend.measurements.selectors import exposures_for_analysis, noise_variance
from backend.measurements.services import expired_erase, exposures_submit
from tests.payloads import make_exposure_payload

URL = "/api/v1/exposures/"
N_CELLS = 27  # 26 leaves of the catalogue, and unknown
pytestmark = pytest.mark.usefixtures("catalogue", "clock")


def send(client, payload, network="203.0.113.7"):
    return client.post(URL, payload, content_type="application/json", REMOTE_ADDR=network)


def is_counted(**overrides) -> bool:
    stored = exposures_submit(payload=make_exposure_payload(**overrides))
    return ExposureBatch.objects.get(pk=stored.id).is_counted


def assert_nothing_stored() -> None:
    tables = (ExposureBatch, ExposureSender, Exposure)
    assert [table.objects.count() for table in tables] == [0, 0, 0]


def test_a_weeks_counts_are_stored_cell_by_cell(visitor) -> None:
    payload = make_exposure_payload({"law": 12, None: -31}, contributor_tag="feedfacefeedface")
    assert send(visitor, payload, "127.0.0.1").status_code == 201
    batch = ExposureBatch.objects.get()
    assert (batch.week, batch.site_id) == (date(2026, 11, 16), "chatgpt")
    assert (batch.epsilon, batch.clip_max, batch.is_counted) == (2, 20, True)
    counts = dict(batch.counts.values_list("domain_id", "count"))
    assert len(counts) == N_CELLS
    assert {domain: count for domain, count in counts.items() if count} == {"law": 12, None: -31}
    assert "feedface" not in str([*ExposureBatch.objects.values(), *Exposure.objects.values()])


def test_the_same_week_sent_twice_is_stored_once(visitor) -> None:
    payload = make_exposure_payload()
    assert [send(visitor, payload).status_code for _ in range(2)] == [201, 200]
    assert (ExposureBatch.objects.count(), Exposure.objects.count()) == (1, N_CELLS)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"epsilon": 1}, "exposures_id_conflict"),
        ({"id": "0b9f6a42-7c1d-4e55-8a3b-6d2f1c9e8047"}, "exposures_week_conflict"),
    ],
)
def test_a_contributor_has_one_batch_for_a_site_and_week(visitor, change, code) -> None:
    payload = make_exposure_payload()
    send(visitor, payload)
    refused = send(visitor, payload | change)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, code)
    assert (ExposureBatch.objects.count(), Exposure.objects.count()) == (1, N_CELLS)


def test_another_week_or_site_of_the_same_contributor_is_stored(visitor) -> None:
    tag = {"contributor_tag": "feedfacefeedface"}
    for change in ({}, {"iso_week": "2026-W46"}, {"site": "claude"}):
        assert send(visitor, make_exposure_payload(**tag, **change)).status_code == 201


def test_a_batch_that_leaves_a_domain_out_would_tell_which_were_used(visitor) -> None:
    whole = make_exposure_payload()
    for counts in (
        whole["counts"][1:],
        whole["counts"][:-1],
        [*whole["counts"], {"domain": "frontier-ml", "count": 0}],
        [*whole["counts"][:-1], {"domain": None, "count": 5}],
    ):
        error = send(visitor, whole | {"counts": counts}).json()["error"]
        assert (error["code"], list(error["fields"])) == ("exposures_rule_broken", ["counts"])
    assert_nothing_stored()


def test_tasks_of_imported_collections_are_no_part_of_the_grid(visitor) -> None:
    from backend.catalogue.services import domain_for_task

    domain_for_task(collection="graded", task="prime")
    payload = make_exposure_payload()
    assert len(payload["counts"]) == N_CELLS
    assert send(visitor, payload).status_code == 201


@pytest.mark.parametrize(
    ("iso_week", "status"),
    [
        ("2026-W47", 201),  # ended yesterday, on Sunday 22 November
        ("2026-W48", 400),  # has begun today
        ("2026-W54", 400),
        ("2026-W00", 400),
        ("2022-W49", 201),  # begins on 5 December 2022
        ("2022-W48", 400),  # begins before 30 November 2022
    ],
)
def test_a_week_must_be_over_and_not_before_all_assistants(visitor, iso_week, status) -> None:
    response = send(visitor, make_exposure_payload(iso_week=iso_week))
    assert response.status_code == status
    if status == 400:
        assert list(response.json()["error"]["fields"]) == ["iso_week"]
        assert_nothing_stored()


def test_a_week_that_ends_today_is_over_where_the_day_begins_earlier(visitor, clock) -> None:
    clock.move_to("2026-11-29T12:00:00Z", tick=False)  # the Sunday of W48
    assert send(visitor, make_exposure_payload(iso_week="2026-W48")).status_code == 201
    clock.move_to("2026-11-28T12:00:00Z", tick=False)
    assert send(visitor, make_exposure_payload(iso_week="2026-W48")).status_code == 400


@pytest.mark.parametrize("sign", [1, -1])
def test_no_count_is_larger_than_its_noise_can_make_it(visitor, sign) -> None:
    # clip 20 and epsilon 2: 20 + 20 scales of 2 * 20 / 2 = 420
    assert send(visitor, make_exposure_payload({"law": 420 * sign})).status_code == 201
    refused = send(visitor, make_exposure_payload({"law": 421 * sign}))
    assert refused.json()["error"]["code"] == "exposures_rule_broken"
    assert ExposureBatch.objects.count() == 1


def test_an_unknown_site_is_refused(visitor) -> None:
    error = send(visitor, make_exposure_payload(site="nowhere")).json()["error"]
    assert list(error["fields"]) == ["site"]
    assert_nothing_stored()


def test_late_and_unlinked_counts_are_stored_and_not_counted(clock) -> None:
    assert is_counted()
    assert not is_counted(is_linked=False)
    # Monday 23 November less 28 days is Monday 26 October: W43 ended on the day before it.
    assert is_counted(iso_week="2026-W43")
    assert not is_counted(iso_week="2026-W42")
    assert ExposureBatch.objects.count() == 4


def test_the_tag_goes_when_its_epoch_is_over_and_the_counts_stay(clock) -> None:
    exposures_submit(payload=make_exposure_payload())
    clock.move_to("2027-02-15T00:00:00Z", tick=False)
    assert expired_erase() == (0, 0)
    clock.move_to("2027-02-16T00:00:00Z", tick=False)
    assert expired_erase() == (1, 0)
    assert (ExposureSender.objects.count(), Exposure.objects.count()) == (0, N_CELLS)


def test_the_analysis_gets_totals_with_the_variance_of_their_noise() -> None:
    for law, unknown in ((5, -2), (-9, 4), (30, 1)):
        exposures_submit(payload=make_exposure_payload({"law": law, None: unknown}))
    exposures_submit(payload=make_exposure_payload({"law": 400}, is_linked=False))
    exposures_submit(payload=make_exposure_payload({"law": 7}, iso_week="2026-W46", epsilon=1))
    totals = exposures_for_analysis(as_of=date(2026, 11, 22))
    assert len(totals) == 2 * N_CELLS
    cells = {(total.week.isoformat(), total.domain): total for total in totals}
    law, unknown = cells["2026-11-16", "law"], cells["2026-11-16", None]
    assert (law.site, law.n_contributors, law.answers, unknown.answers) == ("chatgpt", 3, 26, 3)
    # Discrete Laplace of scale t has the variance 1 / (2 sinh(1 / 2t)**2): t = 20 and t = 40.
    assert law.noise_variance == pytest.approx(3 / (2 * math.sinh(1 / 40) ** 2))
    earlier = cells["2026-11-09", "law"]
    assert (earlier.answers, earlier.n_contributors) == (7, 1)
    assert earlier.noise_variance == pytest.approx(1 / (2 * math.sinh(1 / 80) ** 2))


@pytest.mark.parametrize(
    ("as_of", "weeks", "n_weeks"),
    [
        (date(2026, 11, 22), 8, 2),
        (date(2026, 11, 21), 8, 1),  # W47 is not over
        (date(2026, 11, 22), 1, 1),
        (date(2026, 11, 28), 1, 1),
        (date(2026, 11, 29), 1, 0),  # W48 is the last that is over
    ],
)
def test_the_window_holds_whole_weeks_that_are_over(as_of, weeks, n_weeks) -> None:
    exposures_submit(payload=make_exposure_payload())
    exposures_submit(payload=make_exposure_payload(iso_week="2026-W46"))
    assert len(exposures_for_analysis(as_of=as_of, weeks=weeks)) == n_weeks * N_CELLS


def test_the_variance_is_that_of_the_noise() -> None:
    # Summed directly over P(k) = (1-a)/(1+a) a**abs(k), far into the tail.
    a = math.exp(-2 / 40)
    direct = sum((1 - a) / (1 + a) * a ** abs(k) * k * k for k in range(-2000, 2001))
    assert noise_variance(epsilon=2, clip_max=20) == pytest.approx(direct, rel=1e-9)
