"""A patient's record: open to the care team and to who broke the glass, closed to everyone else, always noted."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.domain import break_glass, care
from accounts.models import User
from records import rules
from records.domain import notes
from records.models import VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, AppointmentFile
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

REASON = "Found unconscious, need to know the medicines."


@pytest.fixture
def visit(patient: User, doctor: User, service: Any) -> Appointment:
    care.link(patient, doctor)
    visit = make_appointment(
        patient, doctor, service, status=AppointmentStatus.IN_PROGRESS, reason="A cough for two weeks"
    )
    AppointmentFile.objects.create(
        appointment=visit, file=ContentFile(b"%PDF-1.7\n", name="lab.pdf"), content_type="application/pdf",
        name="lab.pdf", uploaded_by=patient,
    )  # fmt: skip
    notes.save(visit.pk, author=doctor, text="Signed findings.", version=0)
    notes.sign(visit.pk, author=doctor)
    return visit


@pytest.fixture
def draft(patient: User, doctor: User, service: Any) -> VisitNote:
    other = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), status=AppointmentStatus.CONFIRMED
    )
    return notes.save(other.pk, author=doctor, text="Half a thought.", version=0)


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def addresses(visit: Appointment) -> dict[str, str]:
    file = visit.files.get()  # type: ignore[attr-defined]
    return {
        "record": f"/patients/{visit.patient_id}/record/",
        "file": f"/appointments/{visit.pk}/files/{file.pk}/",
        "note": f"/visits/{visit.pk}/note/",
        "api": f"/api/visitnotes/{visit.visit_note.pk}/",  # type: ignore[attr-defined]
    }


def test_an_unrelated_doctor_reads_nothing_until_the_glass_is_broken(
    client: Any, visit: Appointment, draft: VisitNote, other_doctor: User, manager: User
) -> None:
    client = signed_in(client, other_doctor)
    assert {client.get(path).status_code for path in addresses(visit).values()} == {404}
    access = break_glass.open_record(other_doctor, visit.patient, reason=REASON)
    assert {client.get(path).status_code for path in addresses(visit).values()} == {200}
    page = client.get(addresses(visit)["record"]).content.decode()
    assert "A cough for two weeks" in page
    assert "Signed findings." in page
    assert "lab.pdf" in page
    assert "Half a thought." not in page
    # To read, not to act.
    assert client.get(f"/appointments/{visit.pk}/").status_code == 404
    assert client.post(addresses(visit)["note"], {"text": "x", "version": "1"}).status_code == 404
    assert not rules.can_read_note(other_doctor, draft)
    break_glass.end(access.pk, actor=manager)
    assert {client.get(path).status_code for path in addresses(visit).values()} == {404}


def test_the_care_team_reads_until_it_is_ended(
    client: Any, visit: Appointment, other_doctor: User, manager: User
) -> None:
    client = signed_in(client, other_doctor)
    care.add(visit.patient, other_doctor, actor=manager, reason="Second opinion")
    assert {client.get(path).status_code for path in addresses(visit).values()} == {200}
    care.end(visit.patient, other_doctor, actor=manager, reason="Given")
    assert {client.get(path).status_code for path in addresses(visit).values()} == {404}


SECTIONS = ("", "history/", "vitals/", "summary/")


@pytest.mark.parametrize(
    ("who", "status"), [("other_patient", 404), ("other_doctor", 404), ("manager", 403), ("admin", 403)]
)
def test_the_record_is_nobody_elses(
    client: Any, request: Any, visit: Appointment, who: str, status: int
) -> None:
    client = signed_in(client, request.getfixturevalue(who))
    record = addresses(visit)["record"]
    assert {client.get(record + section).status_code for section in SECTIONS} == {status}


def test_patients_read_their_own_and_write_nothing(
    client: Any, visit: Appointment, draft: VisitNote, patient: User
) -> None:
    client = signed_in(client, patient)
    assert client.get("/record/")["Location"] == addresses(visit)["record"]
    for section in SECTIONS:
        assert client.get(addresses(visit)["record"] + section).status_code == 200
    page = client.get(addresses(visit)["record"]).content.decode()
    assert "Signed findings." in page
    assert "Half a thought." not in page
    for address in ("history/allergy/new/", "take-over/"):
        answer = client.post(addresses(visit)["record"] + address, {"kind": "allergy", "substance": "Latex"})
        assert answer.status_code == 403


def test_management_reads_no_notes(client: Any, visit: Appointment, manager: User) -> None:
    client = signed_in(client, manager)
    assert client.get(addresses(visit)["note"]).status_code == 404
    assert client.get(addresses(visit)["api"]).status_code in (401, 404)


def test_what_never_was_a_visit_is_no_record(
    client: Any, visit: Appointment, doctor: User, service: Any
) -> None:
    for hour, status in ((11, "expired"), (12, "declined"), (13, "pending_payment")):
        make_appointment(visit.patient, doctor, service, starts_at=clinic_time(4, hour), status=status)
    page = signed_in(client, doctor).get(addresses(visit)["record"])
    assert [entry.row for entry in page.context["page"].entries if entry.kind == "visit"] == [visit]
