"""Asking the suite at an API, and keeping the grades, never the answers.

Each prompt is a chat of its own, with nothing but the prompt in it and no setting changed: what a person's
account is served by default is what is measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date

from backend.common.errors import RuleError
from backend.probes.endpoint import AT_ONCE, Account, Answer, Endpoint, answer_get, session_of
from backend.probes.grades import grade_line
from backend.probes.suite.grading import REFUSED, UNREADABLE, graded
from backend.probes.suite.items import Item


@dataclass
class Served:
    """Which model the answers of a run say they come from: the same one, all of them."""

    model: str = ""

    def check(self, answer: Answer) -> None:
        """RuleError if this answer names another model than the first that named one."""
        self.model = self.model or answer.model
        if answer.model and answer.model != self.model:
            raise RuleError(
                "probes_model_moved",
                f"The service answered as {self.model} first, and now as {answer.model}: the name that was "
                "asked for has moved. What was graded so far is kept, but is of two models if you go on. Ask "
                "for a model by its full name, into a new file.",
            )


def round_ask(
    items: Iterable[Item],
    *,
    endpoint: Endpoint,
    account: Account,
    number: int,
    today: Callable[[], date],
    served: Served,
) -> Iterator[str | None]:
    """Ask one round of one account; the line of each grade as soon as it is known, in no order.

    None for an answer that is unreadable. Subjects and controls are asked in one shuffled order, so that an
    hour's trouble touches both alike. RuleError where an answer can't be had, or is of another model than
    `served` has seen: what was asked before has been handed out.
    """
    order = list(items)
    random.Random(f"{account.label}|{number}").shuffle(order)  # noqa: S311 - no secret
    with session_of(account) as session, ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {pool.submit(answer_get, session, endpoint, item.prompt): item for item in order}
        try:
            for done in as_completed(waiting):
                item, answer = waiting[done], done.result()
                served.check(answer)
                outcome = _outcome(answer, item)
                yield (
                    None
                    if outcome == UNREADABLE
                    else grade_line(
                        item, outcome, account=account.label, number=number, day=today()
                    )
                )
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _outcome(answer: Answer, item: Item) -> str:
    if answer.finish == "content_filter":
        return REFUSED
    if answer.finish == "length":  # cut off: its number may stand where it does not end
        return UNREADABLE
    return graded(answer.text, item.answer)
