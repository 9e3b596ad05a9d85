"""manage.py ask_probes OUT: ask the suite once more at an API, and write the grades."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.probes.asking import Account, Endpoint, asked_already, round_ask
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
        "kept nowhere. Asks only for what the file does not have: safe to repeat."
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
        accounts = [_account(given) for given in options["account"]]
        if options["round"] < 0:
            raise CommandError("Rounds begin with 0.")
        try:
            endpoint.check()
            for account in accounts:
                self._ask(options["out"], endpoint, account, options["round"])
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        out = options["out"]
        self.stdout.write(
            f"Round {options['round']} of {len(accounts)} accounts is in {out}. Next, with the same facts "
            f'each time: manage.py import_probes {out} --suite "{SUITE}" --grader "{GRADER}" ...'
        )

    def _ask(self, out: Path, endpoint: Endpoint, account: Account, number: int) -> None:
        there = asked_already(out)
        items = [item for item in suite_items() if (account.label, item.id, number) not in there]
        with (
            out.open("a", encoding="utf-8") as file,
            tqdm(total=len(items), desc=account.label, unit=" prompts") as bar,
        ):
            for line in round_ask(
                items, endpoint=endpoint, account=account, number=number,
                today=lambda: timezone.now().date(),
            ):  # fmt: skip
                file.write(f"{line}\n")
                file.flush()
                bar.update()


def _account(given: str) -> Account:
    label, _, variable = given.partition("=")
    if not label or not variable:
        raise CommandError(f"--account {given}: write it as LABEL=VARIABLE.")
    key = os.environ.get(variable, "")
    if not key:
        raise CommandError(f"--account {given}: the environment variable {variable} has no key.")
    return Account(label, key)
