"""Every page of scans on the narrowest screen (WCAG 1.4.10), with names on its fields and room for a thumb."""

from typing import Any

import pytest

from records.models import CriticalAlert
from records.tests.factories_imaging import imaging_things, make_imaging_report, scan_of
from records.tests.factories_pictures import make_study
from scheduling.tests.imaging import make_radiologist
from theme.tests.test_pages_browser import TOO_SMALL, UNNAMED

NARROW = {"width": 320, "height": 640}
LONG = "Aadhyasaraswatikumari-Upadhyayashrestha"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_fits(person: Any, patient: Any, doctor: Any, manager: Any) -> None:
    patient.first_name = patient.last_name = LONG
    patient.save()
    radiologist = make_radiologist()
    reports = imaging_things(patient, radiologist, scan_of(radiologist))
    make_imaging_report(patient, radiologist, referrer=doctor, is_critical=True, hour=18, question="X" * 300)
    alert = CriticalAlert.objects.get()
    CriticalAlert.objects.update(level=2)
    released, acquired = reports["imaging_released"], reports["imaging_acquired"]
    seen = make_study(released, radiologist)
    unknown = make_study(acquired, radiologist, state="other_person")
    record = f"/patients/{patient.pk}/record/imaging/"
    desk = [
        "/imaging/",
        f"/imaging/{acquired.pk}/studies/",
        f"/imaging/studies/{unknown.pk}/identity/",
        "/imaging/templates/",
        "/imaging/phrases/new/",
        f"/critical/{alert.pk}/",
    ]
    pages = {
        radiologist: [
            *desk[:3],
            *(f"/imaging/{report.pk}/" for report in reports.values()),
            f"/imaging/studies/{unknown.pk}/",
            "/imaging/templates/new/",
            "/critical/",
        ],
        patient: [record, f"/imaging/{released.pk}/", f"/imaging/studies/{seen.pk}/"],
        manager: desk,
        doctor: ["/imaging/", record, f"/critical/{alert.pk}/"],
    }
    wrong = []
    for user, addresses in pages.items():
        page = person(user, viewport=NARROW)
        for address in addresses:
            answer = page.goto(address)
            found = page.evaluate(
                f"[document.documentElement.scrollWidth - innerWidth, {UNNAMED}, {TOO_SMALL},"
                " document.querySelectorAll('h1').length]"
            )
            if answer.status != 200 or found != [0, [], [], 1]:
                wrong.append((user.role, address, answer.status, found))
    assert wrong == []
