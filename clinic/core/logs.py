"""What a log does not hold: addresses that are keys themselves, as whoever reads a log must not be able to use them,
and more than a line of what was refused."""

import copy
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


class Lines(logging.Formatter):
    """A request that was refused (4xx) takes one line. Django adds the traceback of what a view raised to refuse it,
    which tells nothing of a fault and may quote what was sent; that of a fault (5xx) is written whole."""

    def format(self, record: logging.LogRecord) -> str:
        if not 400 <= getattr(record, "status_code", 500) < 500:
            return super().format(record)
        # Other handlers have the record too.
        record = copy.copy(record)
        record.exc_info = record.exc_text = record.stack_info = None
        return " ".join(super().format(record).split())


def hide_in_access_log() -> None:
    """Daphne writes each request's path into its access log past `logging`; make it leave secrets out too."""
    from daphne.access import AccessLogGenerator

    write = AccessLogGenerator.write_entry

    def write_entry(
        self: AccessLogGenerator, host: str, date: object, request: str, *rest: object, **more: object
    ) -> None:
        write(self, host, date, without_secrets(request), *rest, **more)

    AccessLogGenerator.write_entry = write_entry
