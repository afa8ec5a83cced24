"""The calendar feed: opened by its secret address alone, and by nothing else."""

import io
import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from daphne.access import AccessLogGenerator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain import people
from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.core.logs import HideSecrets
from scheduling.domain import feeds
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment, CalendarFeed
from scheduling.tests.calendars import events_of
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

REFUSED = b"No calendar here.\n"


def address_of(user: Any) -> str:
    return reverse("feed_file", args=[feeds.renew(user)])


def uids(answer: Any) -> set[str]:
    assert answer.status_code == 200
    return {str(event["UID"]) for event in events_of(answer.content)}


def test_the_page_shows_the_address_once(client: Any, patient: Any) -> None:
    client.force_login(patient)
    page = reverse("feed")
    assert "Make an address" in client.get(page).content.decode()
    shown = client.post(reverse("feed_renew"))
    address = shown.context["address"]
    assert address in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    path = address.removeprefix("http://testserver")
    secret = path.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43
    assert CalendarFeed.objects.get().token_hash != secret
    again = client.get(page).content.decode()
    assert secret not in again
    assert "Not yet by any calendar" in again
    client.logout()
    assert client.get(path).status_code == 200
    client.force_login(patient)
    assert "Not yet by any calendar" not in client.get(page).content.decode()
    client.post(reverse("feed_revoke"))
    assert client.get(path).status_code == 404
    verbs = Activity.objects.filter(verb__startswith="feed.").order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [(ActivityVerb.FEED_RENEWED, patient.pk), (ActivityVerb.FEED_REVOKED, patient.pk)]


def test_whatever_opens_nothing_gets_the_same_answer(
    client: Any, patient: Any, doctor: Any, manager: Any
) -> None:
    old = address_of(patient)
    new = address_of(patient)
    assert client.get(new).status_code == 200
    gone = address_of(doctor)
    people.deactivate(doctor, actor=manager)
    refused = [
        client.get(path)
        for path in (old, gone, reverse("feed_file", args=["x" * 43]), "/calendar/feed/ä.ics")
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert {answer.content for answer in refused} == {REFUSED}
    assert len({tuple(sorted(answer.headers.items())) for answer in refused}) == 1


def test_guessing_is_slowed_down_and_real_addresses_go_on(client: Any, patient: Any, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "feed_guess": (3, 600), "feed": (2, 600)}
    good = address_of(patient)
    statuses = [client.get(f"/calendar/feed/guess{number}.ics").status_code for number in range(4)]
    assert statuses == [404, 404, 404, 429]
    assert [client.get(good).status_code for _ in range(3)] == [200, 200, 429]


def test_each_sees_their_own(client: Any, request: pytest.FixtureRequest, service: Any) -> None:
    cast = {
        name: request.getfixturevalue(name)
        for name in ("patient", "other_patient", "doctor", "other_doctor", "manager", "admin")
    }
    own = make_appointment(cast["patient"], cast["doctor"], service)
    other = make_appointment(cast["other_patient"], cast["other_doctor"], service)
    for name, expected in (
        ("patient", {own}),
        ("doctor", {own}),
        ("other_patient", {other}),
        ("other_doctor", {other}),
        ("manager", {own, other}),
    ):
        assert uids(client.get(address_of(cast[name]))) == {str(visit.pk) for visit in expected}, name
    client.force_login(cast["admin"])
    assert client.get(reverse("feed")).status_code == 403
    assert client.get(address_of(cast["admin"])).status_code == 404


def test_the_window_and_what_never_was(client: Any, patient: Any, doctor: Any, service: Any) -> None:
    kept = [
        make_appointment(patient, doctor, service, starts_at=clinic_time(-80, 10), status=S.COMPLETED),
        make_appointment(patient, doctor, service, starts_at=clinic_time(300, 10)),
        make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10), status=S.CANCELLED),
    ]
    make_appointment(patient, doctor, service, starts_at=clinic_time(-100, 10), status=S.COMPLETED)
    make_appointment(patient, doctor, service, starts_at=clinic_time(400, 10))
    make_appointment(patient, doctor, service, starts_at=clinic_time(4, 10), status=S.EXPIRED)
    assert uids(client.get(address_of(patient))) == {str(visit.pk) for visit in kept}


def test_it_is_sent_again_only_when_something_changed(
    client: Any, patient: Any, doctor: Any, service: Any
) -> None:
    visit = make_appointment(patient, doctor, service)
    path = address_of(patient)
    first = client.get(path)
    same = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    unchanged = client.get(path, **same)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["ETag"] == first["ETag"]
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 304
    assert client.get(path).content == first.content
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        Appointment.objects.get(pk=visit.pk).save(update_fields=["updated_at"])
    changed = client.get(path, **same)
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    Appointment.objects.all().delete()
    assert uids(client.get(path, HTTP_IF_NONE_MATCH=changed["ETag"])) == set()


def test_many_visits_take_no_more_queries(client: Any, patient: Any, doctor: Any, service: Any) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len(asked)

    path = address_of(patient)
    make_appointment(patient, doctor, service, starts_at=clinic_time(1, 8))
    client.get(path)
    one = ask()
    for number in range(29):
        make_appointment(patient, doctor, service, starts_at=clinic_time(2 + number, 8))
    assert ask() == one <= 3


def test_no_log_keeps_an_address(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    from clinic import asgi  # noqa: F401  (puts the access log right)

    with caplog.at_level(logging.DEBUG):
        client.get("/calendar/feed/very-secret.ics")
    assert "very-secret" not in caplog.text
    stream = io.StringIO()
    details = {
        "client": "192.0.2.1",
        "method": "GET",
        "path": "/calendar/feed/very-secret.ics",
        "status": 200,
        "size": 9,
    }
    AccessLogGenerator(stream)("http", "complete", details)
    assert "/calendar/feed/***" in stream.getvalue()
    assert "very-secret" not in stream.getvalue()
    record = logging.LogRecord(
        "x", logging.ERROR, "x", 1, "Internal Server Error: %s", ("/calendar/feed/very-secret.ics",), None
    )
    assert HideSecrets().filter(record)
    assert record.getMessage() == "Internal Server Error: /calendar/feed/***"
