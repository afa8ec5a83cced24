"""Settings. Everything that differs between a laptop and a cluster comes from the environment.

docs/settings.md lists every variable; `.env` beside manage.py is read when it exists.
"""

import importlib.util
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", False)
DEVELOPMENT_SECRET_KEY = "development-only-not-a-secret"
SECRET_KEY = env.str("SECRET_KEY", DEVELOPMENT_SECRET_KEY)
if not DEBUG and SECRET_KEY in ("", DEVELOPMENT_SECRET_KEY):
    raise SystemExit(
        "SECRET_KEY is missing or the development default: set it, or set DEBUG=true to develop."
    )

# Earlier keys, while people still hold sessions, links and second factors made with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "phonenumber_field",
    "rest_framework",
    "tailwind",
    "theme",
    "clinic.core",
    "accounts",
    "messaging",
    "scheduling",
    "billing",
    "records",
    "insights",
]

MIDDLEWARE = [
    "clinic.core.middleware.note_when_it_began",
    "clinic.core.address.remember_address",
    "clinic.core.middleware.refuse_null_characters",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.core.middleware.permissions_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.core.middleware.private_by_default",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.idle_log_off",
    "accounts.middleware.SecondFactorFirst",
    "clinic.core.limits.limit_requests",
    "clinic.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "clinic.urls"
ASGI_APPLICATION = "clinic.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.core.context.clinic",
                "messaging.context.unread",
            ],
            "builtins": ["clinic.core.templatetags.clinic"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database, cache, channel layer: one machine by default, PostgreSQL and Redis by two URLs ---

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'clinic.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _shm = Path("/dev/shm")
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # A file, so that the server processes that tests start see the same test database.
    _database["TEST"] = {
        "NAME": (_shm if _shm.is_dir() else Path(tempfile.gettempdir()))
        / f"clinic-test-{os.getpid()}.sqlite3"
    }
elif importlib.util.find_spec("psycopg_pool"):
    # Under ASGI a connection a request collapses and CONN_MAX_AGE runs out of them (docs/architecture.md).
    # psycopg2 (used by Django when psycopg 3 is not installed) has no pool and gets neither.
    _database["CONN_MAX_AGE"] = 0
    _database["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL_SIZE", 20), "timeout": 20}
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # Pub/sub knows nothing of Redis's numbered databases; the prefix keeps two of them apart.
            "CONFIG": {"hosts": [REDIS_URL], "capacity": 1000, "prefix": f"clinic{urlsplit(REDIS_URL).path}"},
        }
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    }
    # Django's 300 entries would throw rate limits and people's presence out at random.
    _memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    CACHES = {"default": _memory}

# In `slow` is what holds a worker for long: workers of their own do it (the command serve).
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}}

# --- People and log-in ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "welcome"

# How many proxies stand in front: that many last entries of X-Forwarded-For are believed by the rate limits.
# 0 believes none, so that no client can invent addresses to get round them.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

from clinic.settings_login import *  # noqa: E402, F403
from clinic.settings_logs import *  # noqa: E402, F403

# --- API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "clinic.core.api.JSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "clinic.core.api.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "clinic.core.schema.PortalSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.ScopedRateThrottle",
        "clinic.core.limits.ApiThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "login": "10/min",
        "register": "20/hour",
        "upload": "60/hour",
        "ticket": "60/min",
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "clinic.core.api.exception_handler",
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=14), "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic portal API",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "clinic.core.schema.finish"],
    # What is sent and what comes back differ: files are bytes one way and addresses the other.
    "COMPONENT_SPLIT_REQUEST": True,
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "LabReportStatusEnum": "records.enums.LabReportStatus",
        "ModeEnum": "accounts.enums.Mode",
        "AppointmentStatusEnum": "scheduling.enums.AppointmentStatus",
        "PaymentStatusEnum": "billing.enums.PaymentStatus",
        "CallStatusEnum": "messaging.enums.CallStatus",
        "MessageKindEnum": "messaging.enums.MessageKind",
        "ObservationCategoryEnum": "records.enums.ObservationCategory",
        "DocumentCategoryEnum": "records.enums.DocumentCategory",
        "PrescriptionStatusEnum": "records.enums.PrescriptionStatus",
        "NoteKindEnum": "records.enums.NoteKind",
        "IntakeOutcomeEnum": "records.enums.IntakeOutcome",
        "RouteEnum": "records.enums.Route",
        "PaymentKindEnum": "billing.enums.PaymentKind",
        "AskAgainEnum": "billing.enums.AskAgain",
    },
}

# --- Safety ---

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        # The service worker of web push (/sw.js).
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# (how many, in how many seconds) for each person, or each address of strangers: clinic/core/limits.py.
LIMITS = {
    "api": (env.int("API_PER_MINUTE", 1200), 60),
    "api_stranger": (env.int("API_PER_MINUTE", 1200) // 2, 60),
    "send": (240, 60),
    "send_stranger": (120, 60),
    "upload": (120, 3600),
    "chat": (600, 60),  # messages sent, changed or deleted over all of one's sockets
    "feed": (60, 600),
    "feed_guess": (60, 600),  # feed addresses that open none, from one network address
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# TLS ends at the proxy in front; a laptop has none.
SECURE_COOKIES = env.bool("SECURE_COOKIES", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- Files ---

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
# The address inside nginx under which it finds MEDIA_ROOT, as "/protected/"; empty: the portal sends files itself.
PRIVATE_FILES_ACCEL = env.str("PRIVATE_FILES_ACCEL", "")
if PRIVATE_FILES_ACCEL and not (PRIVATE_FILES_ACCEL.startswith("/") and PRIVATE_FILES_ACCEL.endswith("/")):
    raise SystemExit("PRIVATE_FILES_ACCEL begins and ends with a slash, as /protected/.")
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    # No public URL: every stored file is served by a view that asks a rule first (clinic/core/files.py).
    "default": {"BACKEND": "clinic.core.files.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "theme.storage.HashedModulesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
CHAT_UPLOAD_MAX_BYTES = 15 * 1024 * 1024
# A document of a patient's record; in one request or in parts (records/domain/uploads.py).
DOCUMENT_MAX_BYTES = 50 * 1024 * 1024
# Five files and the form around them.
MAX_REQUEST_BYTES = 5 * UPLOAD_MAX_BYTES + 2 * 1024 * 1024
# The DICOM files of a scan, as they are sent: always in parts.
IMAGING_MAX_BYTES = 1024 * 1024 * 1024
IMAGE_MAX_PIXELS = 40_000_000
# clamd, which scans every upload: "host:port" or the path of its socket; empty: none (clinic/core/scanning.py).
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")

TAILWIND_APP_NAME = "theme"
TAILWIND_USE_STANDALONE_BINARY = True
TAILWIND_STANDALONE_BINARY_VERSION = "v4.3.3"

# --- Language and time ---

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ne", "नेपाली")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Kathmandu")
FORMAT_MODULE_PATH = ["clinic.formats"]
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "NP")

from clinic.settings_clinic import *  # noqa: E402, F403
from clinic.settings_sending import *  # noqa: E402, F403

# --- Calls ---

TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", "")
STUN_URLS = env.list("STUN_URLS", default=[])
