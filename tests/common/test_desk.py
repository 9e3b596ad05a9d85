"""The desk answers what no row can hold before the database is asked."""

from __future__ import annotations

import pytest
from django.contrib import admin

LISTS = sorted(
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
)


@pytest.mark.parametrize("address", LISTS)
def test_no_filter_of_a_desk_list_takes_a_nul(admin_client, address: str) -> None:
    for query in ("state=%00", "state__exact=%00", "domain=%00", "q=a%00", "%00=1", "id=%00"):
        refused = admin_client.get(f"{address}?{query}")
        assert refused.status_code == 400, query
        assert b"NUL" in refused.content
    assert admin_client.get(address).status_code == 200


def test_a_page_of_readers_says_it_in_its_own_words(admin_client, catalogue) -> None:
    assert admin_client.get("/findings/?state=%00").status_code != 500
