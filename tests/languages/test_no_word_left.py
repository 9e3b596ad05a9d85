"""Every page in a language without letters: whatever still has letters was never marked.

Each translation of this language is its English with every letter replaced by a dot. What people
sent, and names, are numbers here. So a letter on a page is a word that nobody can translate.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
import pytest
from babel.messages.catalog import Catalog
from django.db.models import CharField, F
from django.db.models.functions import Cast, Length
from django.urls import resolve

from backend import translations
from backend.catalogue.models import Model, Site, Vendor
from backend.explorer.context import translated_pages
from backend.exports.columns import DICTIONARY
from backend.exports.services import dataset_build
from tests import routes
from tests.explorer.conftest import make_comparison, make_windows
from tests.explorer.test_asked_again import VERDICTS, WORSE
from tests.factories import (
    make_cell,
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_probes,
    make_reply,
    make_report,
    make_run,
)
from tests.languages.reading import words_in

pytestmark = pytest.mark.django_db
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|%[sd]|<[^>]*>|&\w+;|\{\w*\})")
DJANGO = Path(django.__file__).parent / "conf" / "locale" / "de" / "LC_MESSAGES" / "django.mo"


FILES = re.compile(
    r"[\w-]+\.(?:csv\.gz|jsonl\.zst|parquet|json|md|txt|cff|sig)\b|\b(?:SIMULATED-)?(?:"
    + "|".join(table.name for table in DICTIONARY)
    + r")\b"
)
"""Names of files and of the tables in them."""
MEASURED = re.compile(
    r"\b(?:\d+B|flash|pro|gpt-[\w.-]+|(?:llama|mistral)[\w-]+|p(?= (?:=|&lt;=) ))(?![\w-])"
)
"""Names of models and collections on which error rates were measured, and the letter of a probability."""


def letterless(words: str) -> str:
    parts = KEPT.split(words)
    return "".join(
        part if number % 2 else re.sub(r"[^\W\d_]", "·", part) for number, part in enumerate(parts)
    )


def speechless(catalog: Catalog) -> Catalog:
    """The catalog with every letter of its translations replaced, and Django's own strings too."""
    for message in catalog:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            forms = tuple(letterless(words) for words in ids)
            message.string = forms if len(ids) > 1 else forms[0]
    with DJANGO.open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    for key in known:
        words = key[0] if isinstance(key, tuple) else key
        context, _, bare = words.rpartition("\x04")
        if bare and catalog.get(bare, context or None) is None:
            is_plural = isinstance(key, tuple)
            forms = (letterless(bare),) * 2
            catalog.add((bare, bare) if is_plural else bare, string=forms if is_plural else forms[0],
                        context=context or None)  # fmt: skip
    return catalog


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("letterless")
    source = translations.messages_extract()
    catalog = Catalog(locale="de", charset="utf-8")
    for message in source:
        if message.id:
            catalog.add(message.id, context=message.context)
    translations.mo_write(speechless(catalog), folder / "de" / "LC_MESSAGES" / "django.mo")
    return folder


@pytest.fixture
def ids(catalogue: None, clock) -> dict[str, str]:
    for table in (Vendor, Site, Model):
        table.objects.update(name=Cast(Length(F("slug")), CharField()))
    texts = {"prompt": "1 2 3?", "response": "4 5 6", "comment": "7 8", "expected": "9"}
    reports = [make_report(**texts, model_label="10") for _ in range(3)]
    reports.append(make_report(**texts, provenance="simulated"))
    reports.append(make_report(**texts, provenance="import", collection="11"))
    run = make_run()
    make_windows(run)
    for verdict in ("worse", "insufficient"):
        make_comparison(run, verdict=verdict, cautions=["format_only"], collection="12",
                        domain_id="mathematics" if verdict == "worse" else "law")  # fmt: skip
    make_cell(run=run)
    make_cell(
        run=run, symptom_kind="stated", detectable_ratio=None, n_ratings=None, detectable_share=None
    )
    cluster = make_cluster(run=run, reports=reports, terms=["13", "14"])
    make_probes(title="19", suite="20", grader="21")
    again = [WORSE | {"verdict": verdict} for verdict in VERDICTS]
    finding = make_finding(run=run, representatives=tuple(reports), evidence={"again": again})
    make_reply(finding, text="15.")
    make_disclosure(title="16", passage="17.", summary="18.", vendor_id=finding.model.vendor_id)
    version = dataset_build().version
    return {
        **make_charts(finding), "report": str(reports[0].pk), "finding": str(finding.pk),
        "version": version, "cluster": str(cluster.track_id), "run": str(run.pk), "object": "0" * 64,
        "disclosure": "1",
    }  # fmt: skip


def addresses(ids: dict[str, str]) -> Iterator[str]:
    """Pages that are there in every language, and one that is nowhere."""
    for route in routes.PUBLIC:
        address = route.format(**ids)
        if resolve(urlsplit(address).path).url_name in translated_pages():
            yield address
    yield "/nothing-here/"


def test_no_page_has_a_word_that_cannot_be_translated(visitor, ids, compiled, settings) -> None:
    settings.LOCALE_PATHS = [compiled]
    left = []
    for address in addresses(ids):
        answer = visitor.get("/de" + address)
        assert answer["Content-Language"] == "de"
        if answer["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            for word in parse_qs(urlsplit(address).query).get("q", []):
                page = page.replace(f"“{word}”", "")  # what was searched for
            if address.startswith("/data/"):
                page = FILES.sub("", page)
            if address.startswith("/method/"):
                page = MEASURED.sub("", page)
            left += [f"{address}: {words}" for words in words_in(page)]
    assert not left, "\n".join(left)


def test_letters_go_and_places_stay() -> None:
    assert letterless("In <b>%(n)s</b> of 5 weeks") == "·· <b>%(n)s</b> ·· 5 ·····"
