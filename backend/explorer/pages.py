"""Pages for people: each is there in every language, under its prefix (`/de/findings/`)."""

from django.urls import path

from backend.explorer.views import about, findings, overview, places, reports, vendors_word

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
    path("domains/", places.domains, name="domains"),
    path("domains/<slug:slug>/", places.domain, name="domain"),
    path("method/", about.method, name="method"),
    path("plan/", about.plan, name="plan"),
    path("data/", about.data, name="data"),
    path("privacy/", about.privacy, name="privacy"),
]
