"""A finding is what its evidence says: computed again, compared value by value."""

from __future__ import annotations

import hashlib
import io
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.common.errors import RuleError
from backend.findings import services
from backend.findings.events import VANISHED
from backend.findings.models import AnalysisRun, Finding, RunEvidence
from tests.factories import make_finding, make_run
from tests.findings.test_runs import finding_fields, store

pytestmark = pytest.mark.usefixtures("catalogue")

DATA = b"what the run computed from"
PEAK = {"observed": 20, "expected": 2.0, "ic": 0.1 + 0.2}
FIELDS = finding_fields(peak=PEAK, evidence={"observed": 20, "rate": None}, cautions=["burst"])


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The rows that the science gives for DATA; a test may change them."""
    from backend.findings import runner

    rows = [dict(FIELDS), finding_fields(domain_id="mathematics")]

    def judge(*, data: bytes, record: dict[str, Any], left_out: set[int]) -> list[dict[str, Any]]:
        assert (data, left_out) == (DATA, set())
        assert set(record) == {"config", "seed", "method_version"}
        return rows

    monkeypatch.setattr(runner, "findings_judge", judge)
    return rows


def concluded(*events: dict[str, Any]) -> AnalysisRun:
    findings = [(dict(event), []) for event in events]
    return store(services.Conclusions(findings=findings, evidence=DATA))


def recompute(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("recompute", *args, **options, stdout=out)
    return out.getvalue()


def test_the_evidence_of_a_run_is_kept_with_its_digest_until_the_next_one() -> None:
    first = concluded(FIELDS)
    digest = hashlib.sha256(DATA).hexdigest()
    assert (first.evidence_digest, bytes(first.evidence.data)) == (digest, DATA)
    second = concluded(FIELDS)
    first.refresh_from_db()
    assert [row.run_id for row in RunEvidence.objects.all()] == [second.pk]
    assert first.evidence_digest == digest  # an exported file can still be checked


def test_the_same_again_says_how_many_fields_were_compared(again) -> None:
    concluded(FIELDS)
    finding = Finding.objects.get()
    assert recompute(finding.pk) == (
        f"Finding {finding.pk}: the same, bit for bit: {len(FIELDS)} fields\n"
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("state", "insufficient", "stored 'reported'  now 'insufficient'"),
     ("reason", "another", "stored 'because'  now 'another'"),
     ("outlook", "more", "stored ''  now 'more'"),
     ("cautions", [], "stored ['burst']  now []"),
     ("onset", None, "stored 2026-03-02  now None"),
     ("n_contributors", 21, "stored 20  now 21"),
     ("breakdown_number", 7, "stored 6  now 7"),
     ("evidence", {"observed": 21, "rate": None}, "now {'rate': None, 'observed': 21}"),
     ("series", [{"week": "2026-03-02", "observed": 1, "expected": 0.5}], "stored []"),
     ("peak", PEAK | {"ic": 0.3}, "'ic': 0.3")],
)  # fmt: skip
def test_one_bit_that_differs_is_named_and_the_command_fails(again, field, value, told) -> None:
    concluded(FIELDS)
    again[0][field] = value
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1 findings differ"):
        call_command("recompute", "--all", stdout=out)
    line = out.getvalue().splitlines()[1]
    assert line.strip().startswith(field)
    if field not in ("evidence", "peak"):
        assert told in line


def test_all_findings_of_the_current_run_are_compared_and_older_ones_are_not(again) -> None:
    make_finding(run=make_run(), domain_id="medicine", state="resolved")
    concluded(*again)
    told = recompute(all=True).splitlines()
    assert [line.split(": ", 1)[1] for line in told] == [
        f"the same, bit for bit: {len(FIELDS)} fields"
    ] * 2


def test_a_finding_that_the_evidence_does_not_give_differs(again) -> None:
    concluded(FIELDS)
    del again[0]
    with pytest.raises(CommandError, match="1 of 1 findings differ"):
        recompute(Finding.objects.get().pk)


def test_one_that_vanished_is_right_as_long_as_nothing_stands_out_in_its_cell(again) -> None:
    concluded(FIELDS)
    concluded()
    finding = Finding.objects.get()
    assert finding.reason == VANISHED
    again[0]["state"] = "insufficient"
    assert recompute(finding.pk).endswith("bit for bit: 2 fields\n")
    again[0]["state"] = "reported"
    with pytest.raises(CommandError, match="differ"):
        recompute(finding.pk)
    # Another event, though the bounds of its dates reach into the days of the one that vanished.
    dates = {"onset": (1, 5), "onset_low": (1, 5), "onset_high": (1, 12),
             "offset": (2, 16), "offset_low": (2, 9), "offset_high": (3, 16)}  # fmt: skip
    again[0] |= {name: date(2026, *day) for name, day in dates.items()}
    assert recompute(finding.pk).endswith("bit for bit: 2 fields\n")


def test_evidence_that_is_gone_says_what_to_do(again) -> None:
    finding = make_finding(run=make_run(as_of="2026-11-01", seed=3))
    with pytest.raises(CommandError, match="run_analysis --as-of 2026-11-01 --seed 3"):
        recompute(finding.pk)


def test_altered_evidence_is_refused_before_anything_is_compared(again) -> None:
    concluded(FIELDS)
    RunEvidence.objects.update(data=DATA + b".")
    with pytest.raises(CommandError, match="Nothing was compared"):
        recompute(Finding.objects.get().pk)


def test_a_merged_or_missing_finding_says_so(again) -> None:
    run = make_run()
    heir = make_finding(run=run)
    merged = make_finding(run=run, merged_into=heir)
    with pytest.raises(CommandError, match=f"recompute {heir.pk}"):
        recompute(merged.pk)
    with pytest.raises(CommandError, match="There is no finding 999999"):
        recompute(999999)
    with pytest.raises(CommandError, match="Name one finding, or say --all"):
        recompute()


def test_a_run_without_findings_says_so(again) -> None:
    concluded()
    assert recompute(all=True) == "The run has no findings.\n"


def test_a_file_that_no_run_computed_from_is_named_by_its_digest(again, tmp_path: Path) -> None:
    concluded(FIELDS)
    path = tmp_path / "other"
    path.write_bytes(b"something else")
    with pytest.raises(CommandError, match=hashlib.sha256(b"something else").hexdigest()):
        recompute(all=True, evidence=path)


def test_exported_evidence_recomputes_after_the_run_is_no_longer_current(
    again, tmp_path: Path
) -> None:
    run = concluded(FIELDS)
    path = tmp_path / "evidence"
    out = io.StringIO()
    call_command("export_evidence", run.pk, str(path), stdout=out)
    assert "Not for publication" in out.getvalue()
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (DATA, 0o600)
    finding = Finding.objects.get()
    RunEvidence.objects.all().delete()
    for options in ({"all": True}, {}):
        args = () if options else (finding.pk,)
        assert "the same" in recompute(*args, evidence=path, **options)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    with pytest.raises(CommandError, match="Nothing was compared"):
        recompute(finding.pk, evidence=path)


def test_an_export_overwrites_nothing_and_names_what_is_missing(tmp_path: Path) -> None:
    run = concluded(FIELDS)
    path = tmp_path / "evidence"
    path.write_bytes(b"mine")
    with pytest.raises(CommandError, match="can't be written"):
        call_command("export_evidence", run.pk, str(path))
    assert path.read_bytes() == b"mine"
    with pytest.raises(CommandError, match="There is no run 999999"):
        call_command("export_evidence", 999999, str(tmp_path / "other"))
    with pytest.raises(CommandError, match="is not kept any longer"):
        call_command("export_evidence", make_run().pk, str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
    with pytest.raises(CommandError, match="can't be read"):
        recompute(all=True, evidence=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"method_version": "0.9"}, "method_version_differs"),
     ({"config": {}}, "config_unreadable")],
)  # fmt: skip
def test_another_version_or_unreadable_thresholds_are_refused(change, code: str) -> None:
    from backend.findings.runner import findings_judge

    run = make_run()
    record = {"config": run.config, "seed": 1, "method_version": run.method_version} | change
    with pytest.raises(RuleError) as refused:
        findings_judge(data=DATA, record=record)
    assert refused.value.code == code


def test_a_threshold_that_this_program_does_not_know_is_named() -> None:
    from backend.findings.runner import findings_judge

    run = make_run()
    record = {"config": run.config | {"zeal": 9}, "seed": 1, "method_version": run.method_version}
    with pytest.raises(RuleError) as refused:
        findings_judge(data=DATA, record=record)
    assert refused.value.fields == {"zeal": ["Not known here."]}
