"""Asking the suite at an API that speaks as OpenAI's does, and keeping the grades, never the answers.

Each prompt is a chat of its own, with nothing but the prompt in it and no setting changed: what a person's
account is served by default is what is measured.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from backend.common.errors import RuleError
from backend.probes.suite.grading import graded
from backend.probes.suite.items import Item

AT_ONCE = 4
"""Prompts of one account that wait for an answer at the same time."""
SECONDS_MAX = 180
"""For one answer."""
RETRIES = 6
ANSWER_BYTES_MAX = 2_000_000
_LATER = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Account:
    """Whose key asks. The label stands in the file of grades, the key nowhere."""

    label: str
    key: str


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, and for which model."""

    address: str
    model: str

    def check(self) -> None:
        """RuleError unless the address is one to which a key may be sent."""
        parts = urlsplit(self.address)
        is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme == "https" or (parts.scheme == "http" and is_here):
            return
        raise RuleError(
            "probes_endpoint_invalid",
            f"{self.address} is no https address: a key would travel in the clear. Give the address before "
            "/chat/completions, such as https://api.example.com/v1.",
        )


def asked_already(path: Path) -> set[tuple[str, str, int]]:
    """Account, item and round of every line of a file of grades; none where there is no file."""
    if not path.exists():
        return set()
    found = set()
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row = json.loads(line)
            found.add((row["account"], row["item"], row["round"]))
        except (ValueError, KeyError, TypeError):
            raise RuleError(
                "probes_file_invalid",
                f"Line {number} of {path} is no grade. Give a file that this command wrote, or a new one.",
            ) from None
    return found


def round_ask(
    items: Iterable[Item],
    *,
    endpoint: Endpoint,
    account: Account,
    number: int,
    today: Callable[[], date],
) -> Iterator[str]:
    """Ask one round of one account; the line of each grade as soon as it is known, in no order.

    Subjects and controls are asked in one shuffled order, so that an hour's trouble touches both alike.
    RuleError where an answer can't be had: what was asked before has been handed out.
    """
    order = list(items)
    random.Random(f"{account.label}|{number}").shuffle(order)  # noqa: S311 - no secret
    with _session(account) as session, ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {pool.submit(_answer, session, endpoint, item.prompt): item for item in order}
        try:
            for done in as_completed(waiting):
                item = waiting[done]
                yield grade_line(
                    item, graded(done.result(), item.answer), account=account.label, number=number,
                    day=today(),
                )  # fmt: skip
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def grade_line(item: Item, outcome: str, *, account: str, number: int, day: date) -> str:
    """A line as `import_probes` reads it."""
    return json.dumps({
        "account": account, "item": item.id, "domain": item.domain, "stratum": item.stratum,
        "round": number, "asked_on": day.isoformat(), "outcome": outcome,
    })  # fmt: skip


def _session(account: Account) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {account.key}"
    session.trust_env = False  # neither a proxy nor another key from the surroundings
    retry = Retry(
        total=RETRIES, backoff_factor=2, status_forcelist=_LATER, allowed_methods=None,
        raise_on_status=False,
    )  # fmt: skip
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=AT_ONCE))
    return session


def _answer(session: requests.Session, endpoint: Endpoint, prompt: str) -> str:
    """The text of one answer. What goes wrong is said without a word of prompt, answer or key."""
    body = {"model": endpoint.model, "messages": [{"role": "user", "content": prompt}]}
    try:
        response = session.post(
            f"{endpoint.address.rstrip('/')}/chat/completions", json=body, timeout=SECONDS_MAX,
            allow_redirects=False, stream=True,
        )  # fmt: skip
        with response:
            if response.status_code != requests.codes.ok:
                raise _refused(endpoint, f"answered {response.status_code}")
            data = response.raw.read(ANSWER_BYTES_MAX + 1, decode_content=True)
    except requests.RequestException as error:
        raise _refused(endpoint, f"can't be reached ({type(error).__name__})") from None
    if len(data) > ANSWER_BYTES_MAX:
        raise _refused(endpoint, f"answered with more than {ANSWER_BYTES_MAX:,} bytes")
    try:
        message = json.loads(data)["choices"][0]["message"]
        return str(message.get("content") or message.get("refusal") or "")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise _refused(endpoint, "gave no chat completion") from None


def _refused(endpoint: Endpoint, what: str) -> RuleError:
    return RuleError(
        "probes_endpoint_failed",
        f"{endpoint.address} {what}. What was graded so far is kept: mend it and run the same "
        "command again, which asks only for the rest.",
    )
