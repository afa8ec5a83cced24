"""The main job, end to end: three people, three browsers, one real server."""

import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import CareLink, User
from billing.models import Payment
from clinic.core.testing.browser import PHONE
from messaging.models import Message
from scheduling.models import Appointment, CalendarCell
from scheduling.tests.pages import look_two_days_ahead

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls")]

EMAIL = "kamala.tamang@test.clinic"
PASSWORD = "namaste from pokhara"


@pytest.fixture
def server_environment() -> dict[str, str]:
    """The video room of a visit some days ahead is open at once."""
    return {"CALL_OPENS_MINUTES_BEFORE": str(60 * 24 * 30)}


def test_sign_up_book_pay_confirm_chat_and_meet(
    person: Callable[..., Page], server: Any, doctor: User, manager: User, service: Any
) -> None:
    # 1. A new patient signs up, verifies the address, is asked a few things and goes home.
    patient = person(viewport=PHONE)
    sign_up(patient)
    patient.goto(verification_link(server.mail_dir))
    patient.get_by_role("button", name="Confirm").click()
    patient.wait_for_url(re.compile("/accounts/login/|/welcome/about/"))
    if "/login" in patient.url:
        log_in(patient)
    patient.wait_for_url("**/welcome/about/")
    patient.get_by_role("link", name="Finish later").click()
    patient.wait_for_url("**/home/")

    # 2. Doctor, service, time, reason and a file; the slot is held.
    patient.goto("/doctors/")
    patient.get_by_role("link", name=f"Book {doctor.name}").click()
    look_two_days_ahead(patient)
    patient.get_by_role("radio", name="Video").check(force=True)
    free = patient.locator("#picker [data-time]").first
    expect(free).to_have_attribute("href", re.compile("mode=video"))
    free.click()
    patient.get_by_label("What is the visit about?").fill("घाँटी दुखेको — sore throat for three days")
    patient.set_input_files("input[name=files]", picture("throat.png", "salmon"))
    patient.get_by_role("button", name="Continue to review").click()
    expect(patient.get_by_text("sore throat for three days")).to_be_visible()
    patient.get_by_role("button", name="Book and go to payment").click()

    # 3. The payment page: amount, reference, QR, countdown; the bank reference and a proof.
    patient.wait_for_url("**/payments/*/")
    payment = Payment.objects.select_related("appointment").get()
    appointment = payment.appointment
    assert appointment.status == "pending_payment"
    expect(patient.locator("[data-amount]")).to_contain_text("800.00")
    expect(patient.get_by_text(payment.reference).first).to_be_visible()
    code = patient.locator("img[alt^='QR code']")
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth") > 0
    expect(patient.locator("time[data-countdown]").first).to_have_text(re.compile(r"^(29|30):\d\d$"))

    # 4. The manager's queue fills by itself; confirming changes the patient's and the doctor's pages at once.
    cashier = person(manager)
    cashier.goto("/payments/")
    expect(cashier.get_by_text("Nothing to check")).to_be_visible()
    calendar = person(doctor)
    calendar.goto(f"/appointments/{appointment.pk}/")
    expect(calendar.get_by_text("Waiting for payment").first).to_be_visible()

    patient.get_by_label("Bank reference").fill("FT-2026 0042 77")
    patient.set_input_files("input[name=proof]", picture("receipt.png", "seagreen"))
    patient.get_by_role("button", name="Send for checking").click()
    expect(patient.get_by_text("We are checking your payment")).to_be_visible()

    row = cashier.locator(f"#payment-{payment.pk}")
    expect(row).to_contain_text("Kamala")
    row.locator("[data-proof]").click()
    expect(cashier.locator("[data-proof-large]")).to_be_visible()
    cashier.keyboard.press("Escape")
    row.get_by_role("button", name="Confirm").click()
    cashier.get_by_role("button", name="Confirm payment").click()

    expect(patient.get_by_text("Paid. Thank you!")).to_be_visible()
    expect(calendar.get_by_text("Confirmed").first).to_be_visible()
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"
    assert CareLink.objects.filter(doctor=doctor, patient=appointment.patient).exists()

    # 5. They chat.
    conversation = f"/messages/{appointment.conversation_id}/"
    patient.goto(conversation)
    calendar.goto(conversation)
    say(patient, "Namaste doctor, see you soon")
    expect(calendar.locator("[data-messages]").get_by_text("Namaste doctor, see you soon")).to_be_visible()
    say(calendar, "नमस्ते, see you in the call")
    expect(patient.locator("[data-messages]").get_by_text("नमस्ते, see you in the call")).to_be_visible()

    # 6. They meet; the doctor lets the patient in, writes a note and completes the visit.
    room = f"/calls/{appointment.call_id}/"
    patient.goto(room)
    patient.locator("[data-join]").click()
    calendar.goto(room)
    calendar.locator("[data-join]").click()
    calendar.get_by_role("button", name=re.compile("Admit|Let in")).first.click()
    for page in (patient, calendar):
        wait_for_frames(page)
    note = calendar.locator("#call-visit textarea[name=text]")
    note.fill("Throat red, no fever. Warm salt water, paracetamol when needed.")
    expect(calendar.locator("[data-note-status]")).to_contain_text(re.compile(r"Saved \d"))
    calendar.get_by_role("button", name="Complete the visit and end the call").click()
    expect(patient.get_by_text("The visit is complete.").first).to_be_visible()

    # What the database says.
    appointment.refresh_from_db()
    assert appointment.status == "completed"
    assert appointment.call
    assert appointment.call.status == "ended"
    assert [change.to_status for change in appointment.history.all()] == [
        "pending_payment",
        "pending_confirmation",
        "confirmed",
        "in_progress",
        "completed",
    ]
    assert Appointment.objects.count() == 1
    assert CalendarCell.objects.filter(appointment=appointment).count() == 2 * 6
    texts = Message.objects.filter(conversation=appointment.conversation, kind="text")
    assert texts.count() == 2
    assert appointment.visit_note.text.startswith("Throat red")


def sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("First name").fill("Kamala")
    page.get_by_label("Last name").fill("Tamang")
    page.get_by_label("Email").fill(EMAIL)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/confirm-email/")


def log_in(page: Page) -> None:
    page.get_by_label("Email").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def verification_link(mail_dir: Path) -> str:
    """The link in the mail that the server's worker has sent."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for mail in mail_dir.glob("*.log") if mail_dir.exists() else ():
            found = re.search(r"http://127\.0\.0\.1:\d+/accounts/confirm-email/\S+", mail.read_text())
            if found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no verification mail arrived")


def picture(name: str, colour: str) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def wait_for_frames(page: Page) -> None:
    """The other side's video is really playing."""
    page.wait_for_function(
        """() => [...document.querySelectorAll("video")].some(
            video => video.srcObject && !video.muted && video.getVideoPlaybackQuality().totalVideoFrames > 5)"""
    )
