"""Graded exchanges come in as ratings, and the wrong ones as reports, through the same door."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.measurements.models import Rating
from backend.reports.models import Report

pytestmark = pytest.mark.usefixtures("catalogue")


def line(**overrides) -> dict:
    return {
        "prompt": "Is 21 a prime number?", "response": "Yes, it is prime.", "model": "gpt-4-0613",
        "task": "prime", "item_id": "1", "snapshot": "2023-06", "score": 0,
    } | overrides  # fmt: skip


def write(folder: Path, *lines: dict, name: str = "graded.jsonl") -> Path:
    path = folder / name
    text = "".join(json.dumps(row) + "\n" for row in lines)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_every_answer_is_a_rating_and_every_wrong_one_a_report(tmp_path: Path) -> None:
    path = write(
        tmp_path, line(), line(item_id="2", score=1), line(item_id="3", model="gpt-4-0314")
    )
    call_command("import_exchanges", path)
    assert Rating.objects.count() == 3
    assert Report.objects.count() == 2
    report = Report.objects.get(model_id="gpt-4-0613")
    assert (report.provenance, report.collection, report.state) == ("import", "graded", "released")
    assert (report.domain_stated_id, report.observed_on) == ("graded-prime", date(2023, 6, 1))
    assert [symptom.pk for symptom in report.symptoms.all()] == ["wrong_answer"]


def test_a_second_import_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, line(), line(item_id="2", score=1), name="graded.jsonl.gz")
    call_command("import_exchanges", path)
    call_command("import_exchanges", path)
    assert (Rating.objects.count(), Report.objects.count()) == (2, 1)


def test_a_task_named_like_a_leaf_is_that_leaf(tmp_path: Path) -> None:
    call_command("import_exchanges", write(tmp_path, line(task="mathematics")))
    assert Rating.objects.get().domain_id == "mathematics"


def test_the_same_item_under_two_models_pairs_and_its_repeats_do_not_collide(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path, line(), line(prompt="Is 22 a prime number?"), line(model="gpt-4-0314"),
        line(model="gpt-4-0314", prompt="Is 22 a prime number?"),
    )  # fmt: skip
    call_command("import_exchanges", path)
    items = [set(Rating.objects.filter(model=m).values_list("item", flat=True))
             for m in ("gpt-4-0613", "gpt-4-0314")]  # fmt: skip
    assert items[0] == items[1]
    assert len(items[0]) == 2


def test_an_unknown_model_is_made_with_its_family_and_date(tmp_path: Path) -> None:
    call_command(
        "import_exchanges", write(tmp_path, line(model="Quartz-2-0501", provider="quartz"))
    )
    model = Rating.objects.get().model
    assert (model.pk, model.family, model.vendor_id) == ("quartz-2-0501", "Quartz-2", "quartz")
    assert model.released_on == date(2023, 6, 1)


def test_a_wrong_answer_without_text_is_rated_but_is_no_report(tmp_path: Path, capsys) -> None:
    call_command("import_exchanges", write(tmp_path, line(response="")))
    assert (Rating.objects.count(), Report.objects.count()) == (1, 0)
    assert "1 wrong answers without text" in capsys.readouterr().out


def test_a_grade_after_format_is_removed_is_kept_beside_the_grade(tmp_path: Path) -> None:
    call_command("import_exchanges", write(tmp_path, line(score_after_fence_strip=1)))
    rating = Rating.objects.get()
    assert (rating.is_bad, rating.is_bad_normalised, rating.response_chars) == (True, False, 17)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"score": 2}, "must lie between 0 and 1"),
        ({"score": "good"}, "could not convert"),
        ({"model": None}, "model must be text"),
        ({"snapshot": "June"}, "Invalid isoformat"),
        ({"prompt": 5}, "prompt must be text"),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_it_is_stored(tmp_path: Path, change, reason) -> None:
    with pytest.raises(CommandError, match=f"graded.jsonl, line 1: .*{reason}"):
        call_command("import_exchanges", write(tmp_path, line(**change)))
    assert (Rating.objects.count(), Report.objects.count()) == (0, 0)


@pytest.mark.parametrize("text", ["{", "[]", "\udc80"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "graded.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CommandError, match=r"graded\.jsonl"):
        call_command("import_exchanges", path)
    assert Rating.objects.count() == 0


def test_a_path_without_exchanges_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is neither a"):
        call_command("import_exchanges", tmp_path)
