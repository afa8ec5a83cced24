"""The chat page in real browsers: live, read marks, history, search, and what is dangerous."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from clinic.core.testing.browser import PHONE
from messaging.domain import notifications
from messaging.models import Message, Notification

from .chat_browser import connected, opened, shown, write
from .factories import make_conversation, texts

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_two_people_write_and_see_it_at_once(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    patients, doctors = opened(person(patient), conversation), opened(person(doctor), conversation)
    patients.get_by_label("Your message").type("नम")
    expect(doctors.locator("[data-typing]")).to_be_visible()
    write(patients, "नमस्ते, डाक्टर")
    expect(doctors.locator("[data-text]").filter(has_text="नमस्ते, डाक्टर")).to_be_visible()
    expect(doctors.locator("[data-typing]")).to_be_hidden()
    expect(patients.locator("[data-message][data-state=read]")).to_have_count(1)
    box = doctors.get_by_label("Your message")
    box.fill("first line")
    box.press("Shift+Enter")
    box.type("second line")
    box.press("Enter")
    expect(patients.locator("[data-text]").last).to_have_text("first line\nsecond line")
    assert texts(conversation) == ["नमस्ते, डाक्टर", "first line\nsecond line"]
    for page in (patients, doctors):
        expect(page.locator("[data-seq] [data-text]")).to_have_text(texts(conversation))


def test_the_list_shows_what_is_unread_live(person: Any, patient: Any, doctor: Any, server: Any) -> None:
    conversation = make_conversation(patient, doctor)
    page = person(patient, viewport=PHONE)
    page.goto("/messages/")
    connected(page)
    row = page.locator(".chat-row")
    expect(row.get_by_text("Online")).to_be_hidden()
    doctors = opened(person(doctor), conversation)
    expect(row.get_by_text("Online")).to_be_visible()
    row.focus()
    write(doctors, "are you there?")
    expect(row).to_contain_text("are you there?")
    expect(row).to_be_focused()  # it is drawn anew, and the keyboard stays where it was
    expect(row.locator(".count")).to_contain_text("1")
    expect(row.get_by_text("Online")).to_be_visible()
    row.click()
    expect(page.locator("[data-text]")).to_have_text("are you there?")
    expect(doctors.locator("[data-state=read]")).to_have_count(1)
    # Beside an open conversation a phone shows no list, and fetches none over its slow line.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(doctors, "and now?")
    with page.expect_response("**/notifications/unread/"):
        expect(page.locator("[data-text]").last).to_have_text("and now?")
    assert [url for url in asked if "/notifications/unread/" not in url] == []
    page.get_by_label("All messages").click()
    expect(page.locator(".chat-row .count")).to_have_count(0)


def test_text_is_never_markup(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    page = opened(person(patient), conversation)
    evil = "<img src=x onerror=alert(1)> <script>alert(1)</script> javascript:alert(1) https://ok.example/a?b=1&c=2."
    write(page, evil)
    expect(page.locator("[data-state=sent]")).to_have_count(1)
    for _look in ("live", "from the server"):
        expect(page.locator("[data-text]")).to_have_text(evil)
        assert page.locator("[data-text] img, [data-text] script").count() == 0
        link = page.locator("[data-text] a")
        expect(link).to_have_count(1)
        expect(link).to_have_attribute("href", "https://ok.example/a?b=1&c=2")
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        page.reload()
    assert texts(conversation) == [evil]


def test_a_message_that_is_too_long_stays_in_the_field(person: Any, patient: Any, doctor: Any) -> None:
    page = opened(person(patient), make_conversation(patient, doctor))
    write(page, "x" * 4001)
    expect(page.locator("[data-counter]")).to_have_text("1 characters too many")
    expect(page.get_by_label("Your message")).to_have_value("x" * 4001)
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value("x" * 4001)
    assert Message.objects.count() == 0


def test_earlier_messages_come_without_a_jump(person: Any, patient: Any, doctor: Any) -> None:
    page = opened(person(patient), make_conversation(patient, doctor, messages=130))
    expect(page.locator("[data-seq='130']")).to_be_in_viewport()
    expect(page.locator("[data-seq]")).to_have_count(50)
    first = page.locator("[data-seq='81']")
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 120 }")
    top = first.bounding_box()
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 50 }")
    expect(page.locator("[data-seq='31']")).to_have_count(1)
    assert top is not None
    # As far down as it was scrolled, whatever has come above it.
    settled(page, first, top["y"] + 70)
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 0 }")
    expect(page.locator("[data-seq='1']")).to_have_count(1)
    expect(page.get_by_text("Load earlier messages")).to_be_hidden()
    seqs = page.locator("[data-seq]").evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    assert seqs == list(range(1, 131))


def settled(page: Page, message: Locator, y: float) -> None:
    """The message comes to stand at this height."""
    box = None
    for _try in range(150):
        box = message.bounding_box()
        if box and abs(box["y"] - y) < 3:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{box} is not at {y}")


def test_who_reads_above_gets_a_pill_and_is_not_moved(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=60)
    page = opened(person(patient), conversation)
    expect(page.locator("[data-seq='60']")).to_be_in_viewport()
    scroll = page.locator("[data-scroll]")
    # The page has heard of it.
    scroll.evaluate("""box => new Promise((heard) => {
      box.addEventListener("scroll", () => setTimeout(heard), {once: true});
      box.scrollTop = box.scrollHeight / 2;
    })""")
    place = scroll.evaluate("box => box.scrollTop")
    doctors = opened(person(doctor), conversation)
    write(doctors, "news")
    pill = page.get_by_role("button", name="New messages")
    expect(pill).to_be_visible()
    assert scroll.evaluate("box => box.scrollTop") == place
    # It is on the patient's device, and not read.
    expect(doctors.locator("[data-seq='61']")).to_have_attribute("data-state", "delivered")
    pill.click()
    expect(page.locator("[data-seq='61']")).to_be_in_viewport()
    expect(pill).to_be_hidden()
    expect(doctors.locator("[data-seq='61']")).to_have_attribute("data-state", "read")


def test_a_search_leads_to_a_message_far_above(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=1000)
    for seq, text in ((30, "the amber one"), (500, "the violet one")):
        Message.objects.filter(conversation=conversation, seq=seq).update(text=text)
    page = opened(person(patient, viewport=PHONE), conversation)
    page.get_by_label("Search in this conversation").first.click()
    page.get_by_role("searchbox", name="Search in this conversation").fill("violet")
    page.locator(".chat-hit").click()
    # Loaded into the thread, without a new page.
    expect(page.locator("[data-seq='500']")).to_be_in_viewport()
    expect(page.locator("[data-seq='500']")).to_be_focused()
    assert page.locator("[data-seq='1000']").count() == 1
    page.goto("/messages/")
    page.get_by_label("Search names and messages").fill("amber")
    page.locator(".chat-row").filter(has_text="the amber one").click()
    # Too far above: a page of history.
    expect(page.locator("[data-seq='30']")).to_be_in_viewport()
    page.get_by_role("link", name="To the latest messages").click()
    expect(page.locator("[data-seq='1000']")).to_be_in_viewport()


def test_reading_and_sending_work_without_scripts(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=60)
    page = person(patient, java_script_enabled=False)
    page.goto(f"/messages/{conversation.pk}/")
    expect(page.locator("[data-seq='60']")).to_have_text(re.compile("message 60"))
    page.get_by_role("link", name="Load earlier messages").click()
    expect(page.locator("[data-seq='1']")).to_have_text(re.compile("message 1"))
    page.get_by_role("link", name="To the latest messages").click()
    page.get_by_label("Your message").fill("typed without scripts")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-seq='61']")).to_have_text(re.compile("typed without scripts"))


def test_a_clock_an_hour_off_changes_nothing(person: Any, patient: Any, doctor: Any, server: Any) -> None:
    conversation = make_conversation(patient, doctor)
    now = timezone.now()
    ahead, behind = person(patient), person(doctor)
    ahead.clock.set_system_time(now + timedelta(hours=1))
    behind.clock.set_system_time(now - timedelta(hours=1))
    cut = {ahead, behind}
    for page in (ahead, behind):
        page.route_web_socket(
            re.compile("/ws/"),
            lambda socket, page=page: socket.close() if page in cut else socket.connect_to_server(),
        )
        # Not sent yet: even so it has the clinic's time.
        page.goto(f"/messages/{conversation.pk}/")
        write(page, "written while the line is cut")
        stamp = page.locator("[data-state=sending] [data-time]").get_attribute("datetime")
        assert abs(datetime.fromisoformat(str(stamp)) - timezone.now()) < timedelta(minutes=5)
        cut.remove(page)
        opened(page, conversation)
        expect(page.locator("[data-state=sending]")).to_have_count(0)
    for page in (ahead, behind):
        expect(page.locator("[data-day]")).to_have_text("today")
        own = page.locator(".chat-own[data-seq]")
        own.hover()
        own.get_by_role("button", name="What to do").click()
        expect(page.get_by_role("menuitem", name="Edit")).to_be_visible()
    assert shown(ahead) == shown(behind) == texts(conversation)


def test_notifications_arrive_live_and_are_read(person: Any, patient: Any, server: Any) -> None:
    page = person(patient)
    page.goto("/notifications/")
    connected(page)
    expect(page.get_by_text("Nothing new")).to_be_visible()
    notifications.notify(patient, occasion="payment.confirmed", url="/messages/", key="a")
    # This process is not the server's: the page hears of it when it connects again, as after any lost event.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:reconnected'))")
    row = page.get_by_role("button", name="Your payment was confirmed")
    expect(row).to_be_visible()
    expect(page.get_by_role("button", name="Mark all as read")).to_be_visible()
    row.click()
    expect(page).to_have_url(re.compile("/messages/$"))
    assert Notification.objects.get().read_at is not None


def test_a_message_reaches_a_page_that_looks_elsewhere(
    person: Any, patient: Any, doctor: Any, server: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    page = person(patient)
    page.goto("/notifications/")
    connected(page)
    write(opened(person(doctor), conversation), "hello")
    expect(page.locator(".side-nav [data-count=unread_messages]")).to_contain_text("1")


def test_a_search_goes_on_while_messages_arrive(
    person: Any, patient: Any, doctor: Any, other_doctor: Any, manager: Any
) -> None:
    for colleague in (other_doctor, manager, patient):
        make_conversation(doctor, colleague, messages=1)
    page = person(doctor)
    page.goto("/messages/")
    connected(page)
    expect(page.locator(".chat-row")).to_have_count(3)
    page.get_by_label("Search names and messages").press_sequentially("asha")
    expect(page.locator(".chat-row")).to_have_count(1)
    write(opened(person(patient), make_conversation(patient, doctor)), "are you there?")
    expect(page.locator(".chat-row")).to_contain_text("are you there?")
    expect(page.locator(".chat-row")).to_have_count(1)
    field = page.get_by_label("Search names and messages")
    expect(field).to_have_value("asha")
    expect(field).to_be_focused()
    field.fill("maya")
    expect(page.locator(".chat-row")).to_contain_text("Maya Shrestha")
    field.fill("nobody")
    expect(page.get_by_text("Nobody of that name")).to_be_visible()
