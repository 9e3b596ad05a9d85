"""Every public address of the real site through the page cache; the cache by itself: test_page_cache.py."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from backend.common import page_cache
from tests import routes
from tests.common.test_page_cache import CANARY, kept, still  # noqa: F401 - a cache of one's own
from tests.factories import make_report
from tests.payloads import make_receipt_key
from tests.test_routes import ids  # noqa: F401 - every placeholder of the table


def public_addresses(values: dict[str, str]) -> list[str]:
    kept_apart = (*page_cache.PRIVATE, *page_cache.BRIEF)
    found = [route.format(**values) for route in routes.PUBLIC]
    return [address for address in found if not urlsplit(address).path.startswith(kept_apart)]


def test_every_public_answer_is_the_same_when_kept_and_answers_304(
    visitor,
    ids,  # noqa: F811
    still,  # noqa: F811
) -> None:
    for address in public_addresses(ids):
        first = visitor.get(address)
        again = visitor.get(address)
        assert first.status_code == 200, address
        assert again.getvalue() == first.getvalue(), address
        if first.streaming:
            continue
        assert again.headers.get("ETag") == first.headers["ETag"], address
        assert again["Content-Type"] == first["Content-Type"], address
        assert again["Content-Security-Policy"] == first["Content-Security-Policy"], address
        assert first["Cache-Control"], address
        unchanged = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b""), address


def test_a_withdrawn_report_vanishes_at_once_from_every_answer(visitor, ids, still) -> None:  # noqa: F811
    key = make_receipt_key()
    report_id = make_report(receipt_key=key, prompt=f"Why does the restart fail, {CANARY}?").pk
    addresses = [*public_addresses(ids), f"/reports/{report_id}/", f"/api/v1/reports/{report_id}/",
                 f"/reports/?q={CANARY}", f"/api/v1/reports/?q={CANARY}"]  # fmt: skip
    before = [
        address for address in addresses if CANARY.encode() in visitor.get(address).getvalue()
    ]
    assert f"/reports/{report_id}/" in before
    assert "/reports/" in before
    withdrawn = visitor.post(routes.RECEIPT_WITHDRAW, headers={"Plumbline-Receipt": key})
    assert withdrawn.status_code == 200
    for address in addresses:
        text = visitor.get(address).getvalue().decode(errors="replace")
        asked = re.sub(rf'(q=|value="){CANARY}', "", text)  # the form says what was asked for
        assert f", {CANARY}?" not in asked, address


def test_a_report_that_was_withdrawn_elsewhere_vanishes_with_the_next_stamp(
    visitor,
    still,  # noqa: F811
) -> None:
    from backend.reports.services import report_withdraw

    key = make_receipt_key()
    report = make_report(receipt_key=key)
    address = f"/reports/{report.pk}/"
    assert visitor.get(address).status_code == 200
    report_withdraw(receipt_key=key)
    still(vanished="b")
    assert visitor.get(address).status_code in (404, 410)
