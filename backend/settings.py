"""Every setting of Plumbline, in one file. `.env.example` explains each variable that is read here.

A missing or odd value stops the start with a message; nothing falls back silently.
"""

from __future__ import annotations

import os
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF

from backend.common import postgres, variables

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
# Arrow's other pool keeps 50 MiB more of what is free again; pyarrow reads this when it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")

VERSION = "0.1.0"

# --- where a running Plumbline keeps its things

PLUMBLINE_DATA = postgres.data_directory()
MODEL_DIR = PLUMBLINE_DATA / "models"
DATASET_DIR = PLUMBLINE_DATA / "datasets"
SECRET_KEY = variables.secret_key()
# Ed25519: signs the list of withdrawals
DATASET_SIGNING_KEY = variables.random_bytes("DATASET_SIGNING_KEY")
# Encrypts the keys of credentials
CREDENTIAL_SECRET = variables.random_bytes("CREDENTIAL_SECRET")
DEBUG = variables.switch("DJANGO_DEBUG")
PLUMBLINE_PORT = variables.whole_number("PLUMBLINE_PORT", 8000, low=1, high=65535)
WEB_PROCESSES = variables.whole_number("WEB_PROCESSES", min(4, os.cpu_count() or 1), low=1, high=64)
PAGE_CACHE_SECONDS = variables.whole_number("PAGE_CACHE_SECONDS", 50, low=0, high=55)
PAGE_CACHE_MEGABYTES = variables.whole_number("PAGE_CACHE_MEGABYTES", 64, low=1, high=4096)
PUBLIC_URL = variables.public_url(f"http://127.0.0.1:{PLUMBLINE_PORT}")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SECURITY_CONTACT = variables.contact(f"{PUBLIC_URL}/privacy/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
_IS_HTTPS = PUBLIC_URL.startswith("https://")

# --- rules that an operator may set

RELEASE_BY = variables.choice("RELEASE_BY", "rule", {"rule", "moderator"})
_BY_DEFAULT = "moderator" if _IS_HTTPS else "rule"
PUBLISH_FINDINGS_BY = variables.choice("PUBLISH_FINDINGS_BY", _BY_DEFAULT, {"rule", "moderator"})
EMBARGO_DAYS = variables.whole_number("EMBARGO_DAYS", 0, low=0, high=90)
QUARANTINE_DAYS = variables.whole_number("QUARANTINE_DAYS", 30, low=1, high=365)
RECEIPT_DAYS = variables.whole_number("RECEIPT_DAYS", 1095, low=30, high=3650)
EMBEDDING_MODEL: str = env.str("EMBEDDING_MODEL", default="")  # "": analysis/embedding.py's own
SEED_MAX = 2**32 - 1  # numpy's RandomState takes no more
ANALYSIS_SEED = variables.whole_number("ANALYSIS_SEED", 20260103, low=0, high=SEED_MAX)
SUBMISSIONS_PER_HOUR = variables.whole_number("SUBMISSIONS_PER_HOUR", 600, low=1, high=1_000_000)
READS_PER_MINUTE = variables.whole_number("READS_PER_MINUTE", 600, low=1, high=1_000_000)
WEBHOOKS_PRIVATE = variables.switch("WEBHOOKS_PRIVATE")  # private addresses, and http
CONTRIBUTORS_PER_NETWORK = variables.whole_number("CONTRIBUTORS_PER_NETWORK", 3, low=1, high=1000)
INSTALLS_PER_NETWORK = variables.whole_number("INSTALLS_PER_NETWORK", 3, low=1, high=1000)

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
    "backend.probes",
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

SILENCED_SYSTEM_CHECKS = ["templates.W003"]
"""Templates load `words_once` by the name of the tags that it stands for."""
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
            "libraries": {"i18n": "backend.common.words_once"},
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
    "datasets": variables.dataset_storage(),
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
