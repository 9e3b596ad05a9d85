"""Every address of the site and who may call it: the table that two tests walk.

`{report}` and the like are filled with the ids of the released report and its conclusions.
"""

from __future__ import annotations

PUBLIC_PAGES = [
    "/",
    "/findings/",
    "/findings/{finding}/",
    "/comparisons/",
    "/reports/",
    "/reports/?q=restart",
    "/reports/{report}/",
    "/domains/",
    "/domains/distributed-training/",
    "/method/",
    "/data/",
    "/privacy/",
    "/withdraw/",
]
PUBLIC_API = [
    "/api/v1/reports/",
    "/api/v1/reports/?q=restart",
    "/api/v1/reports/{report}/",
    "/api/v1/findings/",
    "/api/v1/findings/{finding}/",
    "/api/v1/comparisons/",
    "/api/v1/catalogue/",
    "/api/v1/datasets/",
    "/api/v1/schema/",
    "/api/v1/docs/",
    "/healthz",
    "/readyz",
]
"""GET by anybody: 200."""

WITH_RECEIPT = ["/api/v1/receipts/"]
"""GET with a receipt key: 200; without: refused."""

STAFF = ["/admin/", "/admin/reports/report/", "/admin/findings/finding/"]
"""GET by staff: 200; by anybody else: the login page."""
