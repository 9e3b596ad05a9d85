"""The languages of the pages: every marked string is gathered, translated in .po files, compiled.

    python -m backend.translations update     after a string has changed (`make messages`)
    python -m backend.translations compile    before pages are served; make and `manage.py run` do it

Needs neither gettext's programs nor the settings of an installation.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BACKEND = Path(__file__).resolve().parent
LOCALE = BACKEND / "locale"
CATALOGUE = BACKEND / "catalogue" / "catalogue.yaml"
EXTENSION = BACKEND.parent / "extension" / "public" / "_locales"

LANGUAGES = {"de": "de", "es": "es", "fr": "fr", "zh_Hans": "zh_CN"}
"""Folders of the translations here, and of the same language in the extension."""

FROM_CATALOGUE = "catalogue"
"""Context (msgctxt) of names and explanations of domains and symptoms."""

KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
DESK = {"admin", "migrations", "management"}
"""Not for readers: the moderation desk and the commands speak English."""


def templates() -> list[Path]:
    """Every template that a reader may see."""
    found = BACKEND.glob("*/templates/**/*.html")
    return sorted(path for path in found if _is_for_readers(path))


def _is_for_readers(path: Path) -> bool:
    return not DESK & {*path.relative_to(BACKEND).parts, path.stem}


def messages_extract() -> Catalog:
    """Every string that is marked in templates and Python, and the words of the catalogue."""
    catalog = Catalog(charset="utf-8")
    for path in templates():
        # Only strings matter; an indentation that is no Python's would stop the tokenizer.
        lines = templatize(path.read_text(encoding="utf-8")).splitlines()
        _gather(catalog, "\n".join(line.lstrip() for line in lines))
    for path in sorted(BACKEND.rglob("*.py")):
        if _is_for_readers(path):
            _gather(catalog, path.read_text(encoding="utf-8"))
    for _, words in catalogue_words():
        catalog.add(words, context=FROM_CATALOGUE)
    return catalog


def _gather(catalog: Catalog, source: str) -> None:
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
    for _, message, _, context in found:
        catalog.add(message, context=context)


def catalogue_words() -> Iterator[tuple[str, str]]:
    """Words of domains and symptoms, each with its key in the extension ("" if it has none)."""
    source = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for family in source["domains"]:
        yield _key("family", family), family["name"]
        yield "", family["definition"]
        for domain in family["children"]:
            yield _key("domain", domain), domain["name"]
            yield "", domain["definition"]
    for symptom in source["symptoms"]:
        yield _key("symptom", symptom), symptom["name"]
        yield _key("symptom", symptom) + "_help", symptom["help"]


def _key(kind: str, entry: dict[str, str]) -> str:
    return f"{kind}_{entry['slug'].replace('-', '_')}"


def po_path(language: str) -> Path:
    """Where the translations of a language are."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def po_read(language: str) -> Catalog:
    """The translations of a language, as they are in its file."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages_update() -> None:
    """Bring each language's file in line with the source: new strings come empty, old ones go."""
    template = messages_extract()
    for language in LANGUAGES:
        catalog = po_read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        theirs = extension_words(language)
        for key, words in catalogue_words():
            message = catalog.get(words, FROM_CATALOGUE)
            if message is not None and key in theirs:
                message.string = theirs[key]
        po_write(language, catalog)


def extension_words(language: str) -> dict[str, str]:
    """What the extension calls things in a language: the same words are used on the pages."""
    path = EXTENSION / LANGUAGES[language] / "messages.json"
    phrases = json.loads(path.read_text(encoding="utf-8"))
    return {key: phrase["message"] for key, phrase in phrases.items()}


def po_write(language: str, catalog: Catalog) -> None:
    """Write a language's file: sorted, without dates and places, so that two branches merge."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    header = (
        f"{catalog.header_comment.strip()}\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    po_path(language).write_text(header + buffer.getvalue().decode().strip() + "\n", "utf-8")


def messages_compile(*, into: Path = LOCALE) -> None:
    """Write the .mo file of each language that is missing or older than its .po file."""
    for language in LANGUAGES:
        source = po_path(language)
        target = into / language / "LC_MESSAGES" / "django.mo"
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        mo_write(po_read(language), target)


def mo_write(catalog: Catalog, target: Path) -> None:
    """Write a compiled file whole, or not at all: others may be reading it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, catalog)
    fresh.replace(target)


def forms_of(message: Message) -> list[str]:
    """The translation of an entry: one string, or one per plural form."""
    words: Any = message.string or ""
    return [words] if isinstance(words, str) else list(words)


if __name__ == "__main__":
    actions = {"update": messages_update, "compile": messages_compile}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    actions[sys.argv[1]]()
