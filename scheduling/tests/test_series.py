"""Visits that repeat: what is proposed, what is booked, and what is left when the rest is cancelled."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import care
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from messaging.models import Delivery, Notification
from scheduling.domain import progress, series
from scheduling.domain.booking import STAFF_HOLD
from scheduling.domain.errors import SlotTaken
from scheduling.domain.series import Wish
from scheduling.domain.slots import Slot
from scheduling.domain.telling import spoken_time
from scheduling.models import Appointment, AppointmentSeries, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.views.picker import address_of

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    care.link(patient, doctor)
    return make_appointment(patient, doctor, service, starts_at=clinic_time(0, 9), status="completed")


@pytest.fixture
def wish(visit: Appointment) -> Wish:
    """Each week at ten, four times, from in a week on."""
    day = timezone.localdate() + timedelta(days=7)
    return Wish(visit, visit.service, visit.mode, day, time(10), 7, 4)


def weekly(count: int = 4, hour: int = 10) -> list[datetime]:
    return [clinic_time(7 * number, hour) for number in range(1, count + 1)]


def slots_at(*moments: datetime) -> list[Slot]:
    return [Slot(moment, moment + HALF_HOUR) for moment in moments]


# --- what is proposed ---


def test_the_wished_time_where_it_is_free_else_the_nearest() -> None:
    start = datetime(2026, 1, 5, 10, tzinfo=UTC)
    wanted = [start, start + timedelta(days=7)]
    free = slots_at(
        start, wanted[1] - HALF_HOUR, wanted[1] + timedelta(days=1), wanted[1] + timedelta(days=5)
    )
    first, second = series.propose(free, wanted, 7)
    assert (first.is_free, first.choices) == (True, free[:1])
    # What lies nearer to another week is no choice for this one.
    assert (second.is_free, second.choices) == (False, free[1:3])


@given(
    st.lists(st.integers(0, 60 * 24), max_size=80, unique=True),
    st.integers(1, 20),
    st.integers(2, 26),
)
def test_no_two_proposals_meet(starts: list[int], every_days: int, count: int) -> None:
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    free = slots_at(*(begin + timedelta(minutes=30 * number) for number in sorted(starts)))
    wanted = [begin + timedelta(days=every_days * number, hours=10) for number in range(count)]
    proposals = series.propose(free, wanted, every_days)
    assert [proposal.number for proposal in proposals] == list(range(1, count + 1))
    chosen = sorted(
        (proposal.choices[0] for proposal in proposals if proposal.choices), key=lambda slot: slot.starts_at
    )
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(chosen))
    for proposal in proposals:
        assert set(proposal.choices) <= set(free)
        assert proposal.is_free == (proposal.wanted in {slot.starts_at for slot in free})


def test_the_clock_stays_over_summer_time(visit: Appointment, settings: Any) -> None:
    """Nepal has none; a clinic elsewhere keeps its ten o'clock."""
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(datetime(2026, 3, 16, 8, tzinfo=UTC), tick=False):
        found = series.plan(Wish(visit, visit.service, visit.mode, date(2026, 3, 23), time(10), 7, 2))
    assert [proposal.wanted.astimezone(UTC).hour for proposal in found] == [9, 8]
    assert all(proposal.is_free for proposal in found)


def test_the_plan_knows_what_is_taken(wish: Wish, other_patient: User) -> None:
    make_appointment(other_patient, wish.visit.doctor, wish.service, starts_at=clinic_time(14, 10))
    proposals = series.plan(wish)
    assert [proposal.is_free for proposal in proposals] == [True, False, True, True]
    assert proposals[1].choices[0].starts_at in (clinic_time(14, 9, 30), clinic_time(14, 10, 30))


def test_a_long_plan_asks_no_more_than_a_short_one(visit: Appointment, wish: Wish) -> None:
    def count(visits: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            series.plan(Wish(visit, visit.service, visit.mode, wish.first_day, time(10), 7, visits))
        return len(asked)

    assert count(26) == count(2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"count": 1}, "count"),
        ({"count": 27}, "count"),
        ({"every_days": 0}, "every"),
        ({"every_days": 183}, "every"),
        ({"every_days": 30, "count": 26}, "count"),
        ({"first_day": date(2001, 1, 1)}, "first_day"),
        ({"first_day": date(9999, 12, 31)}, "first_day"),
    ],
)
def test_what_can_not_repeat(change: dict[str, Any], field: str, wish: Wish) -> None:
    with pytest.raises(Invalid) as refused:
        series.plan(Wish(**{**wish.__dict__, **change}))
    assert list(refused.value.fields) == [field]


# --- what is booked ---


