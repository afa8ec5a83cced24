"""The note saves itself, keeps what it could not save, and shows what another window changed."""

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from accounts.models import CareLink
from records.domain import note_words, notes
from records.models import NoteAddendum, VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def url(server: Any, patient: Any, doctor: Any, service: Any) -> str:
    CareLink.objects.create(patient=patient, doctor=doctor)
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    return f"/visits/{visit.pk}/note/"


def field(page: Any) -> Any:
    return page.get_by_role("textbox", name="Visit note")


def saved(page: Any) -> None:
    page.locator("[data-note-status]", has_text=re.compile(r"Saved \d")).wait_for()


def test_what_is_written_is_saved_also_after_a_lost_connection(person: Any, url: str, doctor: Any) -> None:
    page = person(doctor)
    page.goto(url)
    field(page).press_sequentially("Dry cough.")
    saved(page)
    assert VisitNote.objects.get().text == "Dry cough."
    page.context.set_offline(True)
    field(page).press_sequentially(" No fever.")
    page.get_by_text("Not saved yet: no connection.").wait_for()
    assert VisitNote.objects.get().text == "Dry cough."
    page.context.set_offline(False)
    page.get_by_text("Not saved yet: no connection.").wait_for(state="hidden")
    saved(page)
    assert VisitNote.objects.get().text == "Dry cough. No fever."
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('note:')).length") == 0


def test_what_is_typed_before_the_script_is_there_is_saved(person: Any, url: str, doctor: Any) -> None:
    page = person(doctor)
    late: list[Any] = []

    def keep(route: Any) -> None:
        late.append(route)

    page.route("**/records/note.js", keep, times=1)
    with page.expect_request("**/records/note.js"):
        page.goto(url, wait_until="commit")
    field(page).fill("Early.")
    late[0].continue_()
    saved(page)
    assert VisitNote.objects.get().text == "Early."


def test_unsaved_text_comes_back_after_a_crash(person: Any, url: str, doctor: Any) -> None:
    page = person(doctor)
    page.goto(url)
    page.route(
        "**/note/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    field(page).press_sequentially("Kept.")
    page.get_by_text("Not saved yet: no connection.").wait_for()
    page.unroute("**/note/")
    page.reload()
    saved(page)
    expect(field(page)).to_have_value("Kept.")
    assert VisitNote.objects.get().text == "Kept."


def test_two_windows_never_overwrite_each_other_unseen(person: Any, url: str, doctor: Any) -> None:
    first = person(doctor)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(url)
    field(first).press_sequentially("One.")
    saved(first)
    field(second).press_sequentially("Two.")
    conflict = second.get_by_role("alert").filter(has_text="changed in another window")
    conflict.wait_for()
    expect(conflict.get_by_text("One.")).to_be_visible()
    assert VisitNote.objects.get().text == "One."
    conflict.get_by_role("button", name="Keep mine").click()
    saved(second)
    assert VisitNote.objects.get().text == "Two."


def test_signing_ends_the_writing(person: Any, url: str, doctor: Any, patient: Any) -> None:
    page = person(doctor)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(url)
    field(page).press_sequentially("Rest and water.")
    page.get_by_role("button", name="Sign the note").click()
    page.get_by_text("Signed by Dr. Sita Sharma").wait_for()
    expect(field(page)).to_have_count(0)
    reader = person(patient)
    reader.goto(url)
    reader.get_by_text("Rest and water.").wait_for()


def test_forms_templates_and_shortcuts(person: Any, url: str, doctor: Any) -> None:
    note_words.save_phrase(actor=doctor, shortcut=".bp", text="Blood pressure measured sitting.")
    note_words.save_template(
        actor=doctor, name="Cold", kind="soap", content={"subjective": "Nose runs.", "plan": "Tea."}
    )
    page = person(doctor)
    page.goto(url)
    page.get_by_label("Begin from a template").select_option(label="Cold")
    objective = page.get_by_role("textbox", name="Objective")
    # A shortcut only where it is a word of its own.
    objective.press_sequentially("x.bp .bp done")
    expect(objective).to_have_value("x.bp Blood pressure measured sitting. done")
    saved(page)
    note = VisitNote.objects.get()
    assert (note.kind, note.subjective, note.plan) == ("soap", "Nose runs.", "Tea.")
    # The other form holds the same words, and gives them back.
    page.get_by_role("radio", name="Free text").check()
    expect(field(page)).to_have_value(re.compile(r"S: Nose runs\.\n\nO: x\.bp Blood .*\n\nP: Tea\."))
    page.get_by_role("radio", name="SOAP").check()
    expect(page.get_by_role("textbox", name="Plan")).to_have_value("Tea.")
    expect(field(page)).to_be_hidden()


def test_two_windows_that_crash_lose_neither_text(person: Any, url: str, doctor: Any) -> None:
    first = person(doctor)
    context = first.context
    second = context.new_page()
    for page, text in ((first, "One."), (second, "Two.")):
        page.goto(url)
        page.route(
            "**/note/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        field(page).press_sequentially(text)
        page.get_by_text("Not saved yet: no connection.").wait_for()
    first.close()
    second.close()
    page = context.new_page()
    page.goto(url)
    conflict = page.get_by_role("alert").filter(has_text="closed before its text was saved")
    conflict.wait_for()
    page.get_by_role("button", name="Put both together").click()
    saved(page)
    expect(conflict).to_be_hidden()
    assert {"One.", "Two."} == set(VisitNote.objects.get().text.split("\n\n"))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('note:')).length") == 0


def test_an_addendum_that_was_not_sent_comes_back(person: Any, url: str, doctor: Any) -> None:
    visit = UUID(url.split("/")[2])
    notes.save(visit, author=doctor, text="Rest.", version=0)
    notes.sign(visit, author=doctor)
    page = person(doctor)
    page.goto(url)
    page.get_by_text("Add to this note").click()
    words = page.get_by_role("textbox", name="Addendum")
    words.press_sequentially("Sodium 138.")
    page.reload()
    expect(words).to_have_value("Sodium 138.")
    page.get_by_role("button", name="Sign the addendum").click()
    expect(page.locator("#visit-note")).to_contain_text("Sodium 138.")
    expect(page.locator("[data-addendum]")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('addendum:'))") == []
    assert NoteAddendum.objects.get().text == "Sodium 138."
