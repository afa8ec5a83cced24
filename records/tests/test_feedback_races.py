"""Many at once: one feedback of a visit, one decision, and a rating that counts every one of them."""

from functools import partial
from typing import Any

import pytest

from accounts.models import DoctorProfile
from clinic.core.errors import Conflict
from clinic.core.testing.racing import race
from records.domain import feedback
from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_makes_one(patient: Any, doctor: Any, service: Any) -> None:
    visit = make_past_visit(patient, doctor, service)
    answers = {"overall": 5, "recommend": True}
    found = race(*[partial(feedback.give, visit.pk, author=patient, answers=answers)] * 6)
    assert {row.pk for row in found} == {Feedback.objects.get().pk}


def test_one_decision_of_two_people_stands(patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    waiting = make_feedback(make_past_visit(patient, doctor, service))
    found = race(*[partial(feedback.publish, waiting.pk, actor=manager)] * 4)
    assert sum(isinstance(result, Conflict) for result in found) == 3
    assert DoctorProfile.objects.get(user=doctor).rating_count == 1


def test_decisions_at_the_same_moment_all_count(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    waiting = [
        make_feedback(make_past_visit(patient, doctor, service, days_ago=number), overall=number % 5 + 1)
        for number in range(1, 11)
    ]
    race(*[partial(feedback.publish, row.pk, actor=manager) for row in waiting])
    profile = DoctorProfile.objects.get(user=doctor)
    assert (str(profile.rating), profile.rating_count) == ("3.0", 10)
