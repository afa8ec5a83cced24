"""The kinds of facts in a patient's history, and what each may say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import EARLIEST_BIRTH, validate_line
from clinic.core.errors import Invalid
from records.enums import ConditionStatus
from records.models import Allergy, Condition, FamilyHistory, Immunisation, SocialHistory, VitalSigns
from records.models.history import VITAL_LIMITS

REASON_MAX_LENGTH = 240
MEASURED = tuple(VITAL_LIMITS)
# The clocks of two machines are never quite the same.
AHEAD = timedelta(minutes=5)


class FactKind(models.TextChoices):
    """As it stands in addresses."""

    CONDITION = "condition"
    ALLERGY = "allergy"
    IMMUNISATION = "immunisation"
    FAMILY = "family"
    SOCIAL = "social"
    VITALS = "vitals"


@dataclass(frozen=True)
class Kind:
    """`clashes`: whether a living entry already says what these values say anew."""

    model: Any
    fields: tuple[str, ...]
    clashes: Callable[[Any, Mapping[str, Any]], bool] | None = None


def _same_condition(there: Condition, values: Mapping[str, Any]) -> bool:
    """An illness may come again; but nobody has it twice at once."""
    over = ConditionStatus.RESOLVED
    both_now = over not in (there.status, values["status"])
    return both_now and there.name.casefold() == values["name"].casefold()


def _same_allergy(there: Allergy, values: Mapping[str, Any]) -> bool:
    return there.substance.casefold() == values["substance"].casefold()


KINDS: dict[FactKind, Kind] = {
    FactKind.CONDITION: Kind(
        Condition, ("name", "icd10", "status", "began_on", "ended_on", "note"), _same_condition
    ),
    FactKind.ALLERGY: Kind(
        Allergy, ("substance", "atc", "reaction", "severity", "noticed_on", "note"), _same_allergy
    ),
    FactKind.IMMUNISATION: Kind(
        Immunisation, ("vaccine", "given_on", "dose_number", "lot", "given_by", "atc", "note")
    ),
    FactKind.FAMILY: Kind(FamilyHistory, ("relation", "condition", "age_at_onset", "note")),
    FactKind.SOCIAL: Kind(SocialHistory, ("topic", "text", "said_on", "note")),
    FactKind.VITALS: Kind(VitalSigns, ("measured_at", *MEASURED, "note")),
}
_UPPER = {"icd10", "atc"}
_COUNTS = {"age_at_onset": (0, 120), "dose_number": (1, 20)}


def kind_of(fact: Any) -> FactKind:
    return next(name for name, kind in KINDS.items() if isinstance(fact, kind.model))


def cleaned(kind: Kind, values: Mapping[str, Any], patient: User) -> dict[str, Any]:
    """The fields of this kind as they can be stored; what is missing gets its default. Raises Invalid with every field
    that is wrong."""
    fact = kind.model(**{name: _tidy(name, values[name]) for name in kind.fields if name in values})
    wrong: dict[str, list[str]] = {}
    try:
        fact.clean_fields(exclude={field.name for field in fact._meta.fields} - set(kind.fields))
    except ValidationError as error:
        wrong = {name: list(texts) for name, texts in error.message_dict.items()}
    for name in kind.fields:
        value = getattr(fact, name)
        if name not in wrong and (message := _trouble(name, value, patient)):
            wrong[name] = [message]
    for name, message in _across(fact):
        wrong.setdefault(name, [message])
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    return {name: getattr(fact, name) for name in kind.fields}


def cleaned_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= REASON_MAX_LENGTH:
        raise Invalid(fields={"reason": [_("Say in a few words why it is wrong (3 to 240 characters).")]})
    try:
        validate_line(reason)
    except ValidationError as error:
        raise Invalid(fields={"reason": error.messages}) from None
    return reason


def _tidy(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = " ".join(value.split())
    return value.upper().replace(" ", "") if name in _UPPER else value


def _trouble(name: str, value: Any, patient: User) -> str:
    """What is wrong with one value, in a sentence; empty when nothing is."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _unreadable(value)
    if isinstance(value, datetime):
        return _in_time(timezone.localdate(value), patient, is_ahead=value > timezone.now() + AHEAD)
    if isinstance(value, date):
        return _in_time(value, patient, is_ahead=value > timezone.localdate())
    low, high = VITAL_LIMITS.get(name) or _COUNTS[name]
    if low <= value <= high:
        return ""
    return _("Please check: between %(low)s and %(high)s is possible.") % {"low": low, "high": high}


def _unreadable(text: str) -> str:
    try:
        validate_line(text)
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def _in_time(day: date, patient: User, *, is_ahead: bool) -> str:
    if is_ahead:
        return _("This lies in the future.")
    profile = getattr(patient, "patient_profile", None)
    if profile is not None and profile.date_of_birth and day < profile.date_of_birth:
        return _("This lies before the patient's birth.")
    return _("Please check the year.") if day < EARLIEST_BIRTH else ""


def _across(fact: Any) -> list[tuple[str, str]]:
    """What only several values together show."""
    if isinstance(fact, Condition):
        if fact.began_on and fact.ended_on and fact.ended_on < fact.began_on:
            return [("ended_on", _("This lies before the condition began."))]
        if fact.ended_on and fact.status == ConditionStatus.ACTIVE:
            return [("status", _("It has an end: choose “resolved” or “in remission”."))]
    if isinstance(fact, VitalSigns):
        if all(getattr(fact, name) is None for name in MEASURED):
            return [("systolic", _("Enter at least one value."))]
        if fact.diastolic is not None and fact.systolic is not None and fact.diastolic >= fact.systolic:
            return [("diastolic", _("The lower value of the blood pressure stands second."))]
        if fact.diastolic is not None and fact.systolic is None:
            return [("systolic", _("A blood pressure has two values."))]
    return []
