"""What a domain function raises when it refuses. Pages, API and sockets each translate these once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a stable `code` for programs and a `detail` sentence for people.

    `fields` maps an input's name to its messages; `extra` adds keys to the API's answer (nearest free slots, say).
    """

    status = 400
    code = "invalid"
    message: Any = _("Something in this request is not right.")

    def __init__(
        self,
        detail: Any = None,
        *,
        fields: Mapping[str, Sequence[Any]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.detail = str(detail if detail is not None else self.message)
        self.fields = {
            name: [str(message) for message in messages] for name, messages in (fields or {}).items()
        }
        self.extra = dict(extra or {})
        super().__init__(self.detail)


class Invalid(DomainError):
    """400: the input is wrong; `fields` says where."""


class NotAllowed(DomainError):
    """403: the caller may see the thing but not do this to it."""

    status = 403
    code = "not_allowed"
    message = _("You are not allowed to do this.")


class Conflict(DomainError):
    """409: it was possible once, and is not now."""

    status = 409
    code = "conflict"
    message = _("Someone else was faster, or this has changed. Reload and look again.")


class InvalidTransition(Conflict):
    """409: the status machine has no such step from where the thing stands."""

    code = "invalid_transition"
    message = _("This can't be done in the present status.")


class TooLarge(DomainError):
    """413: the upload is over its limit."""

    status = 413
    code = "too_large"
    message = _("This file is too large.")


class UnsupportedType(DomainError):
    """415: the upload's content is of a type that is not taken here, whatever its name says."""

    status = 415
    code = "unsupported_type"
    message = _("This type of file is not accepted.")


class Infected(UnsupportedType):
    """415: the scanner knows this file as harmful."""

    code = "infected"
    message = _("This file was refused: the virus scanner found something harmful in it.")


class NotScanned(DomainError):
    """503: files are scanned here, and the scanner gives no answer; nothing is stored unscanned."""

    status = 503
    code = "not_scanned"
    message = _("Files can't be checked for viruses at the moment. Please try again in a few minutes.")
