"""Reading the fields of a socket's frame; what is wrong becomes an `error` frame."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.core.errors import DomainError, Invalid


class NotFound(DomainError):
    """It does not exist, or not for this user: a stranger can't tell which."""

    status = 404
    code = "not_found"
    message = gettext_lazy("This was not found.")


def uuid_field(frame: dict[str, Any], name: str) -> UUID:
    """Raises Invalid when the field is missing or no UUID in its usual writing."""
    value = frame.get(name)
    try:
        if isinstance(value, str) and len(value) == 36:
            return UUID(value)
    except ValueError:
        pass
    raise Invalid(_("%(name)s is a UUID.") % {"name": name})


def optional_uuid_field(frame: dict[str, Any], name: str) -> UUID | None:
    """None when the field is missing or null. Raises Invalid when it is something else than a UUID."""
    return None if frame.get(name) is None else uuid_field(frame, name)


def uuids_field(frame: dict[str, Any], name: str, *, most: int) -> list[UUID]:
    """Empty when the field is missing. Raises Invalid for anything but a list of at most `most` UUIDs."""
    values = frame.get(name, [])
    if not isinstance(values, list) or len(values) > most:
        raise Invalid(_("%(name)s is a list of at most %(limit)s UUIDs.") % {"name": name, "limit": most})
    return [uuid_field({name: value}, name) for value in values]


def text_field(frame: dict[str, Any], name: str, *, longest: int) -> str:
    """Raises Invalid when the field is missing, empty, unprintable or longer than `longest`."""
    value = frame.get(name)
    if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
        return value
    raise Invalid(_("%(name)s is text of at most %(limit)s characters.") % {"name": name, "limit": longest})
