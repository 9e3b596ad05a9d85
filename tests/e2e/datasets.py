"""Datasets of the running system, as somebody downloads them."""

from __future__ import annotations

import gzip

import requests

from tests.e2e.system import System


def dataset_text(system: System) -> str:
    """All text of the reports in the dataset that is built now."""
    system.manage("build_dataset")
    newest = requests.get(f"{system.url}/api/v1/datasets/", timeout=30).json()["results"][0]
    return "\n".join(
        gzip.decompress(requests.get(address, timeout=30).content).decode()
        for address in addresses_of(system, newest["version"])
    )


def addresses_of(system: System, version: str) -> list[str]:
    """Where the reports of a version are downloaded as CSV."""
    detail = requests.get(f"{system.url}/api/v1/datasets/{version}/", timeout=30).json()
    return [
        f"{system.url}/data/{version}/{file['name']}"
        for file in detail["manifest"]["files"]
        if file.get("table") == "reports" and file["name"].endswith(".csv.gz")
    ]
