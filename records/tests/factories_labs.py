"""The laboratory for tests."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from records.domain.labs import reports
from records.domain.labs.entering import Details
from records.models import LabPanel, LabParameter, LabReport, PanelParameter, ReferenceRange

HAEMOGLOBIN, POTASSIUM, SYPHILIS = "Haemoglobin", "Potassium", "Syphilis screen"


def make_lab_catalogue() -> LabPanel:
    """A panel "Basic" of haemoglobin (women 12–15.5), potassium (3.5–5.1, critical beyond 2.5 and 6.5) and a screen."""
    panel, is_new = LabPanel.objects.get_or_create(name="Basic")
    if not is_new:
        return panel
    hb = make_parameter(HAEMOGLOBIN, short_name="Hb", unit="g/dL", possible_low=1, possible_high=30)
    k = make_parameter(POTASSIUM, short_name="K", unit="mmol/L", possible_low="0.8", possible_high=15)
    screen = make_parameter(SYPHILIS, short_name="RPR", kind="choice", choices=["Non-reactive", "Reactive"])
    ReferenceRange.objects.create(
        parameter=hb, gender="female", low=12, high=Decimal("15.5"), source="A book"
    )
    ReferenceRange.objects.create(parameter=hb, gender="male", low=13, high=Decimal("17.5"))
    ReferenceRange.objects.create(
        parameter=k,
        low=Decimal("3.5"),
        high=Decimal("5.1"),
        critical_low=Decimal("2.5"),
        critical_high=Decimal("6.5"),
    )
    for position, parameter in enumerate((hb, k, screen), start=1):
        PanelParameter.objects.create(panel=panel, parameter=parameter, position=position)
    return panel


def make_parameter(name: str, **fields: Any) -> LabParameter:
    return LabParameter.objects.create(name=name, **fields)


def parameter(name: str) -> LabParameter:
    make_lab_catalogue()
    return LabParameter.objects.get(name=name)


def make_sheet(
    values: dict[str, str] | None = None, *, at: datetime | None = None, **details: Any
) -> reports.Sheet:
    """Values by the parameter's name."""
    panel = make_lab_catalogue()
    typed: dict[UUID, str] = {
        parameter(name).pk: text for name, text in (values or {HAEMOGLOBIN: "13.1"}).items()
    }
    at = at or timezone.now() - timedelta(hours=2)
    return reports.Sheet(Details(collected_at=at, panel=panel, **details), typed)


def make_lab_report(
    patient: User,
    doctor: User,
    values: dict[str, str] | None = None,
    *,
    status: str = "released",
    **sheet: Any,
) -> LabReport:
    """Entered by a doctor to whom the record is open, and brought to `status`."""
    report = reports.create(patient, author=doctor, sheet=make_sheet(values, **sheet))
    if status in ("final", "released"):
        report = reports.final(report.pk, actor=doctor)
    if status == "released":
        report = reports.release(report.pk, actor=doctor)
    return report
