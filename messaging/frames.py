"""Reading the fields of a socket's frame; what is wrong becomes an `error` frame."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.core import realtime
from clinic.core.errors import Conflict, DomainError, Invalid

_SLOTS_TOPIC = re.compile(r"slots:([0-9a-f-]{36}):(\d{4}-\d{2}-\d{2})", re.ASCII)
_PRESENCE_TOPIC = re.compile(r"presence:([0-9a-f-]{36})", re.ASCII)


@dataclass(frozen=True)
class Topic:
    """As the client named it, the group that is told, and whose presence it is, if it is that."""

    name: str
    group: str
    person: UUID | None = None


class NotFound(DomainError):
    """It does not exist, or not for this user: a stranger can't tell which."""

    status = 404
    code = "not_found"
    message = gettext_lazy("This was not found.")


class TooManyTopics(Conflict):
    code = "too_many_topics"


class TooFast(DomainError):
    """One person's sockets together send more than anybody writes."""

    status = 429
    code = "throttled"
    message = gettext_lazy("These were many messages at once. Please wait a little.")


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


def topic_field(frame: dict[str, Any]) -> Topic:
    """Raises Invalid for anything but `slots:<doctor>:<day>` and `presence:<user>`."""
    return _topic(frame.get("topic"))


def topics_field(frame: dict[str, Any]) -> list[Topic]:
    """Each of them once. Raises Invalid for anything but a list of topics."""
    values = frame.get("topics")
    if not isinstance(values, list):
        raise Invalid(_("topics is a list of topics."))
    return list(dict.fromkeys(_topic(value) for value in values))


def _topic(value: Any) -> Topic:
    if isinstance(value, str):
        with suppress(ValueError):
            if match := _SLOTS_TOPIC.fullmatch(value):
                doctor, day = UUID(match[1]), date.fromisoformat(match[2])
                return Topic(value, realtime.slots_group(doctor, day))
            if match := _PRESENCE_TOPIC.fullmatch(value):
                person = UUID(match[1])
                return Topic(value, realtime.presence_group(person), person)
    raise Invalid(_("topic is slots:<doctor>:<YYYY-MM-DD> or presence:<user>."))
