"""Every setting of Plumbline, in one file. `.env.example` explains each variable that is read here.

A missing or odd value stops the start with a message; nothing falls back silently.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from backend.common import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
# Arrow's other pool keeps 50 MiB more of what is free again; pyarrow reads this when it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")

VERSION = "0.1.0"
SWITCH = {"true": True, "on": True, "yes": True, "1": True,
          "false": False, "off": False, "no": False, "0": False, "": False}  # fmt: skip


def _whole_number(name: str, default: int, *, low: int, high: int) -> int:
    text: str = env.str(name, default=str(default))
    try:
        value = int(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must lie between {low} and {high}")
    return value


def _choice(name: str, default: str, allowed: set[str]) -> str:
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {sorted(allowed)}")
    return value


def _switch(name: str) -> bool:
    """Whether something is on; off without a word."""
    text: str = env.str(name, default="false").lower()
    if text not in SWITCH:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be true or false")
    return SWITCH[text]


def _public_url(default: str) -> str:
    """Scheme and host alone: every address is put together from it."""
    address: str = env.str("PUBLIC_URL", default=default).rstrip("/")
    if re.fullmatch(r"https?://[\w.-]+(:\d+)?|https?://\[[\da-fA-F:.]+\](:\d+)?", address) is None:
        raise ImproperlyConfigured(
            f"PUBLIC_URL is {address!r}; it must be http:// or https:// and a host, without a path"
        )
    return address


def _contact(default: str) -> str:
    """Where people write to; a bare e-mail address would be a link to nowhere."""
    address: str = env.str("SECURITY_CONTACT", default="") or default
    if address != default and re.match(r"mailto:[^\s@]+@[^\s@]+$|https://\S+$", address) is None:
        raise ImproperlyConfigured(
            f"SECURITY_CONTACT is {address!r}; it must begin with mailto: or https://"
        )
    return address


# --- where a running Plumbline keeps its things

PLUMBLINE_DATA = postgres.data_directory()
MODEL_DIR = PLUMBLINE_DATA / "models"
DATASET_DIR = PLUMBLINE_DATA / "datasets"


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret that is made at the first start and kept beside the data, readable by the owner only."""
    path = PLUMBLINE_DATA / name
    if not path.exists():
        PLUMBLINE_DATA.mkdir(parents=True, exist_ok=True)
        fresh = PLUMBLINE_DATA / f"{name}.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # whoever comes first wins; all read the same key
        fresh.unlink()
    return path.read_text().strip()


def _secret_key() -> str:
    """The key of DJANGO_SECRET_KEY, or one made at the first start and kept beside the data."""
    given: str = env.str("DJANGO_SECRET_KEY", default="")
    return given or _kept("secret_key", lambda: secrets.token_urlsafe(50))


def _random_bytes(name: str) -> str:
    """32 random bytes as base64: given by this name, or made at the first start and kept."""
    given: str = env.str(name, default="")
    key = given or _kept(name.lower(), lambda: b64encode(secrets.token_bytes(32)).decode())
    try:
        is_right = len(b64decode(key, validate=True)) == 32
    except ValueError:
        is_right = False
    if not is_right:
        raise ImproperlyConfigured(f"{name} must be 32 bytes as base64")
    return key


def _dataset_storage() -> dict[str, Any]:
    """Where dataset files lie: the local disk, or the bucket of s3://bucket/prefix?endpoint_url=..."""
    address: str = env.str("DATASET_STORAGE_URL", default="")
    if not address:
        return {"BACKEND": "backend.exports.storage.LocalDatasets"}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(
            "DATASET_STORAGE_URL must be s3://bucket/prefix?endpoint_url=..."
        )
    allowed = {"endpoint_url", "region_name", "addressing_style"}
    more = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not set(more) <= allowed:
        raise ImproperlyConfigured(
            f"DATASET_STORAGE_URL may set {sorted(allowed)}, not {sorted(more)}"
        )
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/"),
               "file_overwrite": False, "default_acl": None}  # fmt: skip
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | more}


