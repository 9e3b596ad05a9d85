"""What happened when: releases, events and incidents, as a list beside a chart of reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.disclosures.selectors import disclosure_days, disclosures_about_public
from backend.explorer.templatetags.findings import finding_address
from backend.findings.grid import Incident

WORDS: dict[str, Promise] = {
    "release": _("released"),
    "began": _("began"),
    "ended": _("ended"),
    "incident": _("worse in nearly all domains"),
    "disclosure": _("disclosed"),
    "reversal": _("reversed"),
}
"""What can happen."""


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day, or around one."""

    on: date
    kind: str
    name: str
    address: str
    low: date | None = None
    high: date | None = None
    """Mondays between which it was, where it is an estimate."""
    is_simulated: bool = False

    @property
    def words(self) -> Promise:
        return WORDS[self.kind]

    @property
    def is_estimate(self) -> bool:
        return self.low is not None and self.low != self.high


def timeline(
    *,
    models: Iterable[Any] = (),
    findings: Iterable[Any] = (),
    incidents: Iterable[Incident] = (),
    disclosures: Iterable[Any] = (),
    names: dict[str, str] | None = None,
) -> list[Moment]:
    """Everything that happened, the newest first.

    Findings that turned out to be part of another, those that no longer say anything, and those that
    were refuted have no moments. `names` are those of the models of incidents.
    """
    found = [
        Moment(model.released_on, "release", model.name, reverse("model", args=[model.pk]))
        for model in models
        if model.released_on
    ]
    for finding in findings:
        if finding.merged_into_id is None and finding.is_said:
            found += _of_finding(finding)
    found += [
        Moment(
            incident.since, "incident", (names or {}).get(incident.model, incident.model),
            reverse("model", args=[incident.model]), is_simulated=incident.is_simulated,
        )
        for incident in incidents
    ]  # fmt: skip
    for disclosure in disclosures:
        found += _of_disclosure(disclosure)
    return sorted(found, key=lambda moment: (moment.on, moment.kind, moment.name), reverse=True)


def timeline_of_vendor(
    *, vendor: str, models: Iterable[Any], findings: Iterable[Any]
) -> tuple[list[Moment], list[Any]]:
    """The moments of a vendor's models and findings, and its disclosures, which are among them."""
    disclosures = list(disclosures_about_public(vendor=vendor))
    return timeline(models=models, findings=findings, disclosures=disclosures), disclosures


def _of_finding(finding: Any) -> list[Moment]:
    name = f"{finding.model} · {finding.domain}"
    address = finding_address(finding)
    weeks = [
        ("began", finding.onset, finding.onset_low, finding.onset_high),
        (
            "ended",
            finding.offset if finding.is_over else None,
            finding.offset_low,
            finding.offset_high,
        ),
    ]
    return [
        Moment(on, kind, name, address, low or on, high or on, finding.is_simulated)
        for kind, on, low, high in weeks
        if on
    ]


def _of_disclosure(disclosure: Any) -> list[Moment]:
    name = f"{disclosure.vendor}: {disclosure.title}"
    address = f"{reverse('disclosures')}#disclosure-{disclosure.pk}"
    kinds = {"disclosed": "disclosure", "reversed": "reversal"}
    is_simulated = disclosure.vendor.is_fictional
    return [
        Moment(day, kinds[kind], name, address, is_simulated=is_simulated)
        for kind, day in disclosure_days(disclosure)
    ]


def within(moments: Iterable[Moment], first: date | None) -> list[Moment]:
    """The moments from a day on; none without one."""
    return [moment for moment in moments if first is not None and moment.on >= first]
