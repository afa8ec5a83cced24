"""What a doctor wants to know of a patient at one look."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from records.domain.fact_values import MEASURED
from records.enums import ConditionStatus, PrescriptionStatus, SocialTopic
from records.models import (
    Allergy,
    Condition,
    FamilyHistory,
    Immunisation,
    PrescriptionItem,
    SocialHistory,
    VitalSigns,
)

# The longest a prescription can run (the constraint on PrescriptionItem.days).
LONGEST = timedelta(days=730)
# How far back the newest value of a vital sign is looked for.
LOOK_BACK = 60


@dataclass(frozen=True)
class Latest:
    """The newest value of one vital sign, and when it was measured; for a blood pressure both numbers."""

    name: str
    value: Any
    second: Any
    row: VitalSigns


@dataclass(frozen=True)
class Summary:
    allergies: list[Allergy]
    conditions: list[Condition]
    medicines: list[PrescriptionItem]
    vitals: list[Latest]


def summary_of(patient: User) -> Summary:
    """Allergies, what is not resolved, medicines now and the latest vital signs, in four queries."""
    return Summary(
        allergies=list(Allergy.objects.filter(patient=patient, voided_at=None)),
        conditions=list(
            Condition.objects.filter(patient=patient, voided_at=None).exclude(status=ConditionStatus.RESOLVED)
        ),
        medicines=medicines_now(patient),
        vitals=latest_vitals(patient),
    )


def medicines_now(patient: User, on: date | None = None) -> list[PrescriptionItem]:
    """The items of signed prescriptions that are neither over nor stopped on this day (today), the newest first, with
    medicine and prescription."""
    day = on or timezone.localdate()
    items = (
        PrescriptionItem.objects.filter(
            Q(days=None) | Q(starts_on__gt=day - LONGEST),
            prescription__patient=patient,
            prescription__status__in=[PrescriptionStatus.SIGNED, PrescriptionStatus.DISPENSED],
            stopped_at=None,
            starts_on__lte=day,
        )
        .select_related("medicine", "prescription__author")
        .order_by("-starts_on", "prescription", "position")
    )
    return [item for item in items if item.days is None or item.starts_on + timedelta(days=item.days) > day]


def latest_vitals(patient: User) -> list[Latest]:
    """Of each vital sign the newest value, as far as it stands among the last rows."""
    rows = list(VitalSigns.objects.filter(patient=patient, voided_at=None)[:LOOK_BACK])
    found = []
    for name in MEASURED:
        row = next((row for row in rows if getattr(row, name) is not None), None)
        if row is not None and name != "diastolic":
            second = row.diastolic if name == "systolic" else None
            found.append(Latest(name, getattr(row, name), second, row))
    return found


def social_now(patient: User) -> list[SocialHistory]:
    """Of each topic what was said last."""
    newest: dict[str, SocialHistory] = {}
    for row in SocialHistory.objects.filter(patient=patient, voided_at=None).select_related("recorded_by"):
        newest.setdefault(row.topic, row)
    return [newest[topic] for topic in SocialTopic.values if topic in newest]


def background_of(patient: User) -> dict[str, list[Any]]:
    """What changes seldom, for the printed summary."""
    living = {"patient": patient, "voided_at": None}
    return {
        "resolved": list(Condition.objects.filter(**living, status=ConditionStatus.RESOLVED)),
        "immunisations": list(Immunisation.objects.filter(**living)),
        "family": list(FamilyHistory.objects.filter(**living)),
        "social": social_now(patient),
    }
