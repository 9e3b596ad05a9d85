"""python -m benchmarks.of_explorer.peer --listen HOST:PORT: what the same server gives at best.

A bare Django view that asks the database `SELECT 1` and returns a constant page of ordinary size,
without any middleware, through the very server of `manage.py serve`.
"""

from __future__ import annotations

import os
import sys

from django.http import HttpRequest, HttpResponse
from django.urls import path

PAGE = b"<!doctype html><title>peer</title>" + b"<p>A constant page of ordinary size.</p>" * 400


def constant(_request: HttpRequest) -> HttpResponse:
    """The page."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse(PAGE)


urlpatterns = [path("healthz", constant), path("", constant)]

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "benchmarks.of_explorer.peer"
    django.setup()
    call_command("serve", *sys.argv[1:])
