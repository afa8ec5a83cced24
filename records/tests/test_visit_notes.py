"""Visit notes: who writes, who reads, versions, signing."""

from typing import Any

import pytest

from accounts.models import CareLink
from messaging.models import Notification
from records.domain import notes
from records.models import VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def appointment(patient: Any, doctor: Any, service: Any) -> Any:
    CareLink.objects.create(patient=patient, doctor=doctor)
    return make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)


@pytest.fixture
def page(client: Any) -> Any:
    """`page(user).get(...)`"""

    def signed_in(user: Any) -> Any:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def url(appointment: Any) -> str:
    return f"/visits/{appointment.pk}/note/"


def test_saving_counts_versions_and_refuses_stale_ones(page: Any, doctor: Any, appointment: Any) -> None:
    client = page(doctor)
    first = client.post(url(appointment), {"text": "Cough.", "version": "0"})
    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert first.json()["saved_at"]
    assert client.post(url(appointment), {"text": "Cough, dry.", "version": "1"}).json()["version"] == 2
    # Another window that still knows version 1.
    stale = client.post(url(appointment), {"text": "Fever.", "version": "1"})
    assert stale.status_code == 409
    assert stale.json()["code"] == "stale_version"
    assert (stale.json()["version"], stale.json()["text"]) == (2, "Cough, dry.")
    # An answer that was lost: the same text again is not a conflict.
    again = client.post(url(appointment), {"text": "Cough, dry.", "version": "1"})
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert VisitNote.objects.get().text == "Cough, dry."


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": "x" * 20001, "version": "0"}, "text"),
        ({"text": "a\x00b", "version": "0"}, "text"),
        ({"text": "a", "version": ""}, "version"),
        ({"text": "a", "version": "-1"}, "version"),
        ({"text": "a", "version": "²"}, "version"),
        ({"text": "a"}, "version"),
    ],
)
def test_bad_input_says_where(
    page: Any, doctor: Any, appointment: Any, data: dict[str, str], field: str
) -> None:
    answer = page(doctor).post(url(appointment), data)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not VisitNote.objects.exclude(text="").exists()


def test_only_the_visits_doctor_writes(page: Any, appointment: Any, request: Any) -> None:
    for who in ("patient", "other_patient", "other_doctor", "manager", "admin"):
        client = page(request.getfixturevalue(who))
        assert client.post(url(appointment), {"text": "x", "version": "0"}).status_code == 404
    client.logout()
    assert client.post(url(appointment), {"text": "x", "version": "0"}).status_code == 302
    assert not VisitNote.objects.exists()


def test_no_note_for_a_visit_that_does_not_take_place(
    page: Any, patient: Any, doctor: Any, service: Any
) -> None:
    cancelled = make_appointment(patient, doctor, service, status=AppointmentStatus.CANCELLED)
    assert page(doctor).post(url(cancelled), {"text": "x", "version": "0"}).status_code == 404


def test_the_patient_reads_it_once_it_is_signed(
    page: Any, patient: Any, doctor: Any, appointment: Any
) -> None:
    page(doctor).post(url(appointment), {"text": "<b>Rest</b> & water.", "version": "0"})
    assert page(patient).get(url(appointment)).status_code == 404
    signed = page(doctor).post(
        url(appointment), {"text": "<b>Rest</b> & water.", "version": "1", "action": "sign"}
    )
    assert signed.json()["status"] == "final"
    shown = page(patient).get(url(appointment))
    assert "&lt;b&gt;Rest&lt;/b&gt; &amp; water." in shown.content.decode()
    [told] = Notification.objects.filter(user=patient)
    assert told.url == url(appointment)
    assert "Rest" not in told.title


def test_what_another_window_has_put_there_is_not_signed_unseen(doctor: Any, appointment: Any) -> None:
    notes.save(appointment.pk, author=doctor, text="Rest.", version=0)
    notes.save(appointment.pk, author=doctor, text="Run.", version=1)
    with pytest.raises(notes.StaleVersion):
        notes.sign(appointment.pk, author=doctor, version=1)
    assert notes.sign(appointment.pk, author=doctor, version=2).text == "Run."


