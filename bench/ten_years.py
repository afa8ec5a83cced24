"""A patient with chronic illness: something every two weeks, for ten years. To be imported once Django is set up."""

import random
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from records.models import (
    Allergy,
    Condition,
    Document,
    Immunisation,
    LabPanel,
    LabParameter,
    LabReport,
    LabResult,
    Medicine,
    Prescription,
    PrescriptionItem,
    VisitNote,
    VitalSigns,
)
from scheduling.models import Appointment
from scheduling.tests.factories import make_service

YEARS, VISITS, WEEKS = 10, 240, 520


def live_through(patient: User, doctor: User) -> dict[str, int]:
    """Fills the record; what was made, by name."""
    chance, now = random.Random(7), timezone.now()
    service = make_service("Bench")
    medicine = Medicine.objects.create(key="bench", generic="Metformin", form="tablet", strength="500 mg")
    parameters = [LabParameter.objects.create(name=f"Bench parameter {n}") for n in range(12)]
    panel = LabPanel.objects.create(name="Bench panel")
    times = [now - timedelta(days=3 + 365 * YEARS * n / VISITS, hours=chance.random()) for n in range(VISITS)]
    visits = Appointment.objects.bulk_create(
        Appointment(
            patient=patient, doctor=doctor, service=service, mode="in_person", starts_at=at,
            ends_at=at + timedelta(minutes=15), reason="Control", status="completed", price=0, currency="NPR",
            booked_by=patient,
        )
        for at in times
    )  # fmt: skip
    VisitNote.objects.bulk_create(
        VisitNote(appointment=visit, author=doctor, text="Well. " * 80, version=3, status="final",
            signed_at=visit.ends_at)
        for visit in visits
    )  # fmt: skip
    written: dict[str, Any] = {"patient": patient, "recorded_by": doctor}
    VitalSigns.objects.bulk_create(
        VitalSigns(**written, measured_at=now - timedelta(days=7 * week), systolic=130, diastolic=80,
            pulse=70, weight=70)
        for week in range(WEEKS)
    )  # fmt: skip
    prescriptions = Prescription.objects.bulk_create(
        Prescription(patient=patient, author=doctor, number=f"B{n:09}") for n in range(VISITS // 2)
    )
    items = PrescriptionItem.objects.bulk_create(
        PrescriptionItem(
            prescription=rx, position=position, medicine=medicine, dose=1, frequency="bd", times=["08:00", "20:00"],
            starts_on=times[2 * n].date(), days=60,
        )
        for n, rx in enumerate(prescriptions)
        for position in range(4)
    )  # fmt: skip
    for n, rx in enumerate(prescriptions):
        Prescription.objects.filter(pk=rx.pk).update(status="signed", signed_at=times[2 * n])
    reports = [
        LabReport(
            patient=patient, doctor=doctor, entered_by=doctor, panel=panel, title="Bench", collected_at=at
        )
        for at in times[::2]
    ]
    LabReport.objects.bulk_create(reports)
    LabResult.objects.bulk_create(
        LabResult(
            report=report, parameter=parameter, position=n, value=5, unit="mmol/L", flag="high" if n == 3 else "normal"
        )
        for report in reports
        for n, parameter in enumerate(parameters)
    )  # fmt: skip
    for report in reports:
        LabReport.objects.filter(pk=report.pk).update(
            status="released", final_at=report.collected_at, released_at=report.collected_at
        )
    Document.objects.bulk_create(
        Document(
            **written, category="letter", title=f"Letter {n}", dated_on=times[n].date(), content_type="application/pdf",
            name="letter.pdf", size=90_000, digest=f"{n:064}", released_at=times[n],
        )
        for n in range(0, VISITS, 2)
    )  # fmt: skip
    Immunisation.objects.bulk_create(
        Immunisation(**written, vaccine="Influenza", given_on=times[n].date()) for n in range(0, VISITS, 12)
    )
    Condition.objects.bulk_create(Condition(**written, name=f"Condition {n}") for n in range(12))
    Allergy.objects.bulk_create(Allergy(**written, substance=f"Substance {n}") for n in range(5))
    return {
        "visits": VISITS, "notes": VISITS, "vital signs": WEEKS, "prescriptions": len(prescriptions),
        "items": len(items), "lab reports": len(reports), "lab results": 12 * len(reports), "documents": VISITS // 2,
    }  # fmt: skip
