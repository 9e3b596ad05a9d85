"""Reading the register of disclosures. Whatever ends in `_public` may be shown to anyone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from backend.common.conditional import Stamp
from backend.common.statements import Statement
from backend.disclosures.models import Disclosure, DisclosureEvent


def disclosures_public() -> QuerySet[Disclosure]:
    """Every published disclosure with its vendor and subjects, the newest document first."""
    return (
        Disclosure.objects.filter(state=Disclosure.State.PUBLISHED)
        .select_related("vendor")
        .prefetch_related("domains")
    )


def disclosure_public(disclosure_id: int) -> Disclosure | None:
    """One published disclosure, or None."""
    return disclosures_public().filter(pk=disclosure_id).first()


def disclosures_about_public(
    *, vendor: str | None = None, domain: str | None = None
) -> QuerySet[Disclosure]:
    """Published disclosures of this vendor, and that name this subject, without their subjects."""
    rows = disclosures_public().prefetch_related(None)
    if vendor is not None:
        rows = rows.filter(vendor_id=vendor)
    return rows if domain is None else rows.filter(domains=domain).distinct()


def disclosures_of_public(*, vendor: str, domain: str) -> list[Disclosure]:
    """The same for a page of one vendor and one subject."""
    return _OF_BOTH(vendor=vendor, domain=domain)


_OF_BOTH = Statement(
    lambda vendor, domain: disclosures_about_public(vendor=vendor, domain=domain),
    vendor=str,
    domain=str,
)


def register_stamp() -> Stamp:
    """Differs after every change of what is shown of the register, and only then: each is logged.

    What is entered, or changed before it is published or after it was taken down, changes nothing: that it
    waits would be told.
    """
    kinds = (DisclosureEvent.Kind.PUBLISHED, DisclosureEvent.Kind.RETRACTED)
    told = Q(disclosure__state=Disclosure.State.PUBLISHED) | Q(kind__in=kinds)
    events = DisclosureEvent.objects.filter(told).aggregate(
        n=Count("pk"), last=Max("pk"), at=Max("happened_at")
    )
    return Stamp(key=f"{events['n']} {events['last']}", changed_at=events["at"])


@dataclass(frozen=True)
class Moment:
    """A day on which a vendor stated an intervention, or took it back: for a timeline."""

    day: date
    kind: str
    """`disclosed` or `reversed`."""
    disclosure: int
    vendor: str
    title: str
    domains: tuple[str, ...]
    is_simulated: bool


def disclosure_days(disclosure: Disclosure) -> list[tuple[str, date]]:
    """When it was said, and when it was taken back, as every timeline has it.

    That is the day of the document; somebody may have noticed the passage long after it.
    """
    days = (("disclosed", disclosure.published_on), ("reversed", disclosure.reversed_on))
    return [(kind, day) for kind, day in days if day is not None]


def disclosure_moments_public() -> list[Moment]:
    """What the register puts on a timeline, the oldest first."""
    found = []
    for row in disclosures_public():
        found += [
            Moment(
                day=day,
                kind=kind,
                disclosure=row.pk,
                vendor=row.vendor.name,
                title=row.title,
                domains=tuple(domain.pk for domain in row.domains.all()),
                is_simulated=row.vendor.is_fictional,
            )
            for kind, day in disclosure_days(row)
        ]
    return sorted(found, key=lambda moment: (moment.day, moment.disclosure, moment.kind))
