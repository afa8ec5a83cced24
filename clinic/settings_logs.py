"""What is written to the log, and what never is; clinic/settings.py takes it in."""

from typing import Any

import environ

env = environ.Env()

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "clinic.core.logs.Lines", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "filters": {"hide_secrets": {"()": "clinic.core.logs.HideSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hide_secrets"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "daphne.http_protocol": {"level": "WARNING"},
        "twisted": {"level": "WARNING"},
        # Django's own handlers would write what the filter above has not seen.
        "django": {"handlers": []},
        "django.server": {"handlers": [], "propagate": True},
        # Making a PDF says much that helps nobody.
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
