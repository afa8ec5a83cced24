"""/activity/ for who reviews it, and 'Who opened my record' for patients."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import trail, trail_queries
from accounts.enums import RECORD_VERBS
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User

pytestmark = pytest.mark.django_db


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def verbs(page: Any) -> list[str]:
    return [row.verb for row, _what in page.context["rows"]]


@pytest.mark.parametrize("path", ["/activity/", "/activity/export/"])
def test_only_management_and_admin_review(
    client: Any, request: Any, path: str, patient: User, doctor: User
) -> None:
    assert client.get(path).status_code == 302
    for outsider in (patient, doctor):
        assert signed_in(client, outsider).get(path).status_code == 403
    for reviewer in ("manager", "admin"):
        assert signed_in(client, request.getfixturevalue(reviewer)).get(path).status_code == 200


def test_filters_stand_in_the_address(client: Any, manager: User, doctor: User, patient: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        trail.record(V.NOTE_READ, actor=doctor, patient=patient)
    trail.record(V.RECORD_READ, actor=doctor, patient=patient)
    trail.record(V.PROFILE_CHANGED, actor=patient, patient=patient, changed=["phone"])
    client = signed_in(client, manager)
    today = timezone.localdate()

    def ask(**wanted: Any) -> list[str]:
        return verbs(client.get("/activity/", wanted))

    everything = [V.LOGGED_IN, V.PROFILE_CHANGED, V.RECORD_READ, V.NOTE_READ]
    assert ask() == everything
    assert ask(person="sita sharma") == [V.RECORD_READ, V.NOTE_READ]
    assert ask(person="doctor@test") == [V.RECORD_READ, V.NOTE_READ]
    assert ask(patient="Gurung", verb=V.NOTE_READ) == [V.NOTE_READ]
    assert ask(patient="nobody") == []
    assert ask(**{"from": str(today)}) == everything[:3]
    assert ask(to=str(today - timedelta(days=1))) == [V.NOTE_READ]
    # What makes no sense is said and narrows nothing.
    for wrong in ({"verb": "nothing"}, {"from": "tomorrow"}, {"to": "9999-99-99"}, {"page": "x"}):
        assert ask(**wrong) == everything


def test_it_says_how_far_it_was_verified(client: Any, manager: User) -> None:
    trail.record(V.RECORD_READ, actor=manager)
    assert "not verified yet" in signed_in(client, manager).get("/activity/").content.decode()
    call_command("verify_trail", stdout=io.StringIO())
    assert "Verified up to number 2" in client.get("/activity/").content.decode()


def test_the_page_asks_no_more_for_thirty(client: Any, manager: User, doctor: User, patient: User) -> None:
    client = signed_in(client, manager)
    trail.record(V.RECORD_READ, actor=doctor, target=patient, patient=patient)
    client.get("/activity/")
    with CaptureQueriesContext(connection) as one:
        client.get("/activity/")
    trail.record_each(V.NOTE_READ, actor=doctor, about=[(patient, patient)] * 30)
    with CaptureQueriesContext(connection) as many:
        client.get("/activity/")
    assert len(many) == len(one)


def test_the_export_runs_nothing_and_is_noted(
    client: Any, manager: User, doctor: User, patient: User
) -> None:
    doctor.first_name = "=cmd"
    doctor.save()
    trail.record(V.CARE_LINK_ENDED, actor=patient, patient=patient, reason="=1+1")
    trail.record(V.RECORD_READ, actor=doctor, patient=patient)
    answer = signed_in(client, manager).get("/activity/export/", {"patient": "Gurung"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    header, *rows = book.active.iter_rows(values_only=True)  # type: ignore[union-attr]
    assert header == trail_queries.EXPORT_HEADER
    assert [row[4] for row in rows] == [V.RECORD_READ, V.CARE_LINK_ENDED]
    assert rows[1][10] == "'=1+1"
    assert not any(str(cell).startswith("=") for row in rows for cell in row)
    assert Activity.objects.filter(verb=V.TRAIL_EXPORTED, actor=manager).count() == 1


def test_the_export_has_an_end(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_queries, "EXPORT_ROWS", 3)
    trail.record_each(V.NOTE_READ, actor=manager, about=[(None, None)] * 5)
    assert len(list(trail_queries.export_rows(trail_queries.narrowed()))) == 3


# --- A patient's own ---


def test_a_patient_sees_who_opened_their_record_in_plain_words(
    client: Any, request: Any, patient: User, doctor: User, other_doctor: User
) -> None:
    manager, other_patient = (request.getfixturevalue(name) for name in ("manager", "other_patient"))
    for _look in range(3):
        trail.record(V.APPOINTMENT_READ, actor=doctor, target=patient, patient=patient)
    trail.record(V.BREAK_GLASS_OPENED, actor=other_doctor, target=patient, patient=patient, reason="secret")
    trail.record(V.NOTE_READ, actor=patient, patient=patient)
    trail.record(V.PAYMENT_CONFIRMED, actor=manager, patient=patient)
    trail.record(V.NOTE_READ, actor=manager, patient=other_patient)
    page = signed_in(client, patient).get("/profile/activity/")
    accesses = page.context["accesses"]
    assert [(access.row.actor, len(access.times), access.is_break_glass) for access in accesses] == [
        (other_doctor, 1, True),
        (doctor, 3, False),
    ]
    text = page.content.decode()
    assert "looked at one of your visits" in text
    assert "3 times" in text
    assert "secret" not in text


@pytest.mark.parametrize("who", ["doctor", "manager", "admin"])
def test_only_patients_have_such_a_page(client: Any, request: Any, who: str) -> None:
    assert client.get("/profile/activity/").status_code == 302
    assert signed_in(client, request.getfixturevalue(who)).get("/profile/activity/").status_code == 403


def test_there_are_words_for_whatever_a_patient_is_shown(patient: User, doctor: User) -> None:
    for verb in RECORD_VERBS:
        trail.record(verb, actor=doctor, patient=patient)
    shown = trail_queries.together(trail_queries.of_record(patient))
    assert len({access.what for access in shown}) == len(RECORD_VERBS)
