"""What somebody says of a series of probes, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from backend.catalogue.selectors import model_by_slug, site_by_slug
from backend.common.errors import RuleError
from backend.probes.answers import ROUNDS_MAX
from backend.probes.models import BASELINE_ROUNDS_MIN, ProbeSeries

TITLE_CHARS_MAX = 200
NAME_CHARS_MAX = 120
"""Of a suite or a grader, with its version."""
SOURCE_CHARS_MAX = 500
BASELINE_ROUNDS_DEFAULT = BASELINE_ROUNDS_MIN
LASTING = ("model_id", "site_id", "suite", "grader", "n_baseline", "provenance")
"""What never changes: with another one, answers could not be compared with those before."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HTTPS = URLValidator(schemes=["https"])
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class SeriesFacts:
    """A series as somebody describes it. `model` and `site` are slugs; no site: the vendor's API."""

    slug: str
    title: str
    model: str
    suite: str
    grader: str
    source_url: str
    site: str | None = None
    n_baseline: int = BASELINE_ROUNDS_DEFAULT
    is_simulated: bool = False

    def as_fields(self) -> dict[str, Any]:
        """The same as fields of ProbeSeries, without the slug."""
        kinds = ProbeSeries.Provenance
        return {
            "title": self.title, "model_id": self.model, "site_id": self.site, "suite": self.suite,
            "grader": self.grader, "source_url": self.source_url, "n_baseline": self.n_baseline,
            "provenance": kinds.SIMULATED if self.is_simulated else kinds.PROBE,
        }  # fmt: skip


def series_check(facts: SeriesFacts) -> None:
    """RuleError naming every fact that is wrong.

    SIMULATED answers are of invented models only, and those of a service of real ones: nobody can take
    the one for the other.
    """
    wrong: Problems = {}
    if not _SLUG.fullmatch(facts.slug) or len(facts.slug) > 60:
        wrong["series"] = ["At most 60 small letters, digits and single hyphens between them."]
    texts = (
        ("title", TITLE_CHARS_MAX), ("suite", NAME_CHARS_MAX), ("grader", NAME_CHARS_MAX),
    )  # fmt: skip
    for name, chars_max in texts:
        text = getattr(facts, name)
        if not text.strip() or len(text) > chars_max or not text.isprintable():
            wrong[name] = [f"1 to {chars_max} printable characters on one line."]
    if not _is_address(facts.source_url):
        wrong["source_url"] = [
            "An address that begins with https://, where suite, grader and method are described."
        ]
    if facts.site is not None and site_by_slug(facts.site) is None:
        wrong["site"] = ["A site of the catalogue, or none for the vendor's API."]
    if not BASELINE_ROUNDS_MIN <= facts.n_baseline < ROUNDS_MAX:
        wrong["n_baseline"] = [f"{BASELINE_ROUNDS_MIN} to {ROUNDS_MAX - 1} rounds."]
    if problem := _wrong_model(facts):
        wrong["model"] = [problem]
    if wrong:
        raise RuleError("probe_series_invalid", "The series breaks a rule.", wrong)


def series_same_check(series: ProbeSeries, facts: SeriesFacts) -> None:
    """RuleError naming what differs, if the stored series is another one than is described."""
    described = facts.as_fields()
    wrong = {
        name.removesuffix("_id"): [f"it is {_said(stored)}, not {_said(described[name])}."]
        for name in LASTING
        if (stored := getattr(series, name)) != described[name]
    }
    if wrong:
        raise RuleError(
            "probe_series_differs",
            f"The series {series.slug} is another one. Describe it as it is, or take another slug: "
            "another suite, grader, model or place is another series.",
            wrong,
        )


def _wrong_model(facts: SeriesFacts) -> str:
    model = model_by_slug(facts.model)
    if model is None:
        return "A model of the catalogue."
    if facts.is_simulated and not model.is_fictional:
        return "SIMULATED answers are of an invented model, never of a real one."
    if model.is_fictional and not facts.is_simulated:
        return "The model is invented: say that its answers are SIMULATED."
    return ""


def _is_address(url: str) -> bool:
    try:
        _HTTPS(url)
    except ValidationError:
        return False
    return len(url) <= SOURCE_CHARS_MAX


def _said(value: Any) -> str:
    return "none" if value is None else str(value)
