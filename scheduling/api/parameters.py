"""Reading the query string: a value that makes no sense is refused by name, never guessed."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid

# Far from where calendars end, near enough that adding a few weeks is safe.
FIRST_YEAR, LAST_YEAR = 2000, 2200


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
