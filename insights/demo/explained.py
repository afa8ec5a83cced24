"""What the reading assistant has explained: one thing that its doctor released, and one that waits. Nobody is told."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import translation

from accounts.models import User
from accounts.rules import may_open_record
from clinic.core.status import record_start
from records.domain.explaining.sources import KINDS
from records.enums import Audience, ExplanationStatus
from records.models import Explanation


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Of the first patient's latest released lab report, and their latest prescription; once."""
    patient, doctor = people["patient"], people["doctor"]
    if not may_open_record(doctor, patient) or Explanation.objects.filter(patient=patient).exists():
        return
    for name, status in (
        ("lab_report", ExplanationStatus.RELEASED),
        ("prescription", ExplanationStatus.DRAFT),
    ):
        kind = KINDS[name]
        source = next(
            (one for one in kind.visible_to(doctor).filter(patient=patient)[:9] if kind.is_released(one)),
            None,
        )
        if source is None:
            continue
        with translation.override("en"):
            material = kind.read(source, doctor)
        is_released = status == ExplanationStatus.RELEASED
        made = Explanation.objects.create(
            **{name: source},
            patient=patient,
            audience=Audience.PATIENT,
            language="en",
            status=status,
            asked_by=doctor,
            findings=[one.stored() for one in material.findings],
            # They are made of figures and the catalogue's names, without anybody's.
            lines=material.lines,
            failure="off",
            released_by=doctor if is_released else None,
            released_at=now if is_released else None,
        )
        record_start(made, actor=doctor)
