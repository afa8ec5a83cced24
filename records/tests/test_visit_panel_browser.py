"""A video visit from both chairs: let in, write the note beside the picture, complete."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import CareLink
from messaging.tests.call_browser import join, until, wait_for_flow, watch
from messaging.tests.call_sockets import make_call
from records.models import RecordRequest, VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls"), pytest.mark.django_db(transaction=True)]


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
    expect(host.get_by_role("button", name="Complete the visit")).to_have_count(0)
    join(guest, call)
    host.get_by_role("button", name="Let in").click()
    for page in (host, guest):
        wait_for_flow(page)
    # The visit has begun: the panel knows by itself, and keeps what is being written.
    note = host.get_by_role("textbox", name="Visit note")
    note.press_sequentially("Dry cough, three days.")
    complete = host.get_by_role("button", name="Complete the visit and end the call")
    complete.wait_for()
    expect(note).to_have_value("Dry cough, three days.")
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


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Any:
    CareLink.objects.create(patient=patient, doctor=doctor)
    call = make_call(patient, doctor)
    return make_appointment(
        patient,
        doctor,
        service,
        starts_at=timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1),
        call=call,
        conversation=call.conversation,
        status=AppointmentStatus.IN_PROGRESS,
    )


def test_what_is_typed_in_the_tabs_outlives_other_tabs_news_and_a_lost_line(
    person: Any, server: Any, visit: Any, manager: Any
) -> None:
    host = watch(person(visit.doctor))
    join(host, visit.call)
    host.evaluate("document.body.addEventListener('live:reconnected', () => (window.back = true))")
    note = host.get_by_role("textbox", name="Visit note")
    note.press_sequentially("Pale.")
    panel = host.locator("[data-visit-panel]")
    panel.get_by_role("tab", name="Requests").click()
    panel.get_by_role("radio", name="Prescription").check()
    wanted = panel.get_by_role("textbox", name="What is wanted")
    wanted.fill("Iron, 3 months")
    panel.get_by_role("button", name="Ask for it").click()
    asked = panel.locator("#visit-requests-list")
    expect(asked).to_contain_text("Asked for")
    wanted.fill("Folic acid")
    # A tab that can't be loaded now, and others that can.
    labs = f"**{reverse('visit_panel_labs', args=[visit.pk])}"
    host.route(labs, lambda route: route.abort())
    panel.get_by_role("tab", name="Labs").click()
    for name, words in (("Prescribe", "prescription"), ("History", "Allerg"), ("Documents", "document")):
        panel.get_by_role("tab", name=name).click()
        expect(panel.get_by_role("tabpanel", name=name)).to_contain_text(words, ignore_case=True)
    # Management takes it: the list says so, and nothing else of the tab changes.
    staff = person(manager)
    staff.goto(reverse("request", args=[RecordRequest.objects.get().pk]))
    staff.get_by_role("button", name="Prepare it").click()
    panel.get_by_role("tab", name="Requests").click()
    expect(asked).to_contain_text("Being prepared")
    expect(wanted).to_have_value("Folic acid")
    panel.get_by_role("tab", name="Labs").click()
    host.unroute(labs)
    host.evaluate("window.sockets.forEach((one) => one.readyState === 1 && one.close(4000))")
    until(host, "window.back")
    expect(panel.get_by_role("tabpanel", name="Labs")).to_contain_text("No lab results yet")
    panel.get_by_role("tab", name="Requests").click()
    expect(wanted).to_have_value("Folic acid")
    panel.get_by_role("tab", name="Note").click()
    expect(note).to_have_value("Pale.")
