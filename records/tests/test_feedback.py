"""Feedback of a visit: who gives it, until when, what it may hold, and what it does to the doctor's rating."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.ratings import average
from accounts.models import DoctorProfile, User
from accounts.tests.factories import make_patient
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from records.domain import feedback as domain
from records.enums import FeedbackStatus
from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

ANSWERS = {"overall": 4, "recommend": True, "comment": "Listened well."}


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Appointment:
    return make_past_visit(patient, doctor, service)


def rating_of(doctor: User) -> tuple[Decimal | None, int]:
    profile = DoctorProfile.objects.get(user=doctor)
    return profile.rating, profile.rating_count


def test_the_patient_says_how_it_was_and_may_change_it(visit: Appointment) -> None:
    first = domain.give(visit.pk, author=visit.patient, answers=ANSWERS)
    again = domain.give(visit.pk, author=visit.patient, answers={**ANSWERS, "overall": 2, "staff": 5})
    assert again.pk == first.pk
    assert (again.overall, again.staff, again.status) == (2, 5, FeedbackStatus.PENDING)
    assert [change.actor for change in again.history.all()] == [visit.patient]


def test_nobody_speaks_for_the_patient(
    visit: Appointment, other_patient: Any, doctor: Any, manager: Any, admin: Any
) -> None:
    for outsider in (other_patient, doctor, manager, admin):
        with pytest.raises(NotAllowed):
            domain.give(visit.pk, author=outsider, answers=ANSWERS)
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("status", sorted(set(AppointmentStatus.values) - {"completed"}))
def test_only_what_is_over_can_be_judged(patient: Any, doctor: Any, service: Any, status: str) -> None:
    visit = make_past_visit(patient, doctor, service, status=status)
    with pytest.raises(domain.NotOver):
        domain.give(visit.pk, author=patient, answers=ANSWERS)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"overall": 0}, "overall"),
        ({"overall": 6}, "overall"),
        ({"overall": True}, "overall"),
        ({"overall": "5"}, "overall"),
        ({"overall": None}, "overall"),
        ({"staff": 9}, "staff"),
        ({"clarity": -1}, "clarity"),
        ({"recommend": None}, "recommend"),
        ({"recommend": "no"}, "recommend"),
        ({"comment": "x" * 1001}, "comment"),
        ({"comment": "a\u202eb"}, "comment"),
        ({"comment": "a\x00b"}, "comment"),
        ({"comment": "a\ud800b"}, "comment"),
        ({"comment": ["list"]}, "comment"),
    ],
)
def test_wrong_answers_are_named_and_nothing_is_stored(
    visit: Appointment, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        domain.give(visit.pk, author=visit.patient, answers={**ANSWERS, **wrong})
    assert list(refused.value.fields) == [field]
    assert not Feedback.objects.exists()


def test_a_comment_keeps_its_lines_and_its_joiners(visit: Appointment) -> None:
    text = "राम्रो सेवा।\r\n\r\nक्\u200dष 👩\u200d⚕️ धन्यवाद  "
    stored = domain.give(visit.pk, author=visit.patient, answers={**ANSWERS, "comment": text})
    assert stored.comment == "राम्रो सेवा।\n\nक्\u200dष 👩\u200d⚕️ धन्यवाद"


def test_what_is_decided_does_not_change_any_more(visit: Appointment, manager: Any) -> None:
    make_feedback(visit, published_by=manager)
    with pytest.raises(InvalidTransition):
        domain.give(visit.pk, author=visit.patient, answers={**ANSWERS, "overall": 1})
    assert Feedback.objects.get().overall == 5


def test_publishing_counts_and_hiding_takes_it_back(
    visit: Appointment, other_patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    first = make_feedback(visit, overall=5)
    second = make_feedback(make_past_visit(other_patient, doctor, service, days_ago=3), overall=4)
    assert rating_of(doctor) == (None, 0)
    domain.publish(first.pk, actor=manager)
    assert rating_of(doctor) == (Decimal("5.0"), 1)
    domain.publish(second.pk, actor=manager)
    assert rating_of(doctor) == (Decimal("4.5"), 2)
    domain.hide(first.pk, reason="Names another patient", actor=manager)
    assert rating_of(doctor) == (Decimal("4.0"), 1)
    domain.hide(second.pk, reason="Asked for by the patient", actor=manager)
    assert rating_of(doctor) == (None, 0)
    domain.publish(second.pk, actor=manager)
    assert rating_of(doctor) == (Decimal("4.0"), 1)
    second.refresh_from_db()
    assert second.moderated_by == manager
    assert [(step.from_status, step.to_status, step.reason) for step in second.history.all()] == [
        ("", "pending", ""),
        ("pending", "published", ""),
        ("published", "hidden", "Asked for by the patient"),
        ("hidden", "published", ""),
    ]


def test_another_doctors_rating_is_their_own(
    visit: Appointment, other_doctor: Any, service: Any, manager: Any
) -> None:
    make_feedback(visit, overall=1, published_by=manager)
    other_visit = make_past_visit(visit.patient, other_doctor, service, days_ago=4)
    make_feedback(other_visit, overall=5, published_by=manager)
    assert rating_of(visit.doctor) == (Decimal("1.0"), 1)
    assert rating_of(other_doctor) == (Decimal("5.0"), 1)


def test_only_management_decides(
    visit: Appointment, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    waiting = make_feedback(visit)
    for outsider in (visit.patient, visit.doctor, other_patient, other_doctor, admin):
        with pytest.raises(NotAllowed):
            domain.publish(waiting.pk, actor=outsider)
        with pytest.raises(NotAllowed):
            domain.hide(waiting.pk, reason="No", actor=outsider)
    waiting.refresh_from_db()
    assert waiting.status == FeedbackStatus.PENDING


def test_deciding_the_same_twice_is_refused_and_counts_once(
    visit: Appointment, doctor: Any, manager: Any
) -> None:
    waiting = make_feedback(visit)
    domain.publish(waiting.pk, actor=manager)
    with pytest.raises(InvalidTransition):
        domain.publish(waiting.pk, actor=manager)
    assert rating_of(doctor)[1] == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_hiding_needs_a_reason(visit: Appointment, manager: Any, reason: str) -> None:
    waiting = make_feedback(visit)
    with pytest.raises(Invalid) as refused:
        domain.hide(waiting.pk, reason=reason, actor=manager)
    assert "reason" in refused.value.fields


def test_the_database_holds_the_promise(visit: Appointment, doctor: Any) -> None:
    make_feedback(visit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(appointment=visit, overall=3, recommend=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(overall=6)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(status=FeedbackStatus.PUBLISHED)
    with pytest.raises(IntegrityError), transaction.atomic():
        DoctorProfile.objects.filter(user=doctor).update(rating=Decimal("4.5"), rating_count=0)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("Asha", "Gurung", "Asha G."),
        ("Hari Bahadur", "Magar", "Hari M."),
        ("सरस्वती देवी", "श्रेष्ठ-अधिकारी", "सरस्वती श."),
        ("Madonna", "", "Madonna"),
        ("", "", "A patient"),
    ],
)
def test_the_public_learns_a_first_name_and_an_initial(
    doctor: Any, service: Any, first: str, last: str, shown: str
) -> None:
    patient = make_patient(first_name=first, last_name=last)
    assert make_feedback(make_past_visit(patient, doctor, service)).author_name == shown


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_the_average_lies_between_and_has_one_decimal(overall: list[int]) -> None:
    figure = average(sum(overall), len(overall))
    assert figure is not None
    assert min(overall) <= figure <= max(overall)
    assert figure == figure.quantize(Decimal("0.1"))
    assert abs(figure - Decimal(sum(overall)) / len(overall)) <= Decimal("0.05")


def test_nothing_has_no_average_and_halves_go_up() -> None:
    assert average(0, 0) is None
    assert average(85, 20) == Decimal("4.3")
