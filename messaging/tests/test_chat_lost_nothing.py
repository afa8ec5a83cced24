"""Nothing is lost, doubled or out of order in chat: servers killed, lines cut, pages reloaded, real browsers."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from messaging.models import Attachment

from .chat_browser import (
    attach,
    connected,
    opened,
    picture,
    shown,
    shown_with_files,
    stored_with_files,
    write,
)
from .factories import make_conversation, texts

pytestmark = [pytest.mark.browser, pytest.mark.server]


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
    expect(page.locator("[data-chip]")).to_have_count(0)
    expect(page.get_by_label("Your message")).to_have_value("")
    assert shown_with_files(page) == stored_with_files(conversation)


def test_answers_and_changes_reach_who_was_away(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    patients, doctors = opened(person(patient), conversation), opened(person(doctor), conversation)
    expect(patients.locator(".chat-presence")).to_contain_text("Online")
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


def test_what_the_server_refuses_can_be_sent_again_or_deleted(person: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    page = opened(person(patient), conversation)
    conversation.members.filter(user=patient).delete()
    write(page, "to nobody")
    write(page, "to nobody either")
    failed = page.locator("[data-state=failed]")
    expect(failed).to_have_count(2)
    conversation.members.create(user=patient)
    other_tab = opened(page.context.new_page(), conversation)
    expect(other_tab.locator("[data-state=failed]")).to_have_count(2)
    failed.first.get_by_role("button", name="Send again").click()
    expect(page.locator("[data-state=sent]")).to_have_count(1)
    failed.get_by_role("button", name="Delete").click()
    for tab in (page, other_tab):
        expect(tab.locator("[data-state=failed]")).to_have_count(0)
        expect(tab.locator("[data-text]").filter(has_text="to nobody")).to_have_count(1)
    assert texts(conversation) == ["to nobody"]
    page.reload()
    connected(page)
    assert shown(page) == ["to nobody"]
