"""manage.py ask_probes OUT: ask the suite once more at an API, and write the grades."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.probes.asking import Served, round_ask
from backend.probes.endpoint import LABEL_CHARS_MAX, Account, Endpoint
from backend.probes.grades import asked_already, grades_continued
from backend.probes.suite.grading import GRADER
from backend.probes.suite.items import SUITE, suite_items

EXAMPLE = """
Example, four rounds on four days before anybody looks, then one a week:

  export FIRST=... SECOND=... THIRD=...      # keys of three accounts
  manage.py ask_probes maker-1.jsonl --endpoint https://api.example.com/v1 --model maker-1 --round 0 \\
    --account first=FIRST --account second=SECOND --account third=THIRD

An API may serve otherwise than a chat page. For a page, or any other client: `probe_suite` prints the
prompts, and `grade_probes` grades what was answered.
"""


class Command(BaseCommand):
    help = (
        "Ask every prompt of the suite once, with the keys of several accounts, at an API that speaks as "
        "OpenAI's does, and append the grades to a file for import_probes. Answers are graded at once and "
        "kept nowhere; one that can't be read for sure is left out. Asks only for what the file does not "
        "have: safe to repeat."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLE
        parser.add_argument("out", type=Path, help="the file of grades, .jsonl")
        parser.add_argument("--endpoint", required=True, metavar="URL",
                            help="address before /chat/completions")  # fmt: skip
        parser.add_argument("--model", required=True, help="its name at that API")
        parser.add_argument("--round", required=True, type=int, metavar="N",
                            help="which time it is asked: 0, 1, 2 ...")  # fmt: skip
        parser.add_argument(
            "--account", action="append", required=True, metavar="LABEL=VARIABLE",
            help="your word for an account, and the environment variable with its key; once for each of "
            "three or more accounts",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        endpoint = Endpoint(options["endpoint"], options["model"])
        accounts = _accounts(options["account"])
        if options["round"] < 0:
            raise CommandError("Rounds begin with 0.")
        served, n_unreadable = Served(), 0
        try:
            endpoint.check()
            for account in accounts:
                n_unreadable += self._ask(
                    options["out"], endpoint, account, options["round"], served
                )
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        out = options["out"]
        self.stdout.write(
            f"Round {options['round']} of {len(accounts)} accounts is in {out}; left out as unreadable: "
            f"{n_unreadable}. The service says it answered as: {served.model or 'it names no model'}.\n"
            f"Next, with the same facts each time: manage.py import_probes {out} "
            f'--suite "{SUITE}" --grader "{GRADER}" ...'
        )

    def _ask(
        self, out: Path, endpoint: Endpoint, account: Account, number: int, served: Served
    ) -> int:
        """How many answers were unreadable."""
        there, n_unreadable = asked_already(out), 0
        items = [item for item in suite_items() if (account.label, item.id, number) not in there]
        with (
            grades_continued(out) as file,
            tqdm(total=len(items), desc=account.label, unit=" prompts") as bar,
        ):
            for line in round_ask(
                items, endpoint=endpoint, account=account, number=number,
                today=lambda: timezone.now().date(), served=served,
            ):  # fmt: skip
                if line is None:
                    n_unreadable += 1
                else:
                    file.write(f"{line}\n")
                    file.flush()
                bar.update()
        return n_unreadable


def _accounts(given: list[str]) -> list[Account]:
    """The accounts, each with a label and a key of its own. No message quotes one: it may be a key."""
    accounts: list[Account] = []
    for number, words in enumerate(given, start=1):
        account = _account(words, number)
        if any(account.label == other.label or account.key == other.key for other in accounts):
            raise CommandError(
                f"--account {number}: it has the label or the key of another one. Give each account once."
            )
        accounts.append(account)
    return accounts


def _account(given: str, number: int) -> Account:
    label, _, variable = given.partition("=")
    if not label or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        raise CommandError(
            f"--account {number}: write it as LABEL=VARIABLE, with the name of an environment variable that "
            "holds the key, never the key itself."
        )
    if label != label.strip() or not label.isprintable() or len(label) > LABEL_CHARS_MAX:
        raise CommandError(
            f"--account {number}: a label is at most {LABEL_CHARS_MAX} printable characters, with no space "
            "before or behind."
        )
    key = os.environ.get(variable, "").strip()
    if not key:
        raise CommandError(f"--account {number}: its environment variable has no key.")
    return Account(label, key)
