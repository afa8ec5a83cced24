"""Addresses that are keys themselves stay out of every log: whoever reads a log must not be able to use them."""

import logging
import re

# A calendar feed is opened by its address alone, and so is the door of a call by a guest's invitation.
_SECRETS = re.compile(r"(/calendar/feed/|/calls/join/)[^/\s\"'?]+")


def without_secrets(text: str) -> str:
    return _SECRETS.sub(r"\1***", text)


class HideSecrets(logging.Filter):
    """For the handlers of settings.LOGGING: what is logged keeps its words without the secret part."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        safe = without_secrets(text)
        if safe != text:
            record.msg, record.args = safe, None
        return True


def hide_in_access_log() -> None:
    """Daphne writes each request's path into its access log past `logging`; make it leave secrets out too."""
    from daphne.access import AccessLogGenerator

    write = AccessLogGenerator.write_entry

    def write_entry(
        self: AccessLogGenerator, host: str, date: object, request: str, *rest: object, **more: object
    ) -> None:
        write(self, host, date, without_secrets(request), *rest, **more)

    AccessLogGenerator.write_entry = write_entry
