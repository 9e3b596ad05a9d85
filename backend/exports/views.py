"""Downloads: dataset files, whole or in ranges, and the signed list of withdrawals."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from backend.common.conditional import WITHHELD
from backend.common.errors import GoneError, UnknownError
from backend.exports import selectors, storage, withdrawals
from backend.exports.models import DatasetFile

CONTENT_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
    ".json": "application/json",
    ".cff": "application/yaml",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
CHUNK_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
def dataset_file(request: HttpRequest, version: str, name: str) -> HttpResponseBase:
    """One file of a version; 410 with words once a report in it has been withdrawn."""
    return _file(request, lambda: selectors.dataset_file(version, name))


@require_safe
def dataset_object(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A file by the hash of its bytes, from any version that is still served."""
    return _file(request, lambda: selectors.object_public(sha256))


@require_safe
def withdrawals_list(request: HttpRequest) -> HttpResponse:
    """What every copy must delete, with its signature in a header."""
    signed = withdrawals.withdrawals_signed()
    response = _bytes(request, signed.content, "application/json", signed.sha256)
    response["Plumbline-Signature"] = base64.b64encode(signed.signature).decode()
    return response


@require_safe
def withdrawals_signature(request: HttpRequest) -> HttpResponse:
    """The signature alone: 64 bytes."""
    signed = withdrawals.withdrawals_signed()
    return _bytes(request, signed.signature, "application/octet-stream", f"{signed.sha256}.sig")


@require_safe
def signing_key(request: HttpRequest) -> HttpResponse:
    """The public key that verifies it."""
    return _bytes(
        request, withdrawals.public_key_pem(), "application/x-pem-file", withdrawals.key_id()
    )


def _bytes(request: HttpRequest, content: bytes, content_type: str, tag: str) -> HttpResponse:
    etag = f'"{tag}"'
    known = get_conditional_response(request, etag=etag)
    response = known or HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response


def _file(request: HttpRequest, find: Any) -> HttpResponseBase:
    try:
        entry: DatasetFile = find()
        etag = f'"{entry.sha256}"'
        known = _known(request, etag)
        if known is not None:
            return known
        file = storage.object_open(entry.sha256)
    except UnknownError as error:
        raise Http404 from error
    except (GoneError, FileNotFoundError) as error:
        message = error.message if isinstance(error, GoneError) else selectors.WITHDRAWN
        return render(request, "exports/gone.html", {"message": message}, status=410)
    name = f"plumbline-{entry.dataset.version}-{entry.name}"
    content_type = CONTENT_TYPES[PurePath(entry.name).suffix]
    span = _span(request, entry, etag)
    response: HttpResponseBase
    if span is None:
        response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
        response["Content-Length"] = str(entry.bytes)
    elif not span:
        file.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{entry.bytes}"
    else:
        response = StreamingHttpResponse(
            _Span(file, span), status=206, content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )  # fmt: skip
        response["Content-Length"] = str(len(span))
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{entry.bytes}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"  # it may be withdrawn at any moment
    return response


def _known(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """304 or 412 for whoever has this version already, before a file is opened for them."""
    request.META.update(withheld := request.META.pop(WITHHELD, {}))
    known: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    for name in withheld:
        del request.META[name]
    return known


def _span(request: HttpRequest, entry: DatasetFile, etag: str) -> range | None:
    """The bytes that are asked for; None for all, an empty range for some that do not exist.

    Several ranges, and one of other bytes than ours (If-Range), get the whole file, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if found is None or found.groups() == ("", "") or request.method != "GET":
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, entry.bytes - int(last)), entry.bytes)
    stop = min(int(last) + 1, entry.bytes) if last else entry.bytes
    return range(int(first), stop)


class _Span:
    """A part of a file, in chunks; closes the file when the answer is over."""

    def __init__(self, file: Any, span: range) -> None:
        self.file, self.span = file, span

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.span.start)
        left = len(self.span)
        while left and (chunk := self.file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
