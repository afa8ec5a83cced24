"""Structured notes, what they said before, and what is added once they are signed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.domain import break_glass
from accounts.enums import ActivityVerb
from accounts.models import Activity, CareLink
from clinic.core.errors import InvalidTransition, NotAllowed
from messaging.models import Notification
from records.domain import addenda, note_versions, notes
from records.models import NoteAddendum, NoteVersion, VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 3, 6, 15, tzinfo=UTC)


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Any:
    CareLink.objects.create(patient=patient, doctor=doctor)
    return make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)


@pytest.fixture
def signed(visit: Any, doctor: Any) -> VisitNote:
    notes.save(visit.pk, author=doctor, text="Rest.", version=0)
    return notes.sign(visit.pk, author=doctor)


def write(visit: Any, *texts: str, gap: timedelta = timedelta(minutes=2), **content: Any) -> None:
    start = VisitNote.objects.filter(appointment=visit).values_list("version", flat=True).first() or 0
    for index, text in enumerate(texts):
        with time_machine.travel(NOON + gap * (start + index), tick=False):
            notes.save(visit.pk, author=visit.doctor, version=start + index, text=text, **content)


def numbers() -> list[int]:
    return list(NoteVersion.objects.order_by("number").values_list("number", flat=True))


def test_a_structured_note_is_saved_part_by_part(visit: Any, doctor: Any, client: Any) -> None:
    client.force_login(doctor)
    url = f"/visits/{visit.pk}/note/"
    parts = {
        "kind": "soap",
        "subjective": "Cough.",
        "objective": "Clear lungs.",
        "assessment": "",
        "plan": "Tea.",
    }
    assert client.post(url, {**parts, "text": "", "version": "0"}).json()["version"] == 1
    # What is not sent stays.
    stale = client.post(url, {"plan": "Rest.", "version": "0"}).json()
    assert (stale["code"], stale["content"]["plan"]) == ("stale_version", "Tea.")
    assert client.post(url, {"plan": "Rest.", "version": "1"}).json()["version"] == 2
    note = VisitNote.objects.get()
    assert (note.kind, note.subjective, note.plan) == ("soap", "Cough.", "Rest.")
    assert client.post(url, {"kind": "poem", "version": "2"}).json()["fields"].keys() == {"kind"}
    assert client.post(url, {"plan": "x" * 20001, "version": "2"}).json()["fields"].keys() == {"plan"}
    notes.sign(visit.pk, author=doctor)
    client.force_login(visit.patient)
    page = client.get(url).content.decode()
    assert "Clear lungs." in page
    assert "Assessment" not in page


def test_one_version_a_minute_is_kept(visit: Any, doctor: Any) -> None:
    write(visit, "Cough", "Cough for", "Cough for a week", gap=timedelta(seconds=20))
    assert numbers() == [3]
    write(visit, "Cough for a week. Dry.", gap=timedelta(minutes=2))
    assert numbers() == [3, 4]


def test_what_was_taken_out_can_be_brought_back_however_quickly_it_went(
    visit: Any, doctor: Any, client: Any
) -> None:
    write(visit, "Cough for a week, dry, worse at night.", "", gap=timedelta(seconds=5))
    assert numbers() == [1, 2]
    client.force_login(doctor)
    page = client.get(f"/visits/{visit.pk}/note/versions/").content.decode()
    assert "worse at night" in page
    client.post(f"/visits/{visit.pk}/note/versions/1/", {"version": "2"})
    assert VisitNote.objects.get().text == "Cough for a week, dry, worse at night."
    # From a page that is out of date nothing is brought back over newer words.
    client.post(f"/visits/{visit.pk}/note/versions/2/", {"version": "2"})
    assert VisitNote.objects.get().version == 3
    assert client.post(f"/visits/{visit.pk}/note/versions/99/", {"version": "3"}).status_code == 404


def test_what_another_window_wrote_stays_a_version(visit: Any, doctor: Any) -> None:
    write(visit, "From the one window.")
    with time_machine.travel(NOON + timedelta(seconds=5), tick=False):
        notes.save(visit.pk, author=doctor, version=1, text="From the other window.", apart=True)
    assert [v.content["text"] for v in NoteVersion.objects.order_by("number")] == [
        "From the one window.",
        "From the other window.",
    ]


def test_a_note_from_before_versions_keeps_its_text(visit: Any, doctor: Any) -> None:
    write(visit, "Old words.")
    NoteVersion.objects.all().delete()
    write(visit, "New words, and more.")
    assert numbers() == [1, 2]
    note = VisitNote.objects.get()
    [latest, first] = note_versions.steps(note, list(note_versions.of(note)))
    assert note_versions.steps(note, [latest.version]) == [latest]
    assert (latest.is_latest, first.is_latest) == (True, False)
    assert [piece.text for piece in latest.changes[0].pieces if piece.kind == "removed"] == ["Old"]


@pytest.mark.parametrize("digits", [10, 20, 5000])
def test_numbers_beyond_every_version_are_refused_kindly(visit: Any, client: Any, digits: int) -> None:
    """Longer than a database keeps, and than Python reads."""
    write(visit, "One.")
    client.force_login(visit.doctor)
    url, number = f"/visits/{visit.pk}/note/", "9" * digits
    saved = client.post(url, {"text": "Two.", "version": number})
    assert (saved.status_code, saved.json()["fields"].keys()) == (400, {"version"})
    back = client.post(f"{url}versions/1/", {"version": number}, follow=True)
    assert (back.status_code, back.redirect_chain) == (200, [(f"{url}versions/", 302)])
    assert client.post(f"{url}versions/{number}/", {"version": "1"}).status_code == 404
    assert VisitNote.objects.get().text == "One."


def test_signing_keeps_the_signed_version_and_ends_bringing_back(
    visit: Any, doctor: Any, client: Any
) -> None:
    write(visit, "One.", "One, two.")
    notes.sign(visit.pk, author=doctor)
    assert numbers() == [1, 2]
    client.force_login(doctor)
    client.post(f"/visits/{visit.pk}/note/versions/1/", {"version": "2"})
    assert VisitNote.objects.get().text == "One, two."
    with pytest.raises(InvalidTransition):
        notes.bring_back(visit.pk, author=doctor, number=1, version=2)


def test_only_the_author_sees_versions(
    signed: VisitNote, other_doctor: Any, request: Any, client: Any
) -> None:
    visit, doctor = signed.appointment, signed.author
    CareLink.objects.create(patient=visit.patient, doctor=other_doctor)
    for who in ("patient", "other_patient", "other_doctor", "manager", "admin"):
        client.force_login(request.getfixturevalue(who))
        assert client.get(f"/visits/{visit.pk}/note/versions/").status_code == 404
        assert client.post(f"/visits/{visit.pk}/note/versions/1/", {"version": "1"}).status_code == 404
    client.force_login(doctor)
    assert client.get(f"/visits/{visit.pk}/note/versions/").status_code == 200


def test_an_addendum_is_added_once_and_told(
    visit: Any, signed: VisitNote, doctor: Any, other_doctor: Any, client: Any
) -> None:
    client.force_login(doctor)
    url = f"/visits/{visit.pk}/note/addenda/"
    for _click in range(2):
        assert client.post(url, {"text": " Blood test was normal. "}).status_code == 302
    addendum = NoteAddendum.objects.get()
    assert addendum.text == "Blood test was normal."
    [told] = Notification.objects.filter(key=f"addendum:{addendum.pk}")
    assert told.user == visit.patient
    assert "Blood" not in told.title
    assert Activity.objects.filter(verb=ActivityVerb.NOTE_ADDED_TO, patient=visit.patient).count() == 1
    empty = client.post(url, {"text": "   "})
    assert empty.status_code == 400
    assert "Write what is to be added." in empty.content.decode()
    # Another doctor of the care team; the note's author hears of it.
    CareLink.objects.create(patient=visit.patient, doctor=other_doctor)
    added = addenda.add(signed.pk, author=other_doctor, text="Seen, agreed.")
    told_of = set(Notification.objects.filter(key=f"addendum:{added.pk}").values_list("user", flat=True))
    assert told_of == {visit.patient_id, doctor.pk}
    client.force_login(visit.patient)
    page = client.get(f"/visits/{visit.pk}/note/").content.decode()
    assert "Seen, agreed." in page
    assert "Add to this note" not in page


def test_who_may_not_add(signed: VisitNote, other_doctor: Any, request: Any, client: Any, api: Any) -> None:
    visit, doctor = signed.appointment, signed.author
    url, path = f"/visits/{visit.pk}/note/addenda/", f"/api/visitnotes/{signed.pk}/addenda/"
    for who, status in (("patient", 403), ("other_patient", 404), ("other_doctor", 404), ("manager", 404)):
        client.force_login(request.getfixturevalue(who))
        assert client.post(url, {"text": "x"}).status_code == status
        assert api(request.getfixturevalue(who)).post(path, {"text": "x"}).status_code == status
    # Broken glass opens it to read.
    break_glass.open_record(other_doctor, visit.patient, reason="Found unconscious, medicines unknown.")
    client.force_login(other_doctor)
    assert client.get(f"/visits/{visit.pk}/note/").status_code == 200
    assert client.post(url, {"text": "x"}).status_code == 403
    assert not NoteAddendum.objects.exists()
    assert api(doctor).post(path, {"text": "Later."}).status_code == 201
    assert api(visit.patient).get(f"/api/visitnotes/{signed.pk}/").data["addenda"][0]["text"] == "Later."


def test_a_draft_takes_no_addendum(visit: Any, doctor: Any, other_doctor: Any) -> None:
    note = notes.save(visit.pk, author=doctor, text="Rest.", version=0)
    with pytest.raises(InvalidTransition):
        addenda.add(note.pk, author=doctor, text="More.")
    with pytest.raises(NotAllowed):
        addenda.add(note.pk, author=other_doctor, text="More.")


def test_the_records_notes_cost_the_same_at_one_and_at_many(
    signed: VisitNote, other_doctor: Any, service: Any, client: Any
) -> None:
    patient, doctor = signed.appointment.patient, signed.author
    url = f"/patients/{patient.pk}/record/notes/"
    client.force_login(doctor)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        assert "Rest." in client.get(url).content.decode()
    for index in range(9):
        other = make_appointment(
            patient, doctor, service, starts_at=clinic_time(2 + index, 9), status="completed"
        )
        note = notes.save(other.pk, author=doctor, text=f"Note {index}", version=0)
        notes.sign(other.pk, author=doctor)
        addenda.add(note.pk, author=doctor, text="More.")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(url).context["page_obj"].object_list) == 10
    # One line of the trail each, in one insert.
    assert len(many) <= len(one) + 1
    client.force_login(other_doctor)
    assert client.get(url).status_code == 404
    client.force_login(patient)
    assert client.get(url).status_code == 200
