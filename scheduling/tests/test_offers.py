"""Time that becomes free goes to the next who waits and whom it suits."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import booking, dates, holidays, offers, progress, waiting
from scheduling.domain.errors import SlotTaken
from scheduling.enums import AppointmentStatus, OfferStatus, WaitingStatus
from scheduling.models import (
    Appointment,
    CalendarCell,
    DayOff,
    Holiday,
    Schedule,
    Service,
    WaitingEntry,
    WaitingOffer,
)
from scheduling.tests.factories import clinic_time, make_appointment, make_service, make_waiting

pytestmark = pytest.mark.django_db
COMMITS = pytest.mark.django_db(transaction=True)  # the worker has a connection of its own
S = AppointmentStatus
W = WaitingStatus


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    """At 10:00 in two days; `patient` may let it go."""
    return make_appointment(patient, doctor, service)


@pytest.fixture
def waits(other_patient: User, doctor: User, service: Service) -> WaitingEntry:
    return make_waiting(other_patient, doctor, service)


def let_go(visit: Appointment) -> None:
    progress.cancel(visit.pk, actor=visit.patient)


def status(entry: WaitingEntry) -> str:
    entry.refresh_from_db()
    return entry.status


@COMMITS
def test_cancelling_offers_the_time_to_who_waits(visit: Appointment, waits: WaitingEntry) -> None:
    let_go(visit)
    offer = waits.offers.get()
    assert (offer.doctor, offer.starts_at, offer.ends_at) == (visit.doctor, visit.starts_at, visit.ends_at)
    assert offer.expires_at - offer.created_at == pytest.approx(
        timedelta(minutes=15), abs=timedelta(seconds=5)
    )
    assert status(waits) == W.OFFERED
    assert CalendarCell.objects.filter(offer=offer, calendar=visit.doctor_id).count() == 6
    assert Notification.objects.get(user=waits.patient).url == f"/waiting/offers/{offer.pk}/"
    run_due_tasks()
    (letter,) = [letter for letter in mail.outbox if letter.to == [waits.patient.email]]
    assert "free" in letter.subject
    assert waits.service.name not in f"{letter.subject} {letter.body}"


@pytest.mark.parametrize("way", ["decline", "expire", "move", "no one"])
def test_every_way_of_becoming_free(
    way: str, patient: User, doctor: User, service: Service, waits: WaitingEntry
) -> None:
    """A hold that runs out, a declined visit, a moved one. A visit that stays frees nothing."""
    unpaid: dict[str, Any] = {
        "status": S.PENDING_PAYMENT,
        "hold_expires_at": timezone.now() - timedelta(minutes=1),
    }
    visit = make_appointment(patient, doctor, service, **(unpaid if way == "expire" else {}))
    match way:
        case "decline":
            progress.decline(visit.pk, actor=doctor, reason="ill")
        case "expire":
            progress.expire(visit.pk)
        case "move":
            booking.reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=doctor)
        case "no one":
            progress.check_in(visit.pk, actor=doctor)
    assert [offer.starts_at for offer in waits.offers.all()] == (
        [] if way == "no one" else [clinic_time(2, 10)]
    )


def test_first_come_first_offered(visit: Appointment, doctor: User, service: Service) -> None:
    people = [make_patient(f"p{number}@test.clinic") for number in range(3)]
    line = [make_waiting(person, doctor, service) for person in people]
    let_go(visit)
    assert [status(entry) for entry in line] == [W.OFFERED, W.WAITING, W.WAITING]


@COMMITS
def test_an_offer_that_lapses_goes_to_the_next_exactly_once(
    visit: Appointment, doctor: User, service: Service
) -> None:
    line = [make_waiting(make_patient(f"p{number}@test.clinic"), doctor, service) for number in range(2)]
    let_go(visit)
    first = line[0].offers.get()
    assert not offers.lapse(first.pk), "it is still running"
    with time_machine.travel(first.expires_at + timedelta(seconds=1), tick=False):
        run_due_tasks()
        assert not offers.lapse(first.pk)
        assert [status(entry) for entry in line] == [W.WAITING, W.OFFERED]
        second = line[1].offers.get()
    with time_machine.travel(second.expires_at + timedelta(seconds=1), tick=False):
        run_due_tasks()
    first.refresh_from_db()
    assert first.status == OfferStatus.LAPSED
    assert [status(entry) for entry in line] == [W.WAITING, W.WAITING]
    assert WaitingOffer.objects.count() == 2, "nobody is asked twice about one time"
    assert not CalendarCell.objects.exists(), "free for everyone now"


def test_after_downtime_the_time_of_a_lapsed_offer_can_be_booked(
    visit: Appointment, waits: WaitingEntry, patient: User, doctor: User, service: Service
) -> None:
    """No task ran; booking passes the offer on itself."""
    let_go(visit)
    offer = waits.offers.get()
    wish: dict[str, Any] = {"patient": patient, "doctor": doctor, "service": service, "mode": Mode.VIDEO}
    wish |= {"starts_at": visit.starts_at, "booked_by": patient}
    with pytest.raises(SlotTaken):
        booking.book(**wish)
    with time_machine.travel(offer.expires_at + timedelta(seconds=1), tick=False):
        assert booking.book(**wish).starts_at == visit.starts_at
    offer.refresh_from_db()
    assert (offer.status, status(waits)) == (OfferStatus.LAPSED, W.WAITING)


Change = Callable[[WaitingEntry, Service], None]
IN_TWO_DAYS = timedelta(days=2)


def _other_mode(entry: WaitingEntry, service: Service) -> None:
    entry.mode = Mode.IN_PERSON
    entry.doctor.doctor_profile.modes = [Mode.VIDEO]  # type: ignore[union-attr]
    entry.doctor.doctor_profile.save()  # type: ignore[union-attr]


def _too_long(entry: WaitingEntry, service: Service) -> None:
    entry.service = make_service("Long one", minutes=150)
    make_appointment(make_patient("x@test.clinic"), entry.doctor, service, starts_at=clinic_time(2, 11))  # type: ignore[arg-type]


def _days_after(entry: WaitingEntry, service: Service) -> None:
    entry.first_day = timezone.localdate() + timedelta(days=3)


def _days_before(entry: WaitingEntry, service: Service) -> None:
    entry.last_day = timezone.localdate() + timedelta(days=1)


def _busy(entry: WaitingEntry, service: Service) -> None:
    other = make_doctor("busy@test.clinic")
    make_appointment(entry.patient, other, service, starts_at=clinic_time(2, 9, 45))


def _other_doctor(entry: WaitingEntry, service: Service) -> None:
    entry.doctor = make_doctor("another@test.clinic")


def _other_specialty(entry: WaitingEntry, service: Service) -> None:
    entry.doctor = None
    entry.specialty = make_doctor("heart@test.clinic", specialty="Cardiology").doctor_profile.specialty


def _short_notice(entry: WaitingEntry, service: Service) -> None:
    ahead = clinic_time(2, 10) - timezone.now()
    Schedule.objects.filter(doctor=entry.doctor).update(notice_minutes=int(ahead.total_seconds() // 60) - 5)


def _earlier_visit(entry: WaitingEntry, service: Service) -> None:
    other = make_doctor("earlier@test.clinic")
    entry.instead_of = make_appointment(entry.patient, other, service, starts_at=clinic_time(1, 15))


def _bound_visit(entry: WaitingEntry, service: Service) -> None:
    """Confirmed and inside the notice period once two days are 23 hours."""
    other = make_doctor("bound@test.clinic")
    entry.instead_of = make_appointment(entry.patient, other, service, starts_at=clinic_time(2, 16))


def _found_one(entry: WaitingEntry, service: Service) -> None:
    make_appointment(entry.patient, entry.doctor, service, starts_at=clinic_time(3, 15))  # type: ignore[arg-type]


def _account_closed(entry: WaitingEntry, service: Service) -> None:
    entry.patient.is_active = False
    entry.patient.save()


@pytest.mark.parametrize(
    "change",
    [
        _other_mode, _too_long, _days_after, _days_before, _busy, _other_doctor, _other_specialty, _short_notice,
        _earlier_visit, _bound_visit, _found_one, _account_closed,
    ],
    ids=lambda change: change.__name__.strip("_"),
)  # fmt: skip
def test_who_it_does_not_suit_is_passed_over_and_keeps_waiting(
    change: Change, visit: Appointment, waits: WaitingEntry, doctor: User, service: Service
) -> None:
    change(waits, service)
    waits.save()
    after_them = make_waiting(make_patient("next@test.clinic"), doctor, service)
    moment = clinic_time(1, 16, 30) if change is _bound_visit else timezone.now()
    with time_machine.travel(moment, tick=False):
        progress.cancel(visit.pk, actor=doctor)
    assert status(waits) == W.WAITING
    if change is not _short_notice:
        assert status(after_them) == W.OFFERED


def test_any_doctor_of_the_specialty_will_do(visit: Appointment, waits: WaitingEntry) -> None:
    waits.doctor = None
    waits.save()
    let_go(visit)
    assert waits.offers.get().doctor == visit.doctor


def test_a_patient_has_one_open_offer_however_many_lines_they_stand_in(
    visit: Appointment, waits: WaitingEntry, doctor: User, service: Service
) -> None:
    anywhere = make_waiting(waits.patient, None, service, specialty=doctor.doctor_profile.specialty)
    someone = make_patient("someone@test.clinic")
    later = make_appointment(someone, doctor, service, starts_at=clinic_time(2, 14))
    let_go(visit)
    let_go(later)
    assert (status(waits), status(anywhere)) == (W.OFFERED, W.WAITING)


def test_one_long_time_serves_two(patient: User, doctor: User, service: Service) -> None:
    hour = make_service("Hour", minutes=60)
    visit = make_appointment(patient, doctor, hour)
    line = [make_waiting(make_patient(f"p{number}@test.clinic"), doctor, service) for number in range(3)]
    let_go(visit)
    assert [entry.offers.get().starts_at for entry in line[:2]] == [
        clinic_time(2, 10),
        clinic_time(2, 10, 30),
    ]
    assert status(line[2]) == W.WAITING


def test_a_day_that_opens_is_offered(doctor: User, service: Service, waits: WaitingEntry) -> None:
    """A day off is taken back, or hours are added: the first free time of it."""
    day = timezone.localdate() + timedelta(days=4)
    start = timezone.make_aware(datetime.combine(day, time()))
    assert offers.offer_freed(doctor.pk, start, start + timedelta(days=1))
    assert waits.offers.get().starts_at == clinic_time(4, 9)


def test_nobody_waits_costs_one_query(visit: Appointment, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):  # two of them are the transaction's own
        assert offers.offer_freed(visit.doctor_id, visit.starts_at, visit.ends_at) is None


def test_those_whose_days_have_passed_leave_the_line(waits: WaitingEntry) -> None:
    after = timezone.make_aware(datetime.combine(waits.last_day + timedelta(days=1), time()))
    with time_machine.travel(after - timedelta(minutes=1), tick=False):
        assert waiting.end_over() == 0
    with time_machine.travel(after, tick=False):
        assert (waiting.end_over(), waiting.end_over()) == (1, 0)
    assert status(waits) == W.OVER


@pytest.mark.parametrize("what", ["opening", "day off taken back", "holiday removed"])
@COMMITS
def test_new_time_is_offered_by_a_task(
    what: str, doctor: User, manager: User, service: Service, waits: WaitingEntry
) -> None:
    day = timezone.localdate() + timedelta(days=4)
    kept = dates.dates_of(doctor)
    match what:
        case "opening":
            late = dates.DayHours(day, time(18), time(18, 30), ("video",))
            dates.save(doctor, actor=doctor, dates=dates.Dates([late], []), version=kept.version)
        case "day off taken back":
            DayOff.objects.create(doctor=doctor, first_day=day, last_day=day)
            version = dates.dates_of(doctor).version
            dates.save(doctor, actor=doctor, dates=dates.Dates([], []), version=version)
        case "holiday removed":
            holidays.remove(Holiday.objects.create(name="T", first_day=day, last_day=day).pk, actor=manager)
    assert not waits.offers.exists()
    run_due_tasks()
    assert timezone.localdate(waits.offers.get().starts_at) == day
