"""A doctor asks for a scan, the patient sees it at once and books it, and the doctor sees that at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.domain import care
from accounts.models import User
from clinic.core.testing.browser import PHONE
from scheduling.models import Referral, Resource, ResourceGroup
from scheduling.tests.imaging import make_radiologist, make_scan
from scheduling.tests.pages import look_two_days_ahead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ready(page: Any, address: str) -> None:
    """Open the page and wait until its socket is."""
    page.add_init_script(
        "document.addEventListener('live:ready', () => { document.body.dataset.ready = 'yes' }, true)"
    )
    page.goto(address)
    page.wait_for_selector("body[data-ready]", state="attached")


def test_from_the_doctors_question_to_the_booked_scan(
    person: Callable[..., Any], patient: User, doctor: User
) -> None:
    care.link(patient, doctor)
    scan = make_scan(make_radiologist(), preparation="Leave metal at home.", needs_referral=True)
    scanners = ResourceGroup.objects.create(name="Scanners", kind="equipment")
    scanner = Resource.objects.create(group=scanners, name="MRI 1")
    scan.needs.add(scanners)

    at_home = person(patient, viewport=PHONE)
    ready(at_home, reverse("home"))
    asking = person(doctor)
    ready(asking, reverse("patient_record", args=[patient.pk]))
    asking.click("text=Ask for a scan")
    asking.select_option("#id_service", str(scan.pk))
    asking.fill("#id_question", "Tear of the meniscus?")
    asking.click("button:has-text('Ask for the scan')")
    asking.wait_for_selector("#referral [data-status=requested]")
    asking.evaluate("window.sameDocument = true")

    # Nobody reloads anything.
    at_home.click("#day >> text=MRI of the knee")
    at_home.click("text=Book this scan")
    look_two_days_ahead(at_home)
    at_home.click("[data-time] >> nth=0")
    at_home.click("#book-submit")
    at_home.wait_for_url("**/payments/**")

    asking.wait_for_selector("#referral [data-status=booked]")
    assert asking.evaluate("window.sameDocument") is True
    booked = Referral.objects.get()
    assert booked.appointment
    assert list(booked.appointment.resources.all()) == [scanner]
