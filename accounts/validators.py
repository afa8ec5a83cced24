"""What a name, a date of birth and a line about a person may hold: one rule for forms, API and admin."""

import unicodedata
from datetime import date
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

EARLIEST_BIRTH = date(1900, 1, 1)
# Joiners shape Devanagari (क्‍ष); every other invisible sign only hides or turns text.
_JOINERS = "\u200c\u200d"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def validate_line(value: str) -> None:
    """One line of readable text: no control signs, no text-direction tricks."""
    if any(unicodedata.category(sign) in _INVISIBLE and sign not in _JOINERS for sign in value):
        raise ValidationError(_("Please remove the invisible or control characters."), code="invisible")


def validate_lines(value: str) -> None:
    """Several lines of readable text."""
    validate_line(value.replace("\r\n", "").replace("\n", "").replace("\t", ""))


def validate_person_name(value: str) -> None:
    """A line with at least one letter. Addresses are refused: a name stands in mails to whomever was signed up."""
    validate_line(value)
    if not any(sign.isalpha() for sign in value):
        raise ValidationError(_("Please write a name with letters."), code="no_letters")
    if any(part in value.lower() for part in ("<", ">", "@", "://", "www.")):
        raise ValidationError(_("Please write the name only, without addresses or < >."), code="address")


def validate_birth(value: date) -> None:
    if value > timezone.localdate():
        raise ValidationError(_("A date of birth can't lie in the future."), code="future")
    if value < EARLIEST_BIRTH:
        raise ValidationError(_("Please check the year of birth."), code="too_early")


def validate_time_zone(value: str) -> None:
    """An IANA name that this machine knows: "Asia/Kathmandu"."""
    if value not in available_timezones():
        raise ValidationError(_("This time zone is not known. Choose one from the list."))
