"""Break-glass: found by what is known exactly, opened for a reason, told at once, over after its hours, reviewed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts import rules
from accounts.domain import break_glass
from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, BreakGlass, CareLink, User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification

pytestmark = pytest.mark.django_db

REASON = "Found unconscious, need to know the medicines."


@pytest.fixture
def cast(patient: User, doctor: User, other_doctor: User, manager: User, admin: User) -> SimpleNamespace:
    CareLink.objects.create(patient=patient, doctor=doctor)
    patient.phone = "+9779841234567"
    patient.save()
    return SimpleNamespace(
        patient=patient, doctor=doctor, other_doctor=other_doctor, manager=manager, admin=admin
    )


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def found(client: Any, doctor: User, text: str) -> str:
    """The address of the question for a reason, as the search page links it; "" when nobody is found."""
    page = signed_in(client, doctor).get("/patients/", {"q": text})
    strangers = page.context["strangers"]
    return f"/patients/break-glass/?found={strangers[0][2]}" if strangers else ""


def test_the_rule_and_the_query_agree(cast: Any, other_patient: User) -> None:
    people = [cast.patient, other_patient, cast.doctor, cast.other_doctor, cast.manager, cast.admin]

    def agree() -> set[tuple[str, str]]:
        open_to = set()
        for user in people:
            for owner in people:
                said = rules.may_open_record(user, owner)
                assert said == patients_open_to(user).filter(pk=owner.pk).exists()
                if said:
                    open_to.add((user.email, owner.email))
        return open_to

    before = agree()
    assert before == {
        (cast.patient.email, cast.patient.email),
        (other_patient.email, other_patient.email),
        (cast.doctor.email, cast.patient.email),
    }
    access = break_glass.open_record(cast.other_doctor, cast.patient, reason=REASON)
    assert agree() - before == {(cast.other_doctor.email, cast.patient.email)}
    with time_machine.travel(access.expires_at):
        assert agree() == before
    break_glass.end(access.pk, actor=cast.manager)
    assert agree() == before
    cast.doctor.is_active = False
    cast.doctor.save()
    assert (cast.doctor.email, cast.patient.email) not in agree()


@pytest.mark.parametrize(
    "reason", ["", "   short   ", "x" * 501, "nul \x00 inside the reason", "half \ud800 a sign"]
)
def test_a_reason_is_a_sentence(cast: Any, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        break_glass.open_record(cast.other_doctor, cast.patient, reason=reason)
    assert "reason" in refused.value.fields
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("who", ["patient", "manager", "admin"])
def test_only_doctors_break_the_glass(cast: Any, who: str) -> None:
    with pytest.raises(NotAllowed):
        break_glass.open_record(getattr(cast, who), cast.patient, reason=REASON)
    with pytest.raises(NotAllowed):
        break_glass.open_record(cast.doctor, cast.other_doctor, reason=REASON)


@pytest.mark.django_db(transaction=True)
def test_patient_and_management_are_told_at_once_and_once(cast: Any, other_patient: User) -> None:
    first = break_glass.open_record(cast.other_doctor, cast.patient, reason=REASON)
    again = break_glass.open_record(cast.other_doctor, cast.patient, reason="A second click of the same.")
    assert first == again
    told = {notice.user: notice for notice in Notification.objects.all()}
    assert set(told) == {cast.patient, cast.manager}
    assert told[cast.patient].url == "/profile/activity/"
    assert told[cast.manager].url == "/activity/break-glass/"
    run_due_tasks()
    assert sorted(letter.to[0] for letter in mail.outbox) == [cast.manager.email, cast.patient.email]
    for letter in mail.outbox:
        assert "unconscious" not in str(letter.message())
    row = Activity.objects.get(verb=V.BREAK_GLASS_OPENED)
    assert (row.actor, row.patient, row.reason) == (cast.other_doctor, cast.patient, REASON)


# --- Searching ---


def test_own_patients_are_found_by_any_part(client: Any, cast: Any) -> None:
    for text in ("", "gur", "asha gurung", "98412"):
        page = signed_in(client, cast.doctor).get("/patients/", {"q": text})
        assert [link.patient for link in page.context["page_obj"]] == [cast.patient]
    assert (
        not signed_in(client, cast.doctor).get("/patients/", {"q": "nobody"}).context["page_obj"].object_list
    )


@pytest.mark.parametrize(
    "text", ["patient@test.clinic", "PATIENT@test.clinic ", "9841234567", "+977 984-1234567"]
)
def test_others_are_found_by_what_is_known_exactly(client: Any, cast: Any, text: str) -> None:
    assert found(client, cast.other_doctor, text)
    row = Activity.objects.get(verb=V.PATIENT_FOUND)
    assert (row.actor, row.patient) == (cast.other_doctor, cast.patient)


@pytest.mark.parametrize(
    "text", ["Asha", "Gurung", "patient@", "test.clinic", "984123", "%", "doctor@test.clinic", "\u0966"]
)
def test_no_part_of_a_name_finds_a_stranger(client: Any, cast: Any, text: str) -> None:
    assert not found(client, cast.other_doctor, text)
    assert not Activity.objects.filter(verb=V.PATIENT_FOUND).exists()


@pytest.mark.parametrize("who", ["patient", "manager", "admin"])
def test_the_search_is_for_doctors(client: Any, cast: Any, who: str) -> None:
    client = signed_in(client, getattr(cast, who))
    assert client.get("/patients/").status_code == 403
    assert client.get("/patients/break-glass/").status_code == 403


def test_anonymous_is_led_to_the_log_in(client: Any, cast: Any) -> None:
    for path in ("/patients/", "/patients/break-glass/", "/activity/break-glass/", "/profile/care-team/"):
        assert client.get(path).status_code == 302
    assert client.post(f"/patients/{cast.patient.pk}/care-team/").status_code == 302


# --- The way in ---


def test_a_doctor_says_why_and_reads(client: Any, cast: Any) -> None:
    record = f"/patients/{cast.patient.pk}/record/"
    assert signed_in(client, cast.other_doctor).get(record).status_code == 404
    ask = found(client, cast.other_doctor, cast.patient.email)
    assert client.get(ask).status_code == 200
    refused = client.post(ask, {"reason": "because"})
    assert refused.status_code == 422
    assert "because" in refused.content.decode()
    assert client.get(record).status_code == 404
    assert client.post(ask, {"reason": REASON}).url == record
    page = client.get(record)
    assert page.status_code == 200
    assert REASON in page.content.decode()
    assert page["Cache-Control"].find("no-store") >= 0
    # Once it is open, the question leads on; the search too.
    assert client.get(ask).url == record
    assert client.get("/patients/", {"q": cast.patient.email}).context["strangers"][0][1] is True
    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        assert signed_in(client, cast.other_doctor).get(record).status_code == 404


def test_a_search_result_is_of_who_searched_and_grows_old(client: Any, cast: Any, patient: User) -> None:
    from accounts.tests.factories import make_doctor

    ask = found(client, cast.other_doctor, cast.patient.email)
    third = make_doctor("third.doctor@test.clinic")
    assert signed_in(client, third).post(ask, {"reason": REASON}).url == "/patients/"
    for wrong in ("", "?found=", "?found=x", f"?found={patient.pk}"):
        answer = client.post(f"/patients/break-glass/{wrong}", {"reason": REASON})
        assert answer.status_code in (302, 404)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert signed_in(client, cast.other_doctor).post(ask, {"reason": REASON}).url == "/patients/"
    assert not BreakGlass.objects.exists()


# --- The review ---


def test_management_reviews_and_ends(client: Any, cast: Any) -> None:
    access = break_glass.open_record(cast.other_doctor, cast.patient, reason=REASON)
    page = signed_in(client, cast.manager).get("/activity/break-glass/")
    assert REASON in page.content.decode()
    client.post(f"/activity/break-glass/{access.pk}/review/")
    signed_in(client, cast.admin).post(f"/activity/break-glass/{access.pk}/review/")
    access.refresh_from_db()
    assert (access.reviewed_by, access.is_live) == (cast.manager, True)
    client.post(f"/activity/break-glass/{access.pk}/end/")
    client.post(f"/activity/break-glass/{access.pk}/end/")
    access.refresh_from_db()
    assert (access.revoked_by, access.is_live) == (cast.admin, False)
    assert not rules.may_open_record(cast.other_doctor, cast.patient)
    verbs = list(
        Activity.objects.filter(verb__startswith="break_glass").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == [V.BREAK_GLASS_OPENED, V.BREAK_GLASS_REVIEWED, V.BREAK_GLASS_ENDED]


@pytest.mark.parametrize("who", ["patient", "doctor", "other_doctor"])
def test_nobody_else_reviews(client: Any, cast: Any, who: str) -> None:
    access = break_glass.open_record(cast.other_doctor, cast.patient, reason=REASON)
    client = signed_in(client, getattr(cast, who))
    assert client.get("/activity/break-glass/").status_code == 403
    for decision in ("review", "end"):
        assert client.post(f"/activity/break-glass/{access.pk}/{decision}/").status_code == 403
    with pytest.raises(NotAllowed):
        break_glass.review(access.pk, actor=getattr(cast, who))
    access.refresh_from_db()
    assert access.reviewed_at is None
    assert access.is_live


def test_the_list_asks_no_more_for_thirty(client: Any, cast: Any, django_assert_max_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def put(count: int) -> None:
        for _number in range(count):
            BreakGlass.objects.create(
                doctor=cast.other_doctor, patient=cast.patient, reason=REASON,
                expires_at=timezone.now(), reviewed_by=cast.manager, reviewed_at=timezone.now(),
            )  # fmt: skip

    put(1)
    signed_in(client, cast.manager).get("/activity/break-glass/")
    with CaptureQueriesContext(connection) as one:
        client.get("/activity/break-glass/")
    put(29)
    with django_assert_max_num_queries(len(one)):
        client.get("/activity/break-glass/")
