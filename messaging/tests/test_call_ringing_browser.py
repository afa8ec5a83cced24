"""A call from chat, from the button to the last word."""

from typing import Any

import pytest
from playwright.sync_api import expect

from messaging.models import Call

from .call_browser import until, wait_for_flow, watch
from .factories import make_conversation

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls"), pytest.mark.django_db(transaction=True)]


def test_ring_answer_talk_and_hang_up(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    caller, called = watch(person(doctor)), watch(person(patient))
    called.add_init_script("""
      window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
    """)
    called.goto("/notifications/")
    called.locator("h1").click()  # a page that was never touched may not sound
    caller.goto(f"/messages/{conversation.pk}/")
    caller.get_by_role("button", name="Video call with Asha Gurung").click()
    caller.locator("[data-status-text]").get_by_text("Ringing…").wait_for()
    # It rings on whatever page the other has open, also on one opened later; it is heard, and seen from another tab.
    called.get_by_role("dialog", name="Dr. Sita Sharma").wait_for()
    until(called, "window.tones > 0")
    expect(called).to_have_title("☎ Dr. Sita Sharma")
    called.reload()
    called.get_by_role("dialog", name="Dr. Sita Sharma").wait_for()
    called.get_by_role("button", name="Answer").click()
    for page in (caller, called):
        page.locator("[data-tile-camera]").wait_for()
        wait_for_flow(page)
    called.get_by_role("button", name="Hang up").click()
    for page in (caller, called):
        page.get_by_text("The call has ended.").wait_for()
    assert Call.objects.get().status == "ended"


def test_a_patient_rings_and_is_declined(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    caller, called = watch(person(patient)), watch(person(doctor))
    called.goto("/notifications/")
    title = called.title()
    caller.goto(f"/messages/{conversation.pk}/")
    caller.get_by_role("button", name="Call Dr. Sita Sharma", exact=True).click()
    caller.get_by_text("Waiting for an answer.").wait_for()
    called.get_by_role("button", name="Decline").click()
    caller.get_by_text("The call was declined.").wait_for()
    called.get_by_role("dialog", name="Asha Gurung").wait_for(state="hidden")
    expect(called).to_have_title(title)
    assert Call.objects.get().status == "declined"
