"""Lab reports of the two patients that log in: what a diabetic and a child with asthma are measured for, some years of
it; one that waits for its doctor's release. Nobody is told: all of it is long past."""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from accounts.rules import may_open_record
from clinic.core.status import record_start
from records.domain.labs import entering, loading
from records.domain.labs.entering import Details
from records.enums import LabReportStatus
from records.models import LabPanel, LabParameter, LabReport

# Short name -> (first, last, how far it wanders): from the oldest report to the latest.
COURSES: dict[str, dict[str, tuple[float, float, float]]] = {
    "patient": {
        "HbA1c": (9.1, 6.9, 0.25),
        "FBS": (186, 121, 9),
        "Creat": (0.9, 1.14, 0.04),
        "Urea": (27, 38, 3),
        "Na": (139, 138, 1.5),
        "K": (4.3, 5.0, 0.2),
        "Chol": (231, 176, 8),
        "LDL": (152, 98, 7),
        "HDL": (38, 44, 2),
        "TG": (212, 148, 14),
        "Hb": (12.9, 12.2, 0.3),
    },
    "patient2": {"Hb": (12.4, 13.1, 0.3), "WBC": (8.2, 7.1, 0.8), "Eos": (9, 5, 1.2), "Plt": (310, 290, 20)},
}
PANELS = {"patient": "Diabetes", "patient2": "Full blood count"}
TITLES = {"patient": "Diabetes, kidney and lipids", "patient2": "Full blood count"}
EVERY = timedelta(days=91)
REPORTS = 12


def seed(people: Mapping[str, User], today: date) -> None:
    """Load the laboratory's catalogue, and add the reports that are missing."""
    loading.load()
    doctor = people["doctor"]
    for name, courses in COURSES.items():
        patient = people[name]
        if not may_open_record(doctor, patient) or LabReport.objects.filter(patient=patient).exists():
            continue
        parameters = {one.short_name: one for one in LabParameter.objects.filter(short_name__in=courses)}
        chance = random.Random(f"labs/{name}")
        panel = LabPanel.objects.filter(name=PANELS[name]).first()
        for number in range(REPORTS):
            at = timezone.make_aware(
                datetime.combine(today - 9 * timedelta(days=1) - EVERY * number, time(7, 40))
            )
            share = 1 - number / (REPORTS - 1)
            typed = {
                parameters[short].pk: _typed(
                    parameters[short], first + (last - first) * share, wander, chance
                )
                for short, (first, last, wander) in courses.items()
                if short in parameters
            }
            details = Details(collected_at=at, title=TITLES[name], laboratory="City Laboratory", panel=panel)
            _report(patient, doctor, details, typed, released=number > 0)


def _report(
    patient: User, doctor: User, details: Details, typed: Mapping[UUID, str], *, released: bool
) -> None:
    head, rows = entering.checked(patient, details, typed)
    done_at = details.collected_at + timedelta(hours=8)
    report = LabReport.objects.create(
        patient=patient,
        doctor=doctor,
        entered_by=doctor,
        version=1,
        **head,
    )
    entering.store(report, rows)
    report.status = LabReportStatus.RELEASED if released else LabReportStatus.FINAL
    report.created_at = report.final_at = done_at
    report.released_at = done_at if released else None
    report.save(update_fields=["status", "created_at", "final_at", "released_at"])
    record_start(report, actor=doctor)


def _typed(parameter: LabParameter, value: float, wander: float, chance: random.Random) -> str:
    return f"{value + chance.uniform(-wander, wander):.{parameter.decimals}f}"
