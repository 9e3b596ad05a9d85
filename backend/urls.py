"""Table of contents: one include per app."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Plumbline desk"
admin.site.index_title = "What there is to decide"
admin.site.index_template = "admin/desk.html"

urlpatterns = [
    path("", include("backend.common.urls")),
    path("", include("backend.catalogue.urls")),
    path("", include("backend.credentials.urls")),
    path("", include("backend.reports.urls")),
    path("", include("backend.measurements.urls")),
    path("", include("backend.probes.urls")),
    path("", include("backend.disclosures.urls")),
    path("", include("backend.findings.urls")),
    path("", include("backend.exports.urls")),
    path("", include("backend.charts.urls")),
    path("", include("backend.explorer.urls")),
    path("admin/", admin.site.urls),
    # English has no prefix, and no header decides: one address is one page, for caches and links.
    *i18n_patterns(
        path("", include("backend.charts.pages")),
        path("", include("backend.reports.pages")),
        path("", include("backend.explorer.pages")),
        prefix_default_language=False,
    ),
]

handler400 = "backend.common.errors.handler400"
handler404 = "backend.common.errors.handler404"
handler500 = "backend.common.errors.handler500"
