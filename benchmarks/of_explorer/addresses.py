"""Which addresses are asked for: every route of `tests/routes.py`, with real ids in turn."""

from __future__ import annotations

import base64
import itertools
import json
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
from django.apps import apps
from django.conf import settings

from benchmarks.of_explorer.reports import report_id
from benchmarks.of_explorer.world import World, rare_word
from tests import routes

PER_TYPE = 200
N_QUERIES = 100
NOT_PAGES = {"/healthz", "/readyz"}
"""Asked by machines that watch, a few times a minute."""
SAMPLES = {
    "{finding}-gpt-4-0613-distributed-training-silent": "{permanent}",
    "model:gpt-5": "model:{other}", "gpt-4-0613": "{model}", "distributed-training": "{domain}",
    "q=restrat": "q={typo}", "q=restart": "q={words}", "http://testserver": "{public_url}",
    "/openai": "/{vendor}", "=openai": "={vendor}", "/chatgpt": "/{site}", "=chatgpt": "={site}",
}  # fmt: skip
"""What a route of the table has as an example, and what stands for all of its kind."""
COMMON_WORDS = (
    "restart checkpoint gradient training data model number answer question work team code time "
    "review test memory server contract patient dose market price history language exam recipe"
).split()


def routes_measured() -> list[str]:
    """Every page type and API address that anybody may read, as patterns."""
    listed = [*routes.PUBLIC_PAGES, *routes.PUBLIC_API, routes.SUBMIT, f"{routes.SUBMIT}?q=restart",
              routes.WITHDRAW_PAGE]  # fmt: skip
    return [route for route in dict.fromkeys(listed) if route not in NOT_PAGES]


def is_search(route: str) -> bool:
    """Whether a route is the full-text search, which has a limit of its own."""
    return "q=" in route


