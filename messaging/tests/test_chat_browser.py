"""The chat page in real browsers: live, read marks, history, what is dangerous, and a server that dies."""

import io
import random
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from clinic.core.testing.browser import PHONE
from messaging.domain import notifications
from messaging.models import Attachment, Conversation, Message, Notification

from .factories import make_conversation, texts

pytestmark = [pytest.mark.browser, pytest.mark.server]


def opened(page: Page, conversation: Conversation) -> Page:
    """The conversation's page, once its socket has said `ready`."""
    page.goto(f"/messages/{conversation.pk}/")
    connected(page)
    return page


def connected(page: Page) -> None:
    """Waits until the page's socket has said `ready` (wait_for_function takes a promise for true)."""
    for _try in range(300):
        if page.evaluate("import('/static/js/live.js').then(module => module.live.connected)"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page did not connect")


def write(page: Page, text: str) -> None:
    box = page.get_by_label("Your message")
    box.fill(text)
    box.press("Enter")


def shown(page: Page) -> list[str]:
    return page.locator("[data-chat] [data-message] [data-text]").all_inner_texts()


def picture(number: int = 0) -> bytes:
    """A JPEG of some 100 KB, different for each number."""
    random.seed(number)
    file = io.BytesIO()
    Image.frombytes("RGB", (300, 200), random.randbytes(300 * 200 * 3)).save(file, "JPEG", quality=95)
    return file.getvalue()


def attach(page: Page, name: str, content: bytes, mime_type: str = "image/jpeg") -> None:
    files: Any = {"name": name, "mimeType": mime_type, "buffer": content}
    page.locator("[data-pick]").set_input_files(files)


def shown_with_files(page: Page) -> list[tuple[int, str, list[str]]]:
    """What stands in the thread, from top to bottom: number, text and names of files of each message."""
    read = """all => all.map(one => [Number(one.dataset.seq), one.querySelector("[data-text]").innerText,
        [...one.querySelectorAll("[data-file-picture]")].map(picture => picture.alt)])"""
    return [
        (seq, text, files)
        for seq, text, files in page.locator("[data-chat] [data-message]").evaluate_all(read)
    ]


def stored_with_files(conversation: Conversation) -> list[tuple[int, str, list[str]]]:
    found = Message.objects.filter(conversation=conversation).order_by("seq").prefetch_related("attachments")
    return [(one.seq, one.text, [file.name for file in one.attachments.all()]) for one in found]


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
    assert shown(patients) == shown(doctors) == texts(conversation)


def test_the_list_shows_what_is_unread_live(person: Any, patient: Any, doctor: Any, server: Any) -> None:
    conversation = make_conversation(patient, doctor)
    page = person(patient, viewport=PHONE)
    page.goto("/messages/")
    connected(page)
    doctors = opened(person(doctor), conversation)
    write(doctors, "are you there?")
    row = page.locator(".chat-row")
    expect(row).to_contain_text("are you there?")
    expect(row.locator(".count")).to_contain_text("1")
    row.click()
    expect(page.locator("[data-text]")).to_have_text("are you there?")
    expect(doctors.locator("[data-state=read]")).to_have_count(1)
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
    assert page.locator("[data-seq]").count() == 50
    first = page.locator("[data-seq='81']")
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 120 }")
    top = first.bounding_box()
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 50 }")
    expect(page.locator("[data-seq='31']")).to_have_count(1)
    after = first.bounding_box()
    assert top is not None
    assert after is not None
    assert abs(after["y"] - (top["y"] + 70)) < 3
    page.locator("[data-scroll]").evaluate("box => { box.scrollTop = 0 }")
    expect(page.locator("[data-seq='1']")).to_have_count(1)
    expect(page.get_by_text("Load earlier messages")).to_be_hidden()
    seqs = page.locator("[data-seq]").evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    assert seqs == list(range(1, 131))


def test_who_reads_above_gets_a_pill_and_is_not_moved(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=60)
    page = opened(person(patient), conversation)
    expect(page.locator("[data-seq='60']")).to_be_in_viewport()
    scroll = page.locator("[data-scroll]")
    scroll.evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
    page.wait_for_timeout(200)
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


