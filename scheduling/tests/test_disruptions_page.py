"""The pages for days a doctor can't keep: choose, look, decide, undo; and the patient who is asked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from scheduling.domain import carrying_out
from scheduling.enums import DisruptionStatus
from scheduling.models import Appointment, DayOff, Disruption, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.views import disruptions as pages

pytestmark = pytest.mark.django_db
PAGE = "/calendar/unable/"


def make_visits(count: int, doctor: User, service: Service) -> list[Appointment]:
    """At half-hours of the morning in two days, then the day after."""
    times = [clinic_time(2 + n // 6, 9 + n % 6 // 2, n % 2 * 30) for n in range(count)]
    return [
        make_appointment(make_patient(f"p{n}@test.clinic", first_name=f"P{n}"), doctor, service, starts_at=at)
        for n, at in enumerate(times)
    ]


def address(doctor: User, days: int = 1) -> str:
    first = timezone.localdate() + timedelta(days=2)
    return f"{PAGE}?doctor={doctor.pk}&first_day={first}&last_day={first + timedelta(days=days - 1)}"


def test_from_the_days_to_the_result(client: Client, doctor: User, manager: User, service: Service) -> None:
    move, cancel = make_visits(2, doctor, service)
    client.force_login(manager)
    page = client.get(address(doctor))
    assert move.patient.name in page.text
    word = page.context["lines"][0]["moves"][0][0]
    choices = {f"choice-{move.pk}": word, f"choice-{cancel.pk}": "cancel"}
    answer = client.post(address(doctor), {"for_all": "ask", "message": "", "decide": "1", **choices})
    made = Disruption.objects.get()
    assert answer.headers["Location"] == f"{PAGE}{made.pk}/"
    assert "data-countdown" in client.get(f"{PAGE}{made.pk}/").text
    assert [row.action for row in made.visits.all()] == ["move", "cancel"]
    with time_machine.travel(made.runs_at, tick=False):
        carrying_out.carry_out(made.pk)
        assert "Everything is done" in client.get(f"{PAGE}{made.pk}/").text


def test_undo(client: Client, doctor: User, service: Service) -> None:
    make_visits(1, doctor, service)
    client.force_login(doctor)
    client.post(address(doctor), {"for_all": "ask", "decide": "1"})
    made = Disruption.objects.get()
    client.post(f"{PAGE}{made.pk}/undo/")
    made.refresh_from_db()
    assert made.status == DisruptionStatus.UNDONE
    assert "This was undone" in client.get(f"{PAGE}{made.pk}/").text
    assert not DayOff.objects.exists()


def test_the_second_manager_is_led_to_what_the_first_decided(
    client: Client, doctor: User, manager: User, service: Service
) -> None:
    make_visits(1, doctor, service)
    client.force_login(manager)
    for _manager in range(2):
        answer = client.post(address(doctor), {"for_all": "ask", "decide": "1"})
    assert answer.status_code == 409
    assert f"{PAGE}{Disruption.objects.get().pk}/" in answer.text


def test_choices_travel_from_page_to_page(
    client: Client, doctor: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    first, *_rest, last = make_visits(5, doctor, service)
    client.force_login(doctor)
    page = client.post(address(doctor), {f"choice-{first.pk}": "cancel", "page": "3"})
    assert [line["visit"] for line in page.context["lines"]] == [last]
    assert page.context["elsewhere"] == [(f"choice-{first.pk}", "cancel")]
    assert Disruption.objects.count() == 0


@pytest.mark.parametrize("query", ["first_day=nonsense", "first_day=2020-01-01", "first_day=2026-13-45"])
def test_bad_days_are_said(query: str, client: Client, doctor: User) -> None:
    client.force_login(doctor)
    assert client.get(f"{PAGE}?{query}").status_code == 422


@pytest.mark.parametrize(
    "word", ["move", "move x y", "nonsense", "move 2026-01-01T10:00:00+00:00 x", "cancel me"]
)
def test_bad_choices_count_as_none(word: str, client: Client, doctor: User, service: Service) -> None:
    (visit,) = make_visits(1, doctor, service)
    client.force_login(doctor)
    sent = {"for_all": "cancel", "decide": "1", f"choice-{visit.pk}": word, "choice-x": "ask"}
    assert client.post(address(doctor), sent).status_code == 302
    assert Disruption.objects.get().visits.get().action == ("move" if word == "move" else "cancel")


def test_queries_do_not_grow_with_the_visits(
    client: Client, doctor: User, manager: User, service: Service, django_assert_max_num_queries: Any
) -> None:
    make_visits(18, doctor, service)
    client.force_login(manager)
    with django_assert_max_num_queries(40):
        client.get(address(doctor, days=4))


def test_the_patient_chooses_another_time(client: Client, doctor: User, service: Service) -> None:
    (visit,) = make_visits(1, doctor, service)
    visit.displaced_at = timezone.now()
    visit.save()
    client.force_login(visit.patient)
    page = client.get(f"/appointments/{visit.pk}/")
    assert "The doctor cannot be there" in page.text
    assert len(page.context["displaced_times"]) == 3
    assert page.context["displaced_times"][0].url in page.text.replace("&amp;", "&")
    assert "Choose another time" in client.get("/appointments/").text
    client.force_login(doctor)
    assert "The doctor cannot be there" not in client.get(f"/appointments/{visit.pk}/").text
