"""Names and words that checks and the tagger of names know. `extension/src/redact/lists.ts` has the same."""

from __future__ import annotations

import json
from pathlib import Path

_NAMES = json.loads((Path(__file__).parent / "names.json").read_text(encoding="utf-8"))
FIRST = frozenset(_NAMES["first"].split())
CONTEXT_FIRST = frozenset(_NAMES["context"].split())
WORDS = frozenset(_NAMES["words"].split())
LAST = frozenset(_NAMES["last"].split())
PUBLIC = frozenset(_NAMES["public"].split(", "))
"""Names that stand for a thing that has them from somebody: a theorem, a unit, a disease; and assistants."""
PLACES = tuple(_NAMES["places"].split())
"""Towns and regions of which everybody writes."""
COMMON = frozenset(_NAMES["common"].split()) | frozenset(_NAMES["frequent"].split())
"""Words in small letters that texts are made of; no first name among them."""
