"""What the tests of reports share."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def stored(db: None) -> Callable[[], tuple[int, int, int, int]]:
    """Number of reports, receipts, moderation events and tombstones."""
    from backend.reports.models import ModerationEvent, Receipt, Report, Tombstone

    def count() -> tuple[int, int, int, int]:
        return (
            Report.objects.count(),
            Receipt.objects.count(),
            ModerationEvent.objects.count(),
            Tombstone.objects.count(),
        )

    return count


NOTHING = (0, 0, 0, 0)