class Addresses:
    """Real addresses of each route."""

    def __init__(self, world: World, *, seed: int = 1) -> None:
        self.world = world
        self.rng = np.random.default_rng([world.seed, 6, seed])
        self._values: dict[str, Callable[[], list[str]]] = {
            "model": lambda: [place.model for place in world.places],
            "other": lambda: [place.model for place in reversed(world.places)],
            "vendor": lambda: sorted({place.vendor for place in world.places}),
            "site": lambda: sorted({place.site for place in world.places}),
            "typo": lambda: [word[:2] + word[3] + word[2] + word[4:] for word in COMMON_WORDS],
            "public_url": lambda: [settings.PUBLIC_URL],
            "permanent": lambda: self._permanent(mapped=False),
            "run": lambda: self._keys("findings.AnalysisRun", is_current=True),
            "chart": lambda: self._keys("charts.Chart"),
            "map": lambda: self._keys("charts.Chart", kind="map"),
            "disclosure": lambda: self._keys("findings.Disclosure"),
            "report": self._reports,
            "finding": lambda: self._findings(mapped=False),
            "cluster": self._clusters,
            "version": self._versions,
            "domain": lambda: list(world.leaves),
            "words": self._queries,
        }

    def of(self, route: str) -> list[str]:
        """Up to PER_TYPE addresses of a route; empty where this world has no value for a part."""
        pattern = route
        for sample, name in SAMPLES.items():
            pattern = pattern.replace(sample, name)
        names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name]
        if any(name not in self._values for name in names):
            return []
        if "/map/" in pattern and names in (["finding"], ["permanent"]):
            find = self._findings if names == ["finding"] else self._permanent
            values = [find(mapped=True)]
        else:
            values = [self._values[name]() for name in names]
        if not names:
            return [pattern, *self._variants(pattern)][:PER_TYPE]
        rows = list(itertools.islice(itertools.product(*values), 50 * PER_TYPE))
        if "other" in names:
            rows = [(one, other) for one, other in rows if one != other]
        chosen = [rows[i] for i in self.rng.permutation(len(rows))[:PER_TYPE]]
        return [
            pattern.format(**dict(zip(names, (quote(str(v), safe=":/") for v in row), strict=True)))
            for row in chosen
        ]

    def _variants(self, route: str) -> list[str]:
        """The same address with filters and with cursors from deep in the list."""
        if route not in ("/reports/", routes.SUBMIT):
            return []
        found = [f"{route}?{urlencode(chosen)}" for chosen in self._filters()]
        return found + [f"{route}?cursor={cursor}" for cursor in self._cursors(60)]

    def _filters(self) -> list[dict[str, str]]:
        world = self.world
        models = [place.model for place in world.places]
        sites = sorted({place.site for place in world.places})
        vendors = sorted({place.vendor for place in world.places})
        days = [f"{world.end.year - 1}-{month:02}-01" for month in range(1, 13)]
        found = [{"domain": leaf} for leaf in world.leaves]
        found += [{"site": site} for site in sites] + [{"vendor": v} for v in vendors]
        found += [{"model": model} for model in models[:20]]
        found += [{"symptom": symptom} for symptom, _ in world.symptoms]
        found += [{"kind": "silent"}, {"kind": "stated"}]
        found += [{"observed_from": day} for day in days] + [{"observed_to": day} for day in days]
        for model, leaf in zip(models, world.leaves, strict=False):
            found.append({"model": model, "domain": leaf, "kind": "silent"})
        return found

    def _cursors(self, n: int) -> list[str]:
        """As backend/common/pagination.py makes them, all over the list."""
        from backend.reports.selectors import reports_public

        ids = [report_id(self.world, int(i)) for i in self.rng.choice(self.world.n, n)]
        rows = reports_public().filter(pk__in=ids).values_list("observed_on", "pk")
        tokens = (json.dumps(["n", str(day), str(pk)]).encode() for day, pk in rows)
        return [base64.urlsafe_b64encode(token).decode().rstrip("=") for token in tokens]

    def _reports(self) -> list[str]:
        return [str(report_id(self.world, int(i))) for i in self.rng.choice(self.world.n, PER_TYPE)]

    def _findings(self, *, mapped: bool) -> list[str]:
        return [permanent.partition("-")[0] for permanent in self._permanent(mapped=mapped)]

    def _clusters(self) -> list[str]:
        from backend.findings.models import Cluster

        ids = list(Cluster.objects.filter(run__is_current=True).values_list("track_id", flat=True))
        return [str(pk) for pk in self.rng.permutation(ids)]

    def _permanent(self, *, mapped: bool) -> list[str]:
        from backend.findings.models import Boundary, Finding

        found = Finding.objects.all()
        if mapped:
            found = found.filter(pk__in=Boundary.objects.values("finding_id"))
        return ["-".join(map(str, row)) for row in found.values_list("pk", "slug")]

    def _keys(self, name: str, **chosen: Any) -> list[str]:
        """Primary keys of a model; none where this version has no such model."""
        try:
            found = apps.get_model(name)._default_manager.filter(**chosen)
        except LookupError:
            return []
        return [str(pk) for pk in found.values_list("pk", flat=True)]

    def _versions(self) -> list[str]:
        from backend.exports.models import Dataset

        return list(Dataset.objects.values_list("version", flat=True))

    def _queries(self) -> list[str]:
        """Common words, rare ones, phrases, exclusions; one that nobody wrote."""
        common = self.rng.permutation(COMMON_WORDS).tolist()
        rare = [rare_word(10**k * j) for k in range(6) for j in (1, 2, 3, 5)]
        pairs = [f"{a} {b}" for a, b in itertools.pairwise(common)]
        phrases = [f'"{a} {b}"' for a, b in itertools.pairwise(common[:10])]
        without = [f"{a} -{b}" for a, b in itertools.pairwise(common[10:20])]
        either = [f"{a} or {b}" for a, b in itertools.pairwise(rare[:10])]
        found = [*common, *rare, *pairs, *phrases, *without, *either, "xyzzyplugh"]
        return [str(words) for words in self.rng.permutation(found)[:N_QUERIES]]


def type_name(route: str) -> str:
    """How a route is called in the table."""
    for sample, name in SAMPLES.items():
        route = route.replace(sample, name)
    return route


def world_found(mark: dict[str, Any]) -> World:
    """The world of a filled folder."""
    from datetime import date

    from benchmarks.of_explorer.world import world_of

    return world_of(seed=mark["seed"], n=mark["n"], end=date.fromisoformat(mark["end"]))
