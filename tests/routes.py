"""Every address of the site and who may call it: the table that two tests walk.

`{report}`, `{finding}`, `{cluster}`, `{run}`, `{disclosure}` and `{version}` are filled with the ids of
the released report, of a finding and a cluster that stand on it, of their run, of a published
disclosure, and of a dataset that holds them; `{chart}` and `{map}` with those of the finding's charts.
"""

from __future__ import annotations

PUBLIC_PAGES = [
    "/",
    "/findings/",
    "/findings/{finding}-gpt-4-0613-distributed-training-silent/",
    "/findings/{finding}-gpt-4-0613-distributed-training-silent/map/",
    "/findings/{finding}-gpt-4-0613-distributed-training-silent/cite.bib",
    "/findings/{finding}-gpt-4-0613-distributed-training-silent/cite.json",
    "/findings/?state=reported&vendor=openai",
    "/replies/",
    "/disclosures/",
    "/comparisons/",
    "/reports/",
    "/reports/?q=restart",
    "/reports/?q=restrat&site=chatgpt",
    "/reports/{report}/",
    "/reports/{report}/?view=plain",
    "/domains/",
    "/domains/distributed-training/",
    "/domains/distributed-training/map/",
    "/map/",
    "/clusters/{cluster}/",
    "/vendors/",
    "/vendors/openai/",
    "/models/gpt-4-0613/",
    "/sites/chatgpt/",
    "/compare/",
    "/compare/?left=model:gpt-4-0613&right=model:gpt-5",
    "/compare/?left=2026-01-01..2026-06-30&right=2026-07-01..2026-12-31",
    "/status/",
    "/method/",
    "/plan/",
    "/data/",
    "/data/{version}/",
    "/privacy/",
    "/api/v1/docs/",
    "/c/{chart}/",
    "/c/{chart}/embed/",
    "/c/{chart}/dark-narrow.svg",
    "/c/{chart}/social.png",
    "/c/{chart}/spec.json",
    "/c/{chart}/data.csv",
    "/c/{chart}/chart.json",
    "/c/{map}/",
    "/c/{map}/light.svg",
    "/c/{map}/data.json",
    "/.well-known/security.txt",
    "/robots.txt",
    "/feeds/findings.atom",
    "/feeds/findings.json",
    "/feeds/vendor/openai.atom",
    "/feeds/model/gpt-4-0613.json",
    "/feeds/domain/distributed-training.atom",
]
PUBLIC_FILES = [
    "/data/{version}/manifest.json",
    "/data/{version}/reports-2026-11.parquet",
    "/data/withdrawals.json",
    "/data/withdrawals.json.sig",
    "/data/signing-key.pem",
]
OBJECT = "/data/sha256/{object}"
"""GET by anybody: a file of a dataset by the SHA-256 of its bytes."""
PUBLIC_API = [
    "/api/v1/",
    "/api/v1/method/",
    "/api/v1/plan/",
    "/api/v1/events/",
    "/api/v1/runs/",
    "/api/v1/runs/{run}/",
    "/api/v1/signals/",
    "/api/v1/findings/{finding}/windows/",
    "/api/v1/reports/counts/",
    "/api/v1/reports/counts/?q=restart&site=chatgpt",
    "/api/v1/reports/{report}/",
    "/api/v1/reports/{report}/similar/",
    "/api/v1/reports/{report}/counted/",
    "/api/v1/findings/",
    "/api/v1/findings/{finding}/",
    "/api/v1/findings/{finding}/map/",
    "/api/v1/findings/{finding}/reports/",
    "/api/v1/disclosures/",
    "/api/v1/disclosures/{disclosure}/",
    "/api/v1/clusters/",
    "/api/v1/clusters/{cluster}/",
    "/api/v1/clusters/{cluster}/reports/",
    "/api/v1/incidents/",
    "/api/v1/probes/",
    "/api/v1/cells/",
    "/api/v1/comparisons/",
    "/api/v1/charts/",
    "/api/v1/charts/{chart}/",
    "/api/v1/charts/{map}/",
    "/oembed/?url=http://testserver/c/{chart}/",
    "/api/v1/compare/?left=model:gpt-4-0613&right=model:gpt-5",
    "/api/v1/compare/?left=2026-01-01..2026-06-30&right=2026-07-01..2026-12-31",
    "/api/v1/overview/",
    "/api/v1/overview/?kind=stated",
    "/api/v1/domains/",
    "/api/v1/domains/distributed-training/",
    "/api/v1/disclosures/?domain=distributed-training",
    "/api/v1/places/model/gpt-4-0613/",
    "/api/v1/places/vendor/openai/",
    "/api/v1/places/site/chatgpt/",
    "/api/v1/status/",
    "/api/v1/catalogue/",
    "/api/v1/tombstones/",
    "/api/v1/credentials/keys/",
    "/api/v1/datasets/",
    "/api/v1/datasets/{version}/",
    "/api/v1/schema/",
    "/healthz",
    "/readyz",
]
READ_ONLY = [*PUBLIC_PAGES, *PUBLIC_FILES, *PUBLIC_API]
"""GET by anybody: 200. Nothing else is allowed: 405."""

SUBMIT = "/api/v1/reports/"
"""GET by anybody: the released reports. POST by anybody: a new report."""

RECEIPT = "/api/v1/receipts/"
"""GET with a receipt key: that receipt. Without one: 400; with a wrong one: 404."""

RECEIPT_WITHDRAW = "/api/v1/receipts/withdraw/"
"""POST with a receipt key: withdrawn. Without one: 400; with a wrong one: 404."""

WITHDRAW_PAGE = "/withdraw/"
"""GET by anybody: a form, with a cookie against forged ones. POST: withdrawn, if the key is right."""

PUBLIC = [*READ_ONLY, SUBMIT, f"{SUBMIT}?q=restart", WITHDRAW_PAGE]
"""Every address that shows something to anybody who asks for it."""

FAVICON = "/favicon.ico"
"""GET by anybody: led to the icon among the static files."""

MOVED = ["/findings/{finding}/", "/findings/{finding}/map/", "/c/{typed}/"]
"""GET by anybody: led, for good, to the permanent address. Nothing else is allowed: 405."""

CONTROLS = ["/api/v1/ratings/", "/api/v1/exposures/", "/api/v1/drift-reports/"]
"""POST by anybody: stored, and never shown to anybody but staff. Nothing else is allowed: 405."""

CHALLENGE = "/api/v1/credentials/challenge/"
"""GET by anybody: another one each time, kept by nobody. Nothing else is allowed: 405."""

CREDENTIALS = ["/api/v1/credentials/", "/api/v1/credentials/start/"]
"""POST by anybody: signed unseen. Nothing else is allowed: 405."""

ALL = [
    *PUBLIC,
    *MOVED,
    OBJECT,
    RECEIPT,
    RECEIPT_WITHDRAW,
    FAVICON,
    *CONTROLS,
    CHALLENGE,
    *CREDENTIALS,
]

STAFF = "/admin/"
"""All below it: by staff; anybody else is led to the login page."""