def test_a_signed_note_does_not_change(page: Any, doctor: Any, appointment: Any) -> None:
    notes.save(appointment.pk, author=doctor, text="Rest.", version=0)
    notes.sign(appointment.pk, author=doctor)
    for action in ("", "sign"):
        answer = page(doctor).post(url(appointment), {"text": "More.", "version": "1", "action": action})
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    assert VisitNote.objects.get().text == "Rest."
    assert "data-note=" not in page(doctor).get(url(appointment)).content.decode()


def test_an_empty_note_is_not_signed(page: Any, doctor: Any, appointment: Any) -> None:
    answer = page(doctor).post(url(appointment), {"text": "  \n", "version": "0", "action": "sign"})
    assert answer.status_code == 400
    assert VisitNote.objects.get().status == "preliminary"


def test_other_doctors_read_signed_notes_of_patients_they_treat(
    page: Any, patient: Any, doctor: Any, other_doctor: Any, appointment: Any
) -> None:
    notes.save(appointment.pk, author=doctor, text="Rest.", version=0)
    CareLink.objects.create(patient=patient, doctor=other_doctor)
    assert page(other_doctor).get(url(appointment)).status_code == 404
    notes.sign(appointment.pk, author=doctor)
    assert "Rest." in page(other_doctor).get(url(appointment)).content.decode()
    CareLink.objects.filter(doctor=other_doctor).delete()
    assert page(other_doctor).get(url(appointment)).status_code == 404


def test_the_editor_keeps_what_is_stored(page: Any, doctor: Any, appointment: Any) -> None:
    notes.save(appointment.pk, author=doctor, text="</textarea><script>", version=0)
    content = page(doctor).get(url(appointment)).content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;" in content
    assert 'name="version" value="1"' in content
    fragment = page(doctor).get(url(appointment), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "data-note=" in fragment


def test_api_lists_what_each_may_read(
    api: Any, patient: Any, doctor: Any, appointment: Any, request: Any
) -> None:
    notes.save(appointment.pk, author=doctor, text="Rest.", version=0)
    assert api(patient).get("/api/visitnotes/").data["results"] == []
    notes.sign(appointment.pk, author=doctor)
    for person in (patient, doctor):
        [shown] = api(person).get("/api/visitnotes/").data["results"]
        assert (shown["text"], shown["status"], shown["author"]) == ("Rest.", "final", doctor.pk)
        assert api(person).get(f"/api/visitnotes/{shown['id']}/").data["text"] == "Rest."
    for who in ("other_patient", "other_doctor", "manager", "admin"):
        client = api(request.getfixturevalue(who))
        assert client.get("/api/visitnotes/").data["results"] == []
        assert client.get(f"/api/visitnotes/{shown['id']}/").status_code == 404
    assert api(None).get("/api/visitnotes/").status_code == 401


def test_api_saves_and_signs(api: Any, patient: Any, doctor: Any, appointment: Any) -> None:
    data = {"appointment": str(appointment.pk), "text": "Rest.", "version": 0}
    assert api(patient).post("/api/visitnotes/", data).status_code == 403
    assert api(doctor).post("/api/visitnotes/", data).data["version"] == 1
    stale = api(doctor).post("/api/visitnotes/", {**data, "text": "Else."})
    assert (stale.status_code, stale.data["code"], stale.data["version"]) == (409, "stale_version", 1)
    signed = api(doctor).post("/api/visitnotes/", {**data, "version": 1, "sign": True})
    assert signed.data["status"] == "final"
    assert api(doctor).post("/api/visitnotes/", {"appointment": "x"}).status_code == 400


def test_a_list_costs_the_same_at_one_and_at_thirty(
    api: Any, patient: Any, doctor: Any, service: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from scheduling.tests.factories import clinic_time

    def add(index: int) -> None:
        visit = make_appointment(
            patient, doctor, service, starts_at=clinic_time(1 + index // 10, 8 + index % 10)
        )
        notes.save(visit.pk, author=doctor, text=f"Note {index}", version=0)

    add(0)
    client = api(doctor)
    with CaptureQueriesContext(
        connection,
    ) as at_one:
        client.get("/api/visitnotes/?page_size=50")
    for index in range(1, 30):
        add(index)
    with django_assert_num_queries(len(at_one)):
        assert len(client.get("/api/visitnotes/?page_size=50").data["results"]) == 30
