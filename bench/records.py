"""What the record of a patient with ten years of history costs: queries and milliseconds of each page.

    DATABASE_URL=sqlite:////tmp/bench.sqlite3 .venv/bin/python bench/records.py [--keep]

Migrate that database first. Everything is made in one transaction and rolled back, unless --keep is said. Pages are
asked for through Django's test client: middleware, session, trail and templates are in the figures, the network is not.
"""

# ruff: noqa: T201 - what it prints is what it is for

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.domain import care  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.tests.factories import make_doctor, make_patient  # noqa: E402
from records.models import (  # noqa: E402
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
from scheduling.models import Appointment  # noqa: E402
from scheduling.tests.factories import make_service  # noqa: E402

# A patient with chronic illness: every eight days something, for ten years.
YEARS, VISITS, DAILY_WEEKS = 10, 240, 520
RUNS = 15


def ten_years(patient: User, doctor: User) -> dict[str, int]:
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
        for week in range(DAILY_WEEKS)
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
        "visits": VISITS, "notes": VISITS, "vital signs": DAILY_WEEKS, "prescriptions": len(prescriptions),
        "items": len(items), "lab reports": len(reports), "lab results": 12 * len(reports), "documents": VISITS // 2,
    }  # fmt: skip


def measured(ask: Callable[[], Any]) -> tuple[int, float, float, int]:
    """Queries, median milliseconds on the clock and of the processor (what counts on a busy machine), kB."""
    answer = ask()
    assert answer.status_code == 200, answer.status_code
    spent, worked = [], []
    for _run in range(RUNS):
        began, work = time.perf_counter(), time.process_time()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - work) * 1000)
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries), statistics.median(spent), statistics.median(worked), len(answer.content) // 1000


def main() -> None:
    setup_test_environment()
    settings.SECURE_SSL_REDIRECT = False
    doctor, patient = make_doctor("bench.doctor@test.clinic"), make_patient("bench.patient@test.clinic")
    care.link(patient, doctor)
    client = Client()
    client.force_login(doctor)
    record = f"/patients/{patient.pk}/record/"
    pages = {
        "overview, empty": record,
        "API, empty": f"/api/medical-records/?patient={patient.pk}",
    }
    rows = [(name, *measured(lambda path=path: client.get(path))) for name, path in pages.items()]  # type: ignore[misc]
    made = ten_years(patient, doctor)
    print(", ".join(f"{count} {name}" for name, count in made.items()), f"on {connection.vendor}")
    cursor, deep = "", ""
    for _page in range(40):
        page = client.get(record, {"after": cursor}).context["page"]
        deep, cursor = cursor, page.next
        if not cursor:
            break
    pages = {
        "overview with timeline": record,
        "timeline, 40th page": f"{record}?after={deep}",
        "timeline, labs only": f"{record}?kind=lab",
        "history": f"{record}history/",
        "vital signs with charts": f"{record}vitals/",
        "summary to print": f"{record}summary/",
        "API": f"/api/medical-records/?patient={patient.pk}",
        "API, vital signs": f"/api/medical-records/?patient={patient.pk}&category=vital-signs",
    }
    rows += [(name, *measured(lambda path=path: client.get(path))) for name, path in pages.items()]  # type: ignore[misc]
    print(f"{'page':28}{'queries':>8}{'clock ms':>10}{'CPU ms':>8}{'kB':>6}")
    for name, queries, clock, work, size in rows:
        print(f"{name:28}{queries:>8}{clock:>10.1f}{work:>8.1f}{size:>6}")


if __name__ == "__main__":
    with transaction.atomic():
        main()
        if "--keep" not in sys.argv:
            transaction.set_rollback(True)
