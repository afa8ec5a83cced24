"""The text that is signed: everything that stands on the prescription, as JSON with short names, for it has to fit into
a QR code. It is frozen: page, paper and public page show a signed prescription by it, so that a later change of the
catalogue or of a name does not change what was signed. Codes (route, frequency) are those of records.enums."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from records.domain import dosing_words
from records.domain.prescription_items import shown
from records.enums import Frequency, Route
from records.models import Medicine, Prescription, PrescriptionItem


def payload_of(draft: Prescription, items: Sequence[PrescriptionItem]) -> dict[str, Any]:
    """v: format, no: number, cl: clinic, pt: patient's name and birth, dr: doctor's name and licence, at: signed, to:
    valid until, la: language, re: number of what it replaces, nt: note; it: the items, see `_item`."""
    profile = getattr(draft.patient, "patient_profile", None)
    born = profile.date_of_birth if profile else None
    doctor = getattr(draft.author, "doctor_profile", None)
    signed_at = timezone.localtime(draft.signed_at)
    found: dict[str, Any] = {
        "v": 1,
        "no": draft.number,
        "cl": settings.CLINIC_NAME,
        "pt": [draft.patient.name, born.isoformat() if born else ""],
        "dr": [draft.author.name, doctor.licence_number if doctor else ""],
        "at": signed_at.isoformat(timespec="seconds"),
        "to": draft.valid_until.isoformat() if draft.valid_until else "",
        "la": draft.language,
        "it": [_item(item) for item in items],
    }
    if draft.replaces:
        found["re"] = draft.replaces.number
    if draft.note:
        found["nt"] = draft.note
    return found


def _item(item: PrescriptionItem) -> dict[str, Any]:
    """m: medicine, g: its generic name when it goes by a brand, d: dose, u: unit, r: route, f: frequency, t: times,
    p: only when needed, s: first day, n: days, q: quantity, i: instructions. What is empty is left out."""
    medicine = item.medicine
    full = {
        "m": medicine_words(medicine),
        "g": medicine.generic if medicine.brand else "",
        "d": shown(item.dose),
        "u": medicine.unit,
        "r": item.route,
        "f": item.frequency,
        "t": item.times,
        "p": 1 if item.as_needed else 0,
        "s": item.starts_on.isoformat(),
        "n": item.days,
        "q": shown(item.quantity),
        "i": item.instructions,
    }
    return {name: value for name, value in full.items() if value not in ("", 0, None, [])}


def medicine_words(medicine: Medicine) -> str:
    return str(medicine)


@dataclass(frozen=True)
class SheetLine:
    """One item as it is read. `sentence` is in the language that is active."""

    medicine: str
    generic: str
    dose: Decimal
    unit: str
    route: str
    frequency: str
    times: list[str]
    as_needed: bool
    starts_on: date
    days: int | None
    quantity: Decimal | None
    instructions: str

    @property
    def sentence(self) -> str:
        return dosing_words.sentence(vars(self))

    @property
    def amount(self) -> str:
        """How much to hand out: 21 capsules."""
        return dosing_words.amount(self.quantity, self.unit) if self.quantity is not None else ""

    @property
    def route_label(self) -> str:
        return str(Route(self.route).label)

    @property
    def frequency_label(self) -> str:
        return str(Frequency(self.frequency).label)


@dataclass(frozen=True)
class Sheet:
    """A signed prescription as it is read, from nothing but its signed text."""

    number: str
    clinic: str
    patient: str
    born_on: date | None
    doctor: str
    licence: str
    signed_at: datetime
    valid_until: date | None
    language: str
    replaces: str
    note: str
    lines: list[SheetLine]


def sheet_of(signed: Prescription) -> Sheet:
    """Of a signed prescription only. One that has no text (it was brought from elsewhere) is read as it is now."""
    items = signed.items.select_related("medicine").order_by("position")
    text = json.loads(signed.payload) if signed.payload else payload_of(signed, list(items))
    patient, born = text["pt"]
    doctor, licence = text["dr"]
    return Sheet(
        number=text["no"],
        clinic=text["cl"],
        patient=patient,
        born_on=date.fromisoformat(born) if born else None,
        doctor=doctor,
        licence=licence,
        signed_at=datetime.fromisoformat(text["at"]),
        valid_until=date.fromisoformat(text["to"]) if text["to"] else None,
        language=text["la"],
        replaces=text.get("re", ""),
        note=text.get("nt", ""),
        lines=[_line(item) for item in text["it"]],
    )


def lines_of(prescription: Prescription) -> list[tuple[PrescriptionItem, SheetLine]]:
    """Each item with its words: a signed one's as they were signed, a draft's as they would be now."""
    items = list(prescription.items.all())
    words = sheet_of(prescription).lines if prescription.payload else [line_now(item) for item in items]
    return list(zip(items, words, strict=True))


def line_now(item: PrescriptionItem) -> SheetLine:
    """A draft's item, as it would be read if it were signed now."""
    return _line(_item(item))


def _line(item: dict[str, Any]) -> SheetLine:
    return SheetLine(
        medicine=item["m"],
        generic=item.get("g", ""),
        dose=Decimal(item["d"]),
        unit=item["u"],
        route=item["r"],
        frequency=item["f"],
        times=item.get("t", []),
        as_needed=bool(item.get("p")),
        starts_on=date.fromisoformat(item["s"]),
        days=item.get("n"),
        quantity=Decimal(item["q"]) if "q" in item else None,
        instructions=item.get("i", ""),
    )
