"""The catalogue file keeps its promises to the server, the extension and the classifier."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

CATALOGUE = Path(__file__).parents[2] / "backend" / "catalogue" / "catalogue.yaml"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SYMPTOM_SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
MATCH_PATTERN = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+/([a-z0-9-]+/)*\*")
LISTS = ("vendors", "sites", "models", "domains", "symptoms")
LEAF_KINDS = {"story", "neighbour", "stated_safety", "control"}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    return yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def leaves(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    return [leaf for family in catalogue["domains"] for leaf in family["children"]]


def repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def normalised(label: str) -> str:
    return " ".join(label.casefold().split())


def test_the_top_level_is_the_version_and_the_five_lists(catalogue):
    assert sorted(catalogue) == sorted(("version", *LISTS))
    assert catalogue["version"] == 1


@pytest.mark.parametrize(
    ("name", "required", "optional"),
    [
        ("vendors", {"slug", "name"}, {"fictional"}),
        ("sites", {"slug", "name", "vendor", "match"}, {"fictional"}),
        (
            "models",
            {"slug", "vendor", "name", "family", "released_on", "labels"},
            {"fictional"},
        ),
        ("domains", {"slug", "name", "definition", "children"}, set()),
        ("symptoms", {"slug", "name", "help", "kind", "severity"}, set()),
    ],
)
def test_each_entry_has_its_keys_and_no_others(catalogue, name, required, optional):
    for entry in catalogue[name]:
        assert required <= set(entry) <= required | optional, entry["slug"]


def test_each_leaf_has_its_keys_and_no_others(leaves):
    for leaf in leaves:
        assert set(leaf) == {"slug", "name", "kind", "definition", "examples"}, leaf["slug"]


def test_slugs_are_well_formed_and_unique(catalogue, leaves):
    for name in ("vendors", "sites", "models"):
        slugs = [entry["slug"] for entry in catalogue[name]]
        assert repeated(slugs) == []
        assert [slug for slug in slugs if not SLUG.fullmatch(slug)] == []
    domains = [family["slug"] for family in catalogue["domains"]]
    domains += [leaf["slug"] for leaf in leaves]
    assert repeated(domains) == []
    assert [slug for slug in domains if not SLUG.fullmatch(slug)] == []
    symptoms = [symptom["slug"] for symptom in catalogue["symptoms"]]
    assert repeated(symptoms) == []
    assert [slug for slug in symptoms if not SYMPTOM_SLUG.fullmatch(slug)] == []


def test_what_is_stored_fits_its_column(catalogue, leaves):
    limits = {"vendors": 40, "sites": 40, "models": 60, "domains": 60, "symptoms": 40}
    for name, limit in limits.items():
        entries = catalogue[name] + (leaves if name == "domains" else [])
        assert [entry["slug"] for entry in entries if len(entry["slug"]) > limit] == []
        assert [entry["slug"] for entry in entries if len(entry["name"]) > 120] == []
    assert max(len(model["family"]) for model in catalogue["models"]) <= 60
    assert max(len(label) for model in catalogue["models"] for label in model["labels"]) <= 120
    assert max(len(symptom["help"]) for symptom in catalogue["symptoms"]) <= 300


def test_every_reference_resolves(catalogue):
    vendors = {vendor["slug"] for vendor in catalogue["vendors"]}
    assert {model["vendor"] for model in catalogue["models"]} <= vendors
    assert {site["vendor"] for site in catalogue["sites"]} <= vendors | {None}


def test_a_model_label_means_one_model(catalogue):
    labels = [normalised(label) for model in catalogue["models"] for label in model["labels"]]
    assert repeated(labels) == []
    assert all(model["labels"] for model in catalogue["models"])


@pytest.mark.parametrize(
    ("label", "family", "released_on"),
    [
        ("gpt-4-0314", "gpt-4", date(2023, 3, 14)),
        ("gpt-4-0613", "gpt-4", date(2023, 6, 13)),
        ("gpt-3.5-turbo-0301", "gpt-3.5-turbo", date(2023, 3, 1)),
        ("gpt-3.5-turbo-0613", "gpt-3.5-turbo", date(2023, 6, 13)),
    ],
)
def test_the_versions_that_an_imported_collection_compares_are_known(
    catalogue, label, family, released_on
):
    (model,) = [model for model in catalogue["models"] if label in model["labels"]]
    assert (model["family"], model["released_on"]) == (family, released_on)


def test_release_dates_are_dates_or_unknown(catalogue):
    for model in catalogue["models"]:
        assert model["released_on"] is None or type(model["released_on"]) is date, model["slug"]


def test_a_family_of_models_belongs_to_one_vendor(catalogue):
    vendors: dict[str, set[str]] = {}
    for model in catalogue["models"]:
        vendors.setdefault(model["family"], set()).add(model["vendor"])
    assert {family: names for family, names in vendors.items() if len(names) > 1} == {}


def test_the_pages_of_the_three_first_sites_are_matched(catalogue):
    match = {site["slug"]: site["match"] for site in catalogue["sites"]}
    assert match["chatgpt"] == ["https://chatgpt.com/*", "https://chat.openai.com/*"]
    assert match["claude"] == ["https://claude.ai/*"]
    assert match["gemini"] == ["https://gemini.google.com/*"]
    assert match["other"] == []


def test_match_patterns_are_https_one_host_and_never_shared(catalogue):
    patterns = [pattern for site in catalogue["sites"] for pattern in site["match"]]
    assert [pattern for pattern in patterns if not MATCH_PATTERN.fullmatch(pattern)] == []
    assert repeated(patterns) == []


def test_fictional_entries_are_marked_three_times_and_never_match_a_page(catalogue):
    fictional = {
        name: [entry for entry in catalogue[name] if entry.get("fictional", False)]
        for name in ("vendors", "sites", "models")
    }
    assert {name: len(entries) for name, entries in fictional.items()} == {
        "vendors": 3,
        "sites": 3,
        "models": 5,
    }
    for name, entries in fictional.items():
        demo = [entry["slug"] for entry in catalogue[name] if entry["slug"].startswith("demo-")]
        assert demo == [entry["slug"] for entry in entries]
        assert all(entry["name"].endswith("(fictional)") for entry in entries)
    vendors = {vendor["slug"] for vendor in fictional["vendors"]}
    for name in ("sites", "models"):
        owned = {entry["slug"] for entry in catalogue[name] if entry["vendor"] in vendors}
        assert owned == {entry["slug"] for entry in fictional[name]}
    assert [site["match"] for site in fictional["sites"]] == [[], [], []]


def test_the_storys_three_subjects_are_there_with_neighbours_and_controls(leaves):
    assert [leaf["slug"] for leaf in leaves if leaf["kind"] == "story"] == [
        "pretraining-pipelines",
        "distributed-training",
        "ml-accelerator-design",
    ]
    assert {leaf["kind"] for leaf in leaves} == LEAF_KINDS
    assert 24 <= len(leaves) <= 27


def test_each_leaf_has_enough_distinct_examples(leaves):
    for leaf in leaves:
        assert 10 <= len(leaf["examples"]) <= 12, leaf["slug"]
        assert all(type(example) is str and len(example) >= 20 for example in leaf["examples"])
    examples = [normalised(example) for leaf in leaves for example in leaf["examples"]]
    assert repeated(examples) == []


def test_examples_hold_nothing_that_looks_like_personal_data(leaves):
    text = "\n".join(example for leaf in leaves for example in leaf["examples"])
    assert re.findall(r"\S+@\S+\.\S+|\d{7,}|https?://", text) == []


def test_each_symptom_is_either_stated_or_silent(catalogue):
    kinds = {symptom["slug"]: symptom["kind"] for symptom in catalogue["symptoms"]}
    assert set(kinds.values()) == {"silent", "stated"}
    assert kinds["wrong_answer"] == "silent"
    assert kinds["broken_format"] == "silent"
    assert kinds["refusal"] == "stated"
    assert {symptom["severity"] for symptom in catalogue["symptoms"]} <= {1, 2, 3}
