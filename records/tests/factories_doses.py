"""Signed prescriptions whose doses can be told, without the way over a draft."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from records.enums import Frequency, PrescriptionStatus
from records.models import Intake, Medicine, Prescription, PrescriptionItem


def make_product(generic: str = "Metformin", **fields: Any) -> Medicine:
    values = {"form": "tablet", "strength": "500 mg", "unit": "tablet", **fields}
    key = f"{generic}|{values['strength']}|{values['form']}".lower()
    return Medicine.objects.get_or_create(key=key, defaults={"generic": generic, **values})[0]


def make_course(
    patient: User,
    author: User,
    *,
    generic: str = "Metformin",
    times: list[str] | None = None,
    frequency: str = Frequency.TWICE,
    starts_on: date | None = None,
    signed_at: datetime | None = None,
    status: str = PrescriptionStatus.SIGNED,
    **fields: Any,
) -> PrescriptionItem:
    """A signed prescription of one medicine; from three days ago at 8:00 and 20:00 unless said otherwise."""
    starts_on = starts_on or timezone.localdate() - timedelta(days=3)
    is_signed = status not in (PrescriptionStatus.DRAFT, PrescriptionStatus.DISCARDED)
    prescription = Prescription.objects.create(
        patient=patient, author=author, number=uuid4().hex[:10].upper(), status=PrescriptionStatus.DRAFT
    )
    item = PrescriptionItem.objects.create(
        prescription=prescription,
        position=1,
        medicine=fields.pop("medicine", None) or make_product(generic),
        dose=fields.pop("dose", 1),
        frequency=frequency,
        times=["08:00", "20:00"] if times is None else times,
        starts_on=starts_on,
        **fields,
    )
    Prescription.objects.filter(pk=prescription.pk).update(
        status=status,
        signed_at=(signed_at or timezone.make_aware(datetime(starts_on.year, starts_on.month, starts_on.day)))
        if is_signed
        else None,
    )
    return PrescriptionItem.objects.select_related("prescription", "medicine").get(pk=item.pk)


def make_intake(item: PrescriptionItem, day: date, clock: str, **fields: Any) -> Intake:
    return Intake.objects.create(item=item, day=day, time=clock, **{"outcome": "taken", **fields})