SECRET_KEY = _secret_key()
DATASET_SIGNING_KEY = _random_bytes("DATASET_SIGNING_KEY")  # Ed25519: signs the list of withdrawals
CREDENTIAL_SECRET = _random_bytes("CREDENTIAL_SECRET")  # encrypts the keys of credentials
DEBUG = _switch("DJANGO_DEBUG")
PLUMBLINE_PORT = _whole_number("PLUMBLINE_PORT", 8000, low=1, high=65535)
WEB_PROCESSES = _whole_number("WEB_PROCESSES", min(4, os.cpu_count() or 1), low=1, high=64)
PAGE_CACHE_SECONDS = _whole_number("PAGE_CACHE_SECONDS", 50, low=0, high=55)
PAGE_CACHE_MEGABYTES = _whole_number("PAGE_CACHE_MEGABYTES", 64, low=1, high=4096)
PUBLIC_URL = _public_url(f"http://127.0.0.1:{PLUMBLINE_PORT}")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SECURITY_CONTACT = _contact(f"{PUBLIC_URL}/privacy/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
_IS_HTTPS = PUBLIC_URL.startswith("https://")

# --- rules that an operator may set

RELEASE_BY = _choice("RELEASE_BY", "rule", {"rule", "moderator"})
_BY_DEFAULT = "moderator" if _IS_HTTPS else "rule"
PUBLISH_FINDINGS_BY = _choice("PUBLISH_FINDINGS_BY", _BY_DEFAULT, {"rule", "moderator"})
EMBARGO_DAYS = _whole_number("EMBARGO_DAYS", 0, low=0, high=90)
QUARANTINE_DAYS = _whole_number("QUARANTINE_DAYS", 30, low=1, high=365)
RECEIPT_DAYS = _whole_number("RECEIPT_DAYS", 1095, low=30, high=3650)
EMBEDDING_MODEL: str = env.str("EMBEDDING_MODEL", default="")  # "": analysis/embedding.py's own
ANALYSIS_SEED = _whole_number("ANALYSIS_SEED", 20260103, low=0, high=2**62)
SUBMISSIONS_PER_HOUR = _whole_number("SUBMISSIONS_PER_HOUR", 600, low=1, high=1_000_000)
READS_PER_MINUTE = _whole_number("READS_PER_MINUTE", 600, low=1, high=1_000_000)
WEBHOOKS_PRIVATE = _switch("WEBHOOKS_PRIVATE")  # private addresses, and http
CONTRIBUTORS_PER_NETWORK = _whole_number("CONTRIBUTORS_PER_NETWORK", 3, low=1, high=1000)
INSTALLS_PER_NETWORK = _whole_number("INSTALLS_PER_NETWORK", 3, low=1, high=1000)

# --- applications

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "corsheaders",
    "backend.common",
    "backend.access",
    "backend.catalogue",
    "backend.credentials",
    "backend.reports",
    "backend.measurements",
    "backend.disclosures",
    "backend.findings",
    "backend.exports",
    "backend.charts",
    "backend.webhooks",
    "backend.explorer",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.common.cors.ReadingCorsMiddleware",
    "backend.access.middleware.ReadLimitMiddleware",
    "backend.common.page_cache.PageCacheMiddleware",  # all below it is done once for many
    "backend.common.compression.TextCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.common.languages.LanguageByAddress",
    "django.middleware.http.ConditionalGetMiddleware",  # 304, by the whole answer unless a view knows
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.common.desk.DeskMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.explorer.context.site",
            ],
        },
    }
]

# --- the database: the embedded PostgreSQL unless DATABASE_URL names another

DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES = {"default": postgres.django_database(DATABASE_URL)}

# --- background work: the broker only wakes workers up, the rows are the queue

BROKER_URL = env.str("BROKER_URL", default="")
CELERY_BROKER_URL = BROKER_URL or "pgmq://localhost"  # the parameters are the database's own
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {}
    if BROKER_URL
    else {
        "init_extension": False,
        "queue_name_prefix": "plumbline_",
        "visibility_timeout": 7200,
        "wait_time_seconds": 2,
        "pool_size": 4,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(PLUMBLINE_DATA / "beat-schedule")
CELERY_TIMEZONE = "UTC"

# --- time and language

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
]
LOCALE_PATHS = [BASE_DIR / "backend" / "locale"]
FORMAT_MODULE_PATH = "backend.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- static files, served by the web process itself

STATIC_URL = "static/"
STATIC_ROOT = PLUMBLINE_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "datasets": _dataset_storage(),
    "staticfiles": {"BACKEND": "backend.common.static_files.HashedStaticFiles"},
}

# --- the API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.common.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": "An open observatory for silently degraded AI answers.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",  # the contract of reports is JSON Schema of 2020, as OpenAPI 3.1 reads it
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "EvidenceState": "backend.findings.selectors.LADDER",
        "SymptomKind": "backend.findings.filters.KINDS",
        "ReceiptState": "backend.reports.models.Report.State",
        "ChartKind": "backend.charts.kinds.KINDS",
        "ComparisonVerdict": ["worse", "better", "no_difference", "insufficient"],
        "CompareVerdict": ["insufficient", "not_compared"],
        "InstrumentVerdict": ["explained", "stands", "not_checked"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.common.openapi.complete",
    ],
}

# --- other sites' scripts may read what anybody may read; they may send nothing

CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/(api/(?!v1/receipts/)|feeds/|data/|c/|oembed/)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["authorization", "if-none-match", "if-modified-since", "range"]
CORS_EXPOSE_HEADERS = [
    "ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "Content-Range", "Plumbline-Signature",
]  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 86_400

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # a batch of 50 ordinary reports; larger: 413

# --- security: our own origin and nothing else

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # nothing to other hosts; our own forms need it
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _IS_HTTPS else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}
]

# --- logs: events with named fields; never an address, an agent, or a text that somebody sent

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.PrintLoggerFactory(),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "wordless": {
            "()": "backend.common.logs.WordlessFormatter",
            "format": "%(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {
        "faults": {
            "()": "django.utils.log.CallbackFilter",
            "callback": "ext://backend.common.logs.is_a_fault",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "wordless"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["faults"]},  # a 404 is no news
        "django.security": {"level": "CRITICAL"},  # a scanner's odd host names are none either
        "waitress.queue": {"level": "ERROR"},  # that a request waits for a moment is none
    },
}
