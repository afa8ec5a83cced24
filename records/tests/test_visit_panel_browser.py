"""A video visit from both chairs: let in, write the note beside the picture, complete."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CareLink
from messaging.tests.call_browser import join, wait_for_flow, watch
from messaging.tests.call_sockets import make_call
from records.models import VisitNote
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_doctor_writes_and_completes_beside_the_call(
    person: Any, server: Any, patient: Any, doctor: Any, service: Any
) -> None:
    CareLink.objects.create(patient=patient, doctor=doctor)
    call = make_call(patient, doctor)
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    visit = make_appointment(
        patient, doctor, service, starts_at=starts_at, call=call, conversation=call.conversation
    )
    host, guest = watch(person(doctor)), watch(person(patient))
    join(host, call)
    host.get_by_text("Asha Gurung").first.wait_for()
    assert host.get_by_role("button", name="Complete the visit").count() == 0
    join(guest, call)
    host.get_by_role("button", name="Let in").click()
    for page in (host, guest):
        wait_for_flow(page)
    # The visit has begun: the panel knows by itself, and keeps what is being written.
    note = host.get_by_role("textbox", name="Visit note")
    note.press_sequentially("Dry cough, three days.")
    complete = host.get_by_role("button", name="Complete the visit and end the call")
    complete.wait_for()
    assert note.input_value() == "Dry cough, three days."
    complete.click()
    for page in (host, guest):
        page.get_by_text("The visit is complete.").wait_for()
    visit.refresh_from_db()
    assert visit.status == "completed"
    # The note can be finished after the call.
    note.press_sequentially(" Rest.")
    note.blur()
    for _ in range(100):
        if VisitNote.objects.filter(text="Dry cough, three days. Rest.").exists():
            break
        host.wait_for_timeout(100)
    assert VisitNote.objects.get(appointment=visit).text == "Dry cough, three days. Rest."
