"""What the doctors of the demo clinic prescribed: long-term medicines, a course that is over, one in Nepali."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from insights.demo.keys import key
from records.domain import dosing, signing
from records.domain.prescription_payload import payload_of
from records.enums import Frequency, PrescriptionStatus
from records.models import Medicine, Prescription, PrescriptionItem, PrescriptionStatusChange

_F = Frequency


@dataclass(frozen=True)
class Written:
    """One prescription; a line is (generic, form, strength, dose, frequency, days, instructions)."""

    number: str
    patient: str
    doctor: str
    days_ago: int
    lines: tuple[tuple[str, str, str, str, str, int, str], ...]
    language: str = "en"
    became: PrescriptionStatus = PrescriptionStatus.SIGNED


WRITTEN = (
    Written(
        "RX-DEMA-2222",
        "patient",
        "doctor",
        130,
        (
            ("Amoxicillin", "capsule", "500 mg", "1", _F.THRICE, 7, "Finish the course"),
            ("Paracetamol", "tablet", "500 mg", "1", _F.FOUR, 3, "For the fever"),
        ),
        became=PrescriptionStatus.DISPENSED,
    ),
    Written(
        "RX-DEMB-3333",
        "patient",
        "doctor",
        40,
        (
            ("Amlodipine", "tablet", "5 mg", "1", _F.DAILY, 90, "In the morning"),
            ("Metformin", "tablet", "500 mg", "1", _F.TWICE, 90, "With food"),
        ),
    ),
    Written(
        "RX-DEMC-4444",
        "patient2",
        "doctor2",
        12,
        (("Atorvastatin", "tablet", "20 mg", "1", _F.NIGHTLY, 60, "सुत्नुअघि"),),
        language="ne",
    ),
)


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Those that are not there yet, signed on their day; nobody is told."""
    for written in WRITTEN:
        if Prescription.objects.filter(number=written.number).exists():
            continue
        at = now - timedelta(days=written.days_ago)
        _sign(written, people[written.patient], people[written.doctor], at)


def _sign(written: Written, patient: User, doctor: User, at: datetime) -> None:
    draft = Prescription.objects.create(
        id=key("prescription", written.number),
        patient=patient,
        author=doctor,
        number=written.number,
        language=written.language,
        version=1,
    )
    items = [item for place, line in enumerate(written.lines) if (item := _item(draft, place, line, at))]
    PrescriptionItem.objects.bulk_create(items)
    draft.signed_at, draft.valid_until = at, timezone.localdate(at) + timedelta(days=90)
    draft.payload = json.dumps(payload_of(draft, items), ensure_ascii=False, separators=(",", ":"))
    draft.signature, draft.key_id = signing.sign(draft.payload)
    draft.status = written.became
    draft.save()
    Prescription.objects.filter(pk=draft.pk).update(created_at=at, updated_at=at)
    steps = [PrescriptionStatus.DRAFT, PrescriptionStatus.SIGNED]
    if written.became not in steps:
        steps.append(written.became)
    for minutes, (before, after) in enumerate(zip(["", *steps], steps, strict=False)):
        step = PrescriptionStatusChange.objects.create(
            prescription=draft, from_status=before, to_status=after, actor=doctor
        )
        moment = at + timedelta(minutes=minutes - 1)
        PrescriptionStatusChange.objects.filter(pk=step.pk).update(at=moment)


def _item(draft: Prescription, place: int, line: tuple[Any, ...], at: datetime) -> PrescriptionItem | None:
    generic, form, strength, dose, frequency, days, instructions = line
    medicine = Medicine.objects.filter(generic=generic, brand="", form=form, strength=strength).first()
    if medicine is None:
        return None
    starts_on = timezone.localdate(at)
    times = dosing.usual_times(frequency)
    return PrescriptionItem(
        id=key("prescribed", draft.number, place),
        prescription=draft,
        position=place,
        medicine=medicine,
        dose=Decimal(dose),
        frequency=frequency,
        times=times,
        starts_on=starts_on,
        days=days,
        quantity=dosing.quantity(Decimal(dose), frequency, times, starts_on, days),
        instructions=instructions,
    )
