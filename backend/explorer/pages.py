"""Pages for people: each is there in every language, under its prefix (`/de/findings/`)."""

from django.urls import path

from backend.explorer.views import (
    about,
    cluster_map,
    compare,
    data,
    domains,
    findings,
    overview,
    places,
    reports,
    status,
    vendors_word,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("comparisons/", overview.comparisons, name="comparisons"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<rowid:finding_id>/", findings.finding, name="finding"),
    path("findings/<rowid:finding_id>/map/", findings.finding_map_bare, name="finding-map"),
    path("findings/<rowid:finding_id>-<slug:slug>/", findings.finding_page, name="finding-page"),
    path(
        "findings/<rowid:finding_id>-<slug:slug>/map/",
        findings.finding_map,
        name="finding-map-page",
    ),
    path("replies/", vendors_word.replies, name="replies"),
    path("disclosures/", vendors_word.disclosures, name="disclosures"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<uuid:report_id>/", reports.report, name="report"),
    path("clusters/<rowid:track_id>/", reports.cluster, name="cluster"),
    path("domains/", domains.domains, name="domains"),
    path("domains/<slug:slug>/", domains.domain, name="domain"),
    path("domains/<slug:slug>/map/", cluster_map.cluster_map, name="domain-map"),
    path("map/", cluster_map.cluster_map, name="cluster-map"),
    path("vendors/", places.vendors, name="vendors"),
    path("vendors/<slug:slug>/", places.vendor, name="vendor"),
    path("models/<slug:slug>/", places.model, name="model"),
    path("sites/<slug:slug>/", places.site, name="site"),
    path("compare/", compare.compare, name="compare"),
    path("status/", status.status, name="status"),
    path("method/", about.method, name="method"),
    path("plan/", about.plan, name="plan"),
    path("data/", data.data, name="data"),
    path("data/<version:version>/", data.dataset, name="dataset"),
    path("privacy/", about.privacy, name="privacy"),
]
