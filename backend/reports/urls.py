from django.urls import path

from backend.reports import api, counts_api, similar_api

urlpatterns = [
    path("api/v1/reports/", api.ReportsApi.as_view(), name="api-reports"),
    path("api/v1/reports/counts/", counts_api.ReportCountsApi.as_view(), name="api-report-counts"),
    path("api/v1/reports/<uuid:report_id>/", api.ReportDetailApi.as_view(), name="api-report"),
    path(
        "api/v1/reports/<uuid:report_id>/similar/",
        similar_api.ReportSimilarApi.as_view(),
        name="api-report-similar",
    ),
    path("api/v1/receipts/", api.ReceiptApi.as_view(), name="api-receipt"),
    path("api/v1/receipts/withdraw/", api.ReceiptWithdrawApi.as_view(), name="api-withdraw"),
    path("api/v1/tombstones/", api.TombstonesApi.as_view(), name="api-tombstones"),
]