@pytest.mark.parametrize("who", ["doctor", "manager"])
def test_each_visit_is_held_until_its_notice_period(
    who: str, wish: Wish, request: pytest.FixtureRequest
) -> None:
    booked = series.book(wish, weekly(), actor=request.getfixturevalue(who))
    assert [visit.starts_at for visit in booked.visits] == weekly()
    notice = timedelta(hours=settings.CANCEL_NOTICE_HOURS)
    for visit in booked.visits:
        assert visit.hold_expires_at == visit.starts_at - notice
        assert (visit.series, visit.follow_up_of) == (booked.series, wish.visit)
        assert visit.payments.count() == 1  # type: ignore[attr-defined]
    told = Notification.objects.filter(user=wish.visit.patient)
    assert [(row.title, row.url) for row in told] == [
        (
            f"A series of visits was booked for you, the first on {spoken_time(booked.visits[0])}",
            reverse("series", args=[booked.series.pk]),
        )
    ]
    letter = Delivery.objects.get(notification=told.get(), channel="email")
    for visit in booked.visits:
        assert f"– {spoken_time(visit)}\n" in letter.text


def test_a_visit_soon_is_held_as_any_that_staff_book(wish: Wish, doctor: User) -> None:
    booked = series.book(wish, [clinic_time(1, 16), clinic_time(8, 16)], actor=doctor)
    first = booked.visits[0].hold_expires_at
    assert first
    assert first >= min(timezone.now() + STAFF_HOLD - timedelta(minutes=1), booked.visits[0].starts_at)


def test_what_is_taken_is_named_and_the_others_booked(wish: Wish, doctor: User, other_patient: User) -> None:
    make_appointment(other_patient, doctor, wish.service, starts_at=clinic_time(14, 10))
    booked = series.book(wish, weekly(), actor=doctor)
    assert [visit.starts_at for visit in booked.visits] == [weekly()[0], *weekly()[2:]]
    assert [moment for moment, _ in booked.refused] == [clinic_time(14, 10)]


