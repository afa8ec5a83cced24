"""Reading the query string: a value that makes no sense is refused by name, never guessed."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.core.errors import Invalid
from scheduling.enums import MAX_SLOT_RANGE_DAYS

# Far from where calendars end, near enough that adding a few weeks is safe.
FIRST_YEAR, LAST_YEAR = 2000, 2200
DEFAULT_SLOT_DAYS = 7


def day(value: str | None, name: str) -> date | None:
    """`YYYY-MM-DD`; None when there is no value. Raises Invalid."""
    if not value:
        return None
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        parsed = None
    if parsed is None or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise Invalid(fields={name: [_("Give a day as YYYY-MM-DD.")]})
    return parsed


def days(wanted: Mapping[str, str]) -> tuple[date, date]:
    """`from` (today when there is none) and `to` (six days later). Raises Invalid when these are too many."""
    first_day = day(wanted.get("from"), "from") or timezone.localdate(
        timezone=timezone.get_default_timezone()
    )
    last_day = day(wanted.get("to"), "to") or first_day + timedelta(days=DEFAULT_SLOT_DAYS - 1)
    if last_day < first_day:
        raise Invalid(fields={"to": [_("The last day is before the first.")]})
    if (last_day - first_day).days >= MAX_SLOT_RANGE_DAYS:
        message = _("Ask for at most %(limit)s days at a time.") % {"limit": MAX_SLOT_RANGE_DAYS}
        raise Invalid(fields={"to": [message]})
    return first_day, last_day


def identifier(value: str | None, name: str) -> UUID:
    """A UUID. Raises Invalid when there is none."""
    try:
        return UUID(value or "")
    except ValueError as error:
        raise Invalid(fields={name: [_("Give an id.")]}) from error


def choice(value: str | None, name: str, choices: list[str]) -> str | None:
    """One of `choices`; None when there is no value. Raises Invalid."""
    if not value:
        return None
    if value not in choices:
        raise Invalid(fields={name: [_("Give one of: %(choices)s.") % {"choices": ", ".join(choices)}]})
    return value
