"""manage.py grade_probes ANSWERS OUT: grade what any client was answered."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backend.probes.grades import grade_line, grades_new
from backend.probes.suite.grading import GRADER, UNREADABLE, graded
from backend.probes.suite.items import SUITE, Item, suite_items

FIELDS = ("account", "item", "round", "asked_on", "response")
EXAMPLE = """
A line of ANSWERS:

  {"account": "first", "item": "pt-tokens-01", "round": 0, "asked_on": "2026-09-01", "response": "..."}
"""


class Command(BaseCommand):
    help = (
        "Grade answers to the prompts of the suite (see probe_suite) and write the grades to a file for "
        "import_probes. The answers are read and kept nowhere; one that can't be read for sure is left out."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("answers", type=Path, help="JSON Lines, one answer each")
        parser.add_argument(
            "out", type=Path, help="the file of grades, .jsonl; must not be there yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        answers, out = options["answers"], options["out"]
        try:
            lines = answers.read_bytes().split(b"\n")  # a text may hold other ends of lines
        except OSError as error:
            raise CommandError(f"{answers} can't be read. Give a file of JSON Lines.") from error
        known = {item.id: item for item in suite_items()}
        grades = [
            _grade(line, number, known)
            for number, line in enumerate(tqdm(lines, unit=" answers"), start=1)
            if line.strip()
        ]
        kept = [grade for grade in grades if grade is not None]
        try:
            with grades_new(out) as file:
                file.writelines(f"{grade}\n" for grade in kept)
        except OSError as error:
            raise CommandError(
                f"{out} can't be written ({error.strerror}). Name a new file."
            ) from error
        self.stdout.write(
            f"{len(kept)} grades are in {out}; left out as unreadable: {len(grades) - len(kept)}.\n"
            f'Next: manage.py import_probes {out} --suite "{SUITE}" '
            f'--grader "{GRADER}" ...'
        )


def _grade(line: bytes, number: int, known: dict[str, Item]) -> str | None:
    """The grade of one line, None if it is unreadable. What is wrong with it is said without its content."""
    try:
        row = json.loads(line)
        account, item, turn, day, response = (row[name] for name in FIELDS)
        day = date.fromisoformat(day)
    except (ValueError, KeyError, TypeError):
        raise CommandError(
            f"Line {number} is no answer: write {', '.join(FIELDS)}. Nothing is written."
        ) from None
    if item not in known or not isinstance(response, str):
        raise CommandError(
            f"Line {number}: there is no such item in {SUITE}, or no text. Nothing is written."
        )
    outcome = graded(response, known[item].answer)
    if outcome == UNREADABLE:
        return None
    return grade_line(known[item], outcome, account=account, number=turn, day=day)
