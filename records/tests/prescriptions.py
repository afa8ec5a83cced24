"""Medicines and prescriptions for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from records.domain import prescribing
from records.enums import PrescriptionStatus
from records.models import Medicine, Prescription


def make_medicine(generic: str = "Amoxicillin", **fields: Any) -> Medicine:
    given = {
        "form": "capsule",
        "strength": "500 mg",
        "unit": "capsule",
        "strength_mg": 500,
        "routes": ["oral"],
        **fields,
    }
    key = "|".join([generic.lower(), given.get("brand", ""), given["form"], given["strength"]])
    search = f"{generic} {given.get('brand', '')}".lower()
    made, _created = Medicine.objects.get_or_create(
        key=key, defaults={"generic": generic, "search_text": search, **given}
    )
    return made


def line(medicine: Medicine | None = None, **fields: Any) -> dict[str, Any]:
    """An item as the page and the API send it."""
    return {
        "medicine": str((medicine or make_medicine()).pk),
        "dose": "1",
        "frequency": "tds",
        "days": 7,
        **fields,
    }


def make_draft(patient: User, doctor: User, *lines: dict[str, Any], **fields: Any) -> Prescription:
    """Saved once: its version is 1."""
    care.link(patient, doctor)
    draft = prescribing.begin(patient, author=doctor)
    return prescribing.save(draft.pk, actor=doctor, version=0, items=list(lines or [line()]), **fields)


def signed_prescription(patient: User, doctor: User, *lines: dict[str, Any], **fields: Any) -> Prescription:
    draft = make_draft(patient, doctor, *lines, **fields)
    signed = prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason())
    assert signed.status == PrescriptionStatus.SIGNED
    return signed


class AnyReason(dict[str, object]):
    """A reason for whatever the safety check finds."""

    def get(self, key: str, default: Any = None) -> Any:
        return "Discussed with the patient."


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()
