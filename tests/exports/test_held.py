"""A moderator who holds a finding stops every version that names it: a mistaken accusation must not stay."""

from __future__ import annotations

import pytest

from backend.exports.services import dataset_build, datasets_purge, datasets_refresh
from backend.findings.services import finding_hold, finding_publish
from tests.exports.reading import lines_of
from tests.exports.test_withdrawal import status, status_of
from tests.factories import make_finding, make_report, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding(catalogue):
    make_report()
    return make_finding(run=make_run())


def hold(finding) -> None:
    finding_hold(finding_id=finding.pk, moderator="m", reason="A mistake of ours.")


def test_a_version_that_names_a_held_finding_is_gone_at_once(visitor, finding) -> None:
    old = dataset_build()
    address = f"/data/{old.version}/findings.jsonl.zst"
    assert status(visitor, address) == 200
    hold(finding)
    assert status(visitor, address) == 410
    assert not status_of(old)
    assert datasets_purge() == 1


def test_the_next_version_comes_soon_and_is_without_it(visitor, finding, clock) -> None:
    other = make_finding(run=finding.run, domain_id="medicine")
    dataset_build()
    hold(finding)
    clock.shift(60)
    new = datasets_refresh()
    assert new is not None
    assert [row["id"] for row in lines_of(new, "findings")] == [other.pk]
    assert status_of(new)


def test_a_version_from_before_the_finding_stays(visitor, catalogue) -> None:
    make_report()
    run = make_run()
    old = dataset_build()
    finding = make_finding(run=run)
    new = dataset_build()
    hold(finding)
    assert (status_of(old), status_of(new)) == (True, False)


def test_what_is_published_again_is_in_the_next_version_and_the_stopped_one_stays_stopped(
    visitor, finding
) -> None:
    old = dataset_build()
    hold(finding)
    datasets_purge()
    finding_publish(finding_id=finding.pk, moderator="m", reason="It was right.")
    new = dataset_build()
    assert (status_of(old), status_of(new)) == (False, True)


def test_a_build_during_which_a_finding_is_held_begins_anew(visitor, finding) -> None:
    held: list[int] = []

    def progress(table: str) -> None:
        if table == "findings" and not held:
            held.append(finding.pk)
            hold(finding)

    new = dataset_build(progress=progress)
    assert lines_of(new, "findings") == []
    assert status_of(new)