def test_nothing_is_lost_or_doubled_when_the_server_dies(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    """Both write, with files; the server process is killed and lines are cut while messages and uploads are under way,
    again and again. Both end with every message once, in one order: the one of the database."""
    conversation = make_conversation(patient, doctor)
    pages = {"p": opened(person(patient), conversation), "d": opened(person(doctor), conversation)}
    written, names = [], []
    for round_number in range(3):
        for number in range(6):
            for name, page in pages.items():
                written.append(text := f"{name} {round_number} {number}")
                if number == 2 and name == "p":
                    names.append(file := f"picture {round_number}.jpg")
                    attach(page, file, picture(round_number))
                write(page, text)
                if number == 2 and name == "p":
                    server.kill()  # mid-send and mid-upload: nobody knows what was stored
                if number == 4 and name == "d":
                    page.context.set_offline(True)
        expect(pages["d"].locator("[data-state=sending]").first).to_be_visible()
        server.start()
        # The one side is back, the other side's line is still cut.
        connected(pages["p"])
        expect(pages["p"].locator("[data-state=sending], [data-state=failed]")).to_have_count(
            0, timeout=30_000
        )
        pages["d"].context.set_offline(False)
        connected(pages["d"])
        for page in pages.values():
            expect(page.locator("[data-state=sending], [data-state=failed]")).to_have_count(0, timeout=30_000)
    for page in pages.values():
        expect(page.locator("[data-seq]")).to_have_count(36, timeout=30_000)
    stored = stored_with_files(conversation)
    assert sorted(text for _seq, text, _files in stored) == sorted(written)
    assert sorted(file for *_rest, files in stored for file in files) == sorted(names)
    assert [seq for seq, *_rest in stored] == list(range(1, 37))
    assert Attachment.objects.filter(message=None).count() == 0
    for page in pages.values():
        assert shown_with_files(page) == stored
        page.reload()
        connected(page)
        assert shown_with_files(page) == stored


def test_a_message_written_offline_survives_a_reload(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    page = opened(person(patient), conversation)
    # The page loads, its socket does not: as behind a proxy that is half up.
    page.route_web_socket(re.compile("/ws/"), lambda socket: socket.close())
    page.reload()
    write(page, "first, offline")
    write(page, "second, offline")
    expect(page.locator("[data-state=sending]")).to_have_count(2)
    page.reload()
    expect(page.locator("[data-state=sending]")).to_have_count(2)
    assert texts(conversation) == []
    # Another page of the portal delivers it as well.
    fresh = page.context.new_page()
    fresh.goto("/notifications/")
    connected(fresh)
    page.close()
    opened(fresh, conversation)
    expect(fresh.locator("[data-state=sent]")).to_have_count(2)
    assert texts(conversation) == ["first, offline", "second, offline"]


def test_a_file_waits_for_the_line_and_goes_out_after_a_reload(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    page = opened(person(patient), conversation)
    attach(page, "letter.exe", b"MZ", "application/x-msdownload")
    refused = page.locator("[data-chip=refused]")
    expect(refused).to_contain_text("only pictures, PDF and plain text")
    refused.get_by_role("button", name="Remove letter.exe").click()
    # A file that lies about its type gets past the browser, not past the server.
    attach(page, "lie.jpg", b"<html><script>alert(1)</script>" * 40)
    expect(refused).to_contain_text("Please choose one of these")
    refused.get_by_role("button", name="Remove lie.jpg").click()
    page.route("**/attachments/", lambda route: route.abort())
    attach(page, "rash.jpg", picture())
    write(page, "here it is")
    expect(page.locator("[data-state=sending]")).to_contain_text("rash.jpg")
    attach(page, "draft.jpg", picture(1))
    page.reload()
    expect(page.locator("[data-state=sending]")).to_contain_text("rash.jpg")
    expect(page.locator("[data-chip]")).to_contain_text("draft.jpg")
    page.unroute("**/attachments/")
    expect(page.locator("[data-state=sent]")).to_have_count(1, timeout=15_000)
    expect(page.locator("[data-chip=ready]")).to_have_count(1)
    assert shown_with_files(page) == stored_with_files(conversation) == [(1, "here it is", ["rash.jpg"])]
    page.locator("[data-chip]").get_by_role("button", name="Remove draft.jpg").click()
    page.reload()
    connected(page)
    assert page.locator("[data-chip]").count() == 0
    assert page.get_by_label("Your message").input_value() == ""
    assert shown_with_files(page) == stored_with_files(conversation)


def test_answers_and_changes_reach_who_was_away(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    patients, doctors = opened(person(patient), conversation), opened(person(doctor), conversation)
    expect(patients.locator("[data-presence]")).to_contain_text("Online")
    attach(patients, "rash.jpg", picture())
    expect(patients.locator("[data-chip=ready]")).to_have_count(1)
    write(patients, "is it bad?")
    seen = doctors.locator("[data-seq='1'] [data-file-picture]")
    expect(seen).to_be_visible()
    expect(seen).to_have_js_property("complete", True)
    assert seen.evaluate("picture => picture.naturalWidth") > 100
    # By keyboard alone: to the message, its menu, the answer.
    doctors.locator("[data-scroll]").focus()
    doctors.keyboard.press("ArrowUp")
    doctors.keyboard.press("Enter")
    expect(doctors.get_by_role("menuitem", name="Edit")).to_be_hidden()
    doctors.get_by_role("menuitem", name="Reply").press("Enter")
    doctors.keyboard.type("No, it is not.")
    doctors.keyboard.press("Enter")
    expect(patients.locator("[data-seq='2'] [data-quote]")).to_contain_text("is it bad?")
    expect(patients.locator("[data-said]")).to_contain_text("No, it is not.")
    write(patients, "to be deleted")
    expect(doctors.locator("[data-seq='3']")).to_be_visible()
    doctors.context.set_offline(True)
    message = patients.locator("[data-seq='3']")
    message.hover()
    message.get_by_role("button", name="What to do").click()
    patients.get_by_role("menuitem", name="Delete").click()
    patients.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(message).to_contain_text("This message was deleted.")
    first = patients.locator("[data-seq='1']")
    first.hover()
    first.get_by_role("button", name="What to do").click()
    patients.get_by_role("menuitem", name="Edit").click()
    write(patients, "is it dangerous?")
    expect(first).to_contain_text("edited")
    doctors.context.set_offline(False)
    for page in (doctors, patients):
        expect(page.locator("[data-seq='1'] [data-text]")).to_have_text("is it dangerous?")
        expect(page.locator("[data-seq='1'] [data-edited]")).to_be_visible()
        expect(page.locator("[data-seq='2'] [data-quote]")).to_contain_text("is it dangerous?")
        expect(page.locator("[data-seq='3']")).to_contain_text("This message was deleted.")
    assert texts(conversation) == ["is it dangerous?", "No, it is not.", ""]


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


def test_what_the_server_refuses_can_be_sent_again_or_deleted(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    page = opened(person(patient), conversation)
    conversation.members.filter(user=patient).delete()
    write(page, "to nobody")
    write(page, "to nobody either")
    failed = page.locator("[data-state=failed]")
    expect(failed).to_have_count(2)
    conversation.members.create(user=patient)
    failed.first.get_by_role("button", name="Send again").click()
    expect(page.locator("[data-state=sent]")).to_have_count(1)
    failed.get_by_role("button", name="Delete").click()
    expect(failed).to_have_count(0)
    assert texts(conversation) == ["to nobody"]
    page.reload()
    connected(page)
    assert shown(page) == ["to nobody"]


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


def test_notifications_arrive_live_and_are_read(person: Any, patient: Any, server: Any) -> None:
    page = person(patient)
    page.goto("/notifications/")
    connected(page)
    expect(page.get_by_text("Nothing new")).to_be_visible()
    notifications.notify(
        patient, kind="payment", title="Your payment was confirmed", url="/messages/", key="a"
    )
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