def test_all_or_none(wish: Wish, doctor: User, other_patient: User) -> None:
    make_appointment(other_patient, doctor, wish.service, starts_at=clinic_time(14, 10))
    before = Appointment.objects.count()
    with pytest.raises(SlotTaken):
        series.book(wish, weekly(), actor=doctor, all_or_none=True)
    assert (Appointment.objects.count(), AppointmentSeries.objects.count()) == (before, 0)


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "admin"])
def test_others_book_no_series(who: str, wish: Wish, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        series.book(wish, weekly(), actor=request.getfixturevalue(who))


def test_an_unpaid_visit_is_brought_to_mind_once(wish: Wish, doctor: User, patient: User) -> None:
    visit = series.book(wish, weekly(), actor=doctor).visits[0]
    assert visit.hold_expires_at
    for _ in range(2):
        assert series.remind_to_pay(visit.pk, visit.hold_expires_at)
    assert Notification.objects.filter(user=patient, kind="reminder").count() == 1
    progress.cancel(visit.pk, actor=patient)
    assert not series.remind_to_pay(visit.pk, visit.hold_expires_at)


# --- the rest is cancelled ---


def test_the_rest_is_cancelled_and_what_is_past_stays(wish: Wish, doctor: User, patient: User) -> None:
    booked = series.book(wish, weekly(), actor=doctor)
    Appointment.objects.filter(pk=booked.visits[0].pk).update(status="completed", hold_expires_at=None)
    progress.cancel(booked.visits[1].pk, actor=patient)
    assert series.cancel_rest(booked.series.pk, actor=patient) == (2, 0)
    statuses = [visit.status for visit in series.visits_of(booked.series.pk, patient)]
    assert statuses == ["completed", "cancelled", "cancelled", "cancelled"]


def test_a_confirmed_visit_tomorrow_stays_with_the_patient_but_not_with_the_desk(
    wish: Wish, doctor: User, patient: User, manager: User
) -> None:
    booked = series.book(wish, weekly(), actor=doctor)
    soon = timezone.now() + timedelta(hours=3)
    Appointment.objects.filter(pk=booked.visits[0].pk).update(
        status="confirmed", hold_expires_at=None, starts_at=soon, ends_at=soon + HALF_HOUR
    )
    assert series.cancel_rest(booked.series.pk, actor=patient) == (3, 1)
    assert series.cancel_rest(booked.series.pk, actor=manager) == (1, 0)


# --- pages ---


def page_of(client: Client, user: User, name: str, *args: Any, **query: Any) -> Any:
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def test_the_page_proposes_and_books(client: Client, wish: Wish, doctor: User, other_patient: User) -> None:
    make_appointment(other_patient, doctor, wish.service, starts_at=clinic_time(14, 10))
    what = {"every": 1, "unit": "weeks", "count": 4, "first_day": str(wish.first_day), "at": "10:00"}
    answer = page_of(client, doctor, "series_new", wish.visit.pk, **what)
    rows = answer.context["rows"]
    assert [bool(row["proposal"].is_free) for row in rows] == [True, False, True, True]
    chosen = {f"slot-{number}": row["picked"] for number, row in enumerate(rows, start=1)}
    # One is left out by hand.
    answer = client.post(
        reverse("series_new", args=[wish.visit.pk]), {**what, **chosen, "slot-4": "", "how": "all"}
    )
    made = AppointmentSeries.objects.get()
    assert answer["Location"] == reverse("series", args=[made.pk])
    assert Appointment.objects.filter(series=made).count() == 3


def test_what_was_chosen_stays_when_one_is_taken(
    client: Client, wish: Wish, doctor: User, other_patient: User
) -> None:
    what = {
        "every": 7,
        "unit": "days",
        "count": 2,
        "first_day": str(wish.first_day),
        "at": "10:00",
        "how": "all",
    }
    picks = {"slot-1": address_of(clinic_time(7, 10)), "slot-2": address_of(clinic_time(14, 10))}
    make_appointment(other_patient, doctor, wish.service, starts_at=clinic_time(14, 10))
    client.force_login(doctor)
    answer = client.post(reverse("series_new", args=[wish.visit.pk]), {**what, **picks})
    assert answer.status_code == 409
    rows = answer.context["rows"]
    assert rows[0]["picked"] == picks["slot-1"]
    assert rows[1]["picked"] not in ("", picks["slot-2"])
    assert answer.context["how"] == "all"


@pytest.mark.parametrize(
    "wrong", [{"every": "x"}, {"count": 99}, {"unit": "years"}, {"at": "25:00"}, {"first_day": "2001-01-01"}]
)
def test_bad_input_is_said_beside_its_field(
    wrong: dict[str, Any], client: Client, visit: Appointment, doctor: User
) -> None:
    answer = page_of(client, doctor, "series_new", visit.pk, **wrong)
    assert answer.status_code in (200, 422)
    assert list(answer.context["form"].errors) == list(wrong)
    assert client.post(reverse("series_new", args=[visit.pk]), wrong).status_code in (400, 422)
    assert not AppointmentSeries.objects.exists()


def test_who_sees_a_series(client: Client, wish: Wish, doctor: User, request: pytest.FixtureRequest) -> None:
    booked = series.book(wish, weekly(), actor=doctor)
    for who in ("patient", "doctor", "manager", "other_patient", "other_doctor", "admin"):
        expected = 200 if who in ("patient", "doctor", "manager") else 404
        for name in ("series", "series_cancel"):
            user = request.getfixturevalue(who)
            assert page_of(client, user, name, booked.series.pk).status_code == expected, who


def test_the_patient_pays_and_cancels_from_the_series(
    client: Client, wish: Wish, doctor: User, patient: User
) -> None:
    booked = series.book(wish, weekly(), actor=doctor)
    page = page_of(client, patient, "series", booked.series.pk).content.decode()
    for visit in booked.visits:
        assert reverse("payment", args=[visit.payments.get().pk]) in page  # type: ignore[attr-defined]
    answer = client.post(reverse("series_cancel", args=[booked.series.pk]), {"reason": ""})
    assert answer["Location"] == reverse("series", args=[booked.series.pk])
    assert "Cancel the" not in client.get(answer["Location"]).content.decode()


def test_a_series_costs_the_same_for_many(
    client: Client, visit: Appointment, wish: Wish, doctor: User
) -> None:
    def count(visits: int) -> int:
        day = wish.first_day + timedelta(days=100 if visits > 2 else 0)
        longer = Wish(visit, visit.service, visit.mode, day, time(10), 7, visits)
        starts = [
            timezone.make_aware(datetime.combine(day + timedelta(days=7 * n), time(10)))
            for n in range(visits)
        ]
        booked = series.book(longer, starts, actor=doctor)
        page_of(client, visit.patient, "series", booked.series.pk)
        with CaptureQueriesContext(connection) as asked:
            page_of(client, visit.patient, "series", booked.series.pk)
        return len(asked)

    assert count(26) == count(2)


def test_a_long_hold_is_told_in_days_not_in_seconds(
    client: Client, wish: Wish, doctor: User, patient: User
) -> None:
    soon, later = series.book(wish, [clinic_time(1, 16), clinic_time(21, 16)], actor=doctor).visits
    assert "data-countdown" in page_of(client, patient, "appointment", soon.pk).content.decode()
    page = page_of(client, patient, "appointment", later.pk).content.decode()
    assert later.hold_expires_at
    assert f"{(later.hold_expires_at - timezone.now()).days} days" in page
    assert "data-countdown" not in page
