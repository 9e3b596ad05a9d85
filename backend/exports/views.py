"""Downloads of dataset files."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from backend.common.errors import GoneError, UnknownError
from backend.exports import selectors

CONTENT_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


@require_safe
def dataset_file(request: HttpRequest, version: str, name: str) -> HttpResponse | FileResponse:
    """One file, streamed; 410 with words once a report in it has been withdrawn."""
    try:
        path, entry = selectors.dataset_file(version, name)
    except UnknownError as error:
        raise Http404 from error
    except GoneError as error:
        return render(request, "exports/gone.html", {"message": error.message}, status=410)
    etag = f'"{entry["sha256"]}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return known
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"plumbline-{version}-{name}",
        content_type=CONTENT_TYPES[path.suffix],
    )  # fmt: skip
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"  # it may be withdrawn at any moment
    return response
