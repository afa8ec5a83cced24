"""A row of the lists of scans leads on: the desk to where discs are brought, the patient to one day and no second."""

from typing import Any

import pytest
from django.test import Client

from records.models import ImagingReport
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist


def body(user: Any, address: str) -> str:
    browser = Client()
    browser.force_login(user)
    return str(browser.get(address).content.decode())


@pytest.mark.django_db
def test_management_finds_where_pictures_are_brought(patient: Any, manager: Any) -> None:
    report = make_imaging_report(patient, make_radiologist(), status="acquired")
    assert f'href="/imaging/{report.pk}/studies/"' in body(manager, "/imaging/")
    ImagingReport.objects.filter(pk=report.pk).update(status="cancelled")
    assert "/studies/" not in body(manager, "/imaging/")


@pytest.mark.django_db
def test_the_patients_row_names_the_day_of_the_scan_alone(patient: Any, doctor: Any) -> None:
    report = make_imaging_report(patient, make_radiologist(), referrer=doctor, released=True)
    row = body(patient, f"/patients/{patient.pk}/record/imaging/").split('id="record-imaging"')[1]
    assert f"{report.acquired_at:%B} {report.acquired_at:%Y} · {doctor.name}" in row
    assert "<time" not in row.split("</section>")[0]
