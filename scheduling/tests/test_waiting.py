"""Joining the waiting list, leaving it, and answering an offer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from clinic.core.errors import Invalid, NotAllowed
from scheduling.domain import booking, progress, waiting, waiting_queries
from scheduling.domain.errors import AlreadyWaiting, OfferOver, SlotTaken
from scheduling.enums import AppointmentStatus, OfferStatus, WaitingStatus
from scheduling.models import Appointment, CalendarCell, Service, WaitingEntry, WaitingOffer
from scheduling.tests.factories import clinic_time, make_appointment, make_service, make_waiting

pytestmark = pytest.mark.django_db
S = AppointmentStatus
W = WaitingStatus


@pytest.fixture
def entry(patient: User, doctor: User, service: Service) -> WaitingEntry:
    return make_waiting(patient, doctor, service)


@pytest.fixture
def offer(entry: WaitingEntry, other_patient: User, doctor: User, service: Service) -> WaitingOffer:
    """10:00 in two days, for `patient`; `other_patient` let it go."""
    progress.cancel(make_appointment(other_patient, doctor, service).pk, actor=doctor)
    return entry.offers.get()


def join(patient: User, doctor: User | None, service: Service, **changes: Any) -> WaitingEntry:
    today = timezone.localdate()
    wish = {"mode": Mode.VIDEO, "first_day": today, "last_day": today + timedelta(days=7), "actor": patient}
    return waiting.join(patient=patient, doctor=doctor, service=service, **{**wish, **changes})


def test_joining_is_told_to_the_patient_and_management(
    patient: User, doctor: User, service: Service, heard: Any
) -> None:
    with heard() as told:
        entry = join(patient, doctor, service)
    ((groups, event),) = told
    assert set(groups) == {f"user.{patient.pk}", "role.management"}
    assert event == {"type": "waiting.changed", "id": str(entry.pk), "status": "waiting"}


def test_nobody_stands_twice_in_one_line(patient: User, doctor: User, service: Service) -> None:
    join(patient, doctor, service)
    with pytest.raises(AlreadyWaiting):
        join(patient, doctor, service)
    join(patient, doctor, service, mode=Mode.IN_PERSON)


def test_who_has_left_may_join_again_at_the_end(patient: User, doctor: User, service: Service) -> None:
    first = waiting.leave(join(patient, doctor, service).pk, actor=patient)
    assert first.status == W.LEFT
    assert waiting.leave(first.pk, actor=patient).status == W.LEFT
    assert join(patient, doctor, service).created_at > first.created_at


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_day": timedelta(days=-1)}, "last_day"),
        ({"first_day": timedelta(days=-9), "last_day": timedelta(days=-2)}, "last_day"),
        ({"last_day": timedelta(days=400)}, "last_day"),
        ({"mode": "by pigeon"}, "service"),
    ],
)
def test_what_can_not_be_waited_for(
    changes: dict[str, Any], field: str, patient: User, doctor: User, service: Service
) -> None:
    days = {
        name: timezone.localdate() + by if isinstance(by, timedelta) else by for name, by in changes.items()
    }
    with pytest.raises(Invalid) as refused:
        join(patient, doctor, service, **days)
    assert list(refused.value.fields) == [field]


def test_a_service_nobody_there_gives(patient: User, doctor: User) -> None:
    heart = make_doctor("heart@test.clinic", specialty="Cardiology")
    echo = make_service("Echo", specialty=heart.doctor_profile.specialty)
    with pytest.raises(Invalid):
        join(patient, doctor, echo)
    assert join(patient, None, echo, specialty=heart.doctor_profile.specialty).doctor is None


def test_five_lines_are_enough(patient: User, doctor: User) -> None:
    for number in range(waiting.MAX_ENTRIES):
        join(patient, doctor, make_service(f"S{number}"))
    with pytest.raises(Invalid):
        join(patient, doctor, make_service("One more"))


def test_a_visit_of_someone_else_is_not_given_up(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    theirs = make_appointment(other_patient, doctor, service)
    with pytest.raises(Invalid) as refused:
        join(patient, doctor, service, instead_of=theirs)
    assert list(refused.value.fields) == ["instead_of"]


def test_claiming_makes_a_visit_of_it(offer: WaitingOffer, entry: WaitingEntry, patient: User) -> None:
    visit = waiting.claim(offer.pk, actor=patient)
    offer.refresh_from_db()
    entry.refresh_from_db()
    assert (visit.patient, visit.doctor, visit.starts_at) == (patient, offer.doctor, offer.starts_at)
    assert visit.status == S.PENDING_PAYMENT
    assert (offer.status, offer.appointment, entry.status) == (OfferStatus.CLAIMED, visit, W.BOOKED)
    assert not CalendarCell.objects.filter(offer=offer).exists()
    assert CalendarCell.objects.filter(appointment=visit).count() == 12


def test_claiming_again_is_the_same_visit(offer: WaitingOffer, patient: User) -> None:
    assert waiting.claim(offer.pk, actor=patient) == waiting.claim(offer.pk, actor=patient)
    assert Appointment.objects.filter(patient=patient).count() == 1


def test_too_late_to_claim_though_no_task_has_run(offer: WaitingOffer, patient: User) -> None:
    with time_machine.travel(offer.expires_at, tick=False), pytest.raises(OfferOver):
        waiting.claim(offer.pk, actor=patient)
    assert not Appointment.objects.filter(patient=patient).exists()


def test_a_stranger_can_not_book_what_is_offered(
    offer: WaitingOffer, other_patient: User, doctor: User, service: Service
) -> None:
    with pytest.raises(SlotTaken) as refused:
        booking.book(
            patient=other_patient, doctor=doctor, service=service, starts_at=offer.starts_at,
            mode=Mode.VIDEO, booked_by=other_patient,
        )  # fmt: skip
    assert offer.starts_at.isoformat() not in [near["starts_at"] for near in refused.value.extra["nearest"]]


def test_the_later_visit_moves_here_with_its_payment(
    entry: WaitingEntry, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    entry.instead_of = make_appointment(patient, doctor, service, starts_at=clinic_time(6, 14))
    entry.save()
    progress.cancel(make_appointment(other_patient, doctor, service).pk, actor=doctor)
    visit = waiting.claim(entry.offers.get().pk, actor=patient)
    assert visit == entry.instead_of
    assert (visit.starts_at, visit.status) == (clinic_time(2, 10), S.CONFIRMED)
    assert Appointment.objects.filter(patient=patient).count() == 1


@pytest.mark.parametrize("overlaps", [False, True])
def test_a_later_visit_with_someone_else_is_cancelled(
    overlaps: bool, entry: WaitingEntry, other_patient: User, doctor: User, service: Service
) -> None:
    heart = make_doctor("heart@test.clinic", specialty="Cardiology")
    old = make_appointment(
        entry.patient, heart, service, starts_at=clinic_time(2, 10, 15) if overlaps else clinic_time(6, 14)
    )
    entry.instead_of = old
    entry.save()
    progress.cancel(make_appointment(other_patient, doctor, service).pk, actor=doctor)
    waiting.claim(entry.offers.get().pk, actor=entry.patient)
    old.refresh_from_db()
    assert old.status == S.CANCELLED


def test_a_claim_that_fails_gives_nothing_up(offer: WaitingOffer, entry: WaitingEntry, patient: User) -> None:
    """The patient has booked something else at that time since."""
    old = make_appointment(patient, make_doctor("a@test.clinic"), entry.service, starts_at=clinic_time(6, 14))
    entry.instead_of = old
    entry.save()
    make_appointment(patient, make_doctor("b@test.clinic"), entry.service, starts_at=offer.starts_at)
    with pytest.raises(SlotTaken):
        waiting.claim(offer.pk, actor=patient)
    old.refresh_from_db()
    offer.refresh_from_db()
    assert (old.status, offer.status) == (S.CONFIRMED, OfferStatus.OPEN)


def test_passing_asks_the_next_and_keeps_the_place(
    offer: WaitingOffer, entry: WaitingEntry, patient: User, doctor: User, service: Service
) -> None:
    after_them = make_waiting(make_patient("next@test.clinic"), doctor, service)
    waiting.pass_on(offer.pk, actor=patient)
    waiting.pass_on(offer.pk, actor=patient)
    entry.refresh_from_db()
    assert entry.status == W.WAITING
    assert after_them.offers.count() == 1
    assert waiting_queries.places([entry, after_them]) == {entry.pk: 1, after_them.pk: 2}
    with pytest.raises(OfferOver):
        waiting.claim(offer.pk, actor=patient)


def test_leaving_with_an_offer_asks_the_next(
    offer: WaitingOffer, entry: WaitingEntry, patient: User, doctor: User, service: Service
) -> None:
    after_them = make_waiting(make_patient("next@test.clinic"), doctor, service)
    waiting.leave(entry.pk, actor=patient)
    entry.refresh_from_db()
    after_them.refresh_from_db()
    assert (entry.status, after_them.status) == (W.LEFT, W.OFFERED)


@pytest.mark.parametrize("who", ["other_patient", "doctor", "other_doctor", "admin"])
def test_others_answer_nothing(
    who: str, offer: WaitingOffer, entry: WaitingEntry, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    attempts: list[Callable[[], Any]] = [
        lambda: waiting.claim(offer.pk, actor=person),
        lambda: waiting.pass_on(offer.pk, actor=person),
        lambda: waiting.leave(entry.pk, actor=person),
        lambda: join(entry.patient, entry.doctor, make_service("Other"), actor=person),
        lambda: waiting.offer_by_hand(
            entry.pk, doctor=offer.doctor, starts_at=clinic_time(3, 9), actor=person
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_management_offers_a_time_by_hand_whoever_is_before(
    entry: WaitingEntry, other_patient: User, doctor: User, service: Service, manager: User
) -> None:
    behind = make_waiting(other_patient, doctor, service)
    made = waiting.offer_by_hand(behind.pk, doctor=doctor, starts_at=clinic_time(3, 9), actor=manager)
    assert made.entry == behind
    for moment in (clinic_time(3, 9), clinic_time(3, 12), clinic_time(90, 9)):
        with pytest.raises(SlotTaken):
            waiting.offer_by_hand(entry.pk, doctor=doctor, starts_at=moment, actor=manager)


def test_the_place_in_line_counts_who_wants_the_same_time(
    entry: WaitingEntry, doctor: User, other_doctor: User, service: Service
) -> None:
    anyone = make_waiting(make_patient("a@test.clinic"), None, service, specialty=entry.specialty)
    elsewhere = make_waiting(make_patient("b@test.clinic"), other_doctor, service)
    last = make_waiting(make_patient("c@test.clinic"), doctor, service)
    places = waiting_queries.places([entry, anyone, elsewhere, last])
    assert places == {entry.pk: 1, anyone.pk: 2, elsewhere.pk: 2, last.pk: 3}


def test_places_of_merged_accounts_become_one(
    offer: WaitingOffer, entry: WaitingEntry, other_patient: User
) -> None:
    """`other_patient` stands in the same line, and takes `entry` over with the merge; its offer goes to the next."""
    theirs = make_waiting(other_patient, offer.doctor, entry.service)
    waiting.hand_over(entry.patient, to=other_patient)
    entry.refresh_from_db()
    theirs.refresh_from_db()
    offer.refresh_from_db()
    assert (entry.patient, entry.status, offer.status) == (other_patient, W.LEFT, OfferStatus.PASSED)
    assert theirs.status == W.OFFERED
