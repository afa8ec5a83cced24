"""Signed once, replaced once, begun once, whatever races: on SQLite and on PostgreSQL alike."""

from functools import partial
from typing import Any

import pytest

from accounts.domain import care
from clinic.core.errors import Conflict, InvalidTransition
from clinic.core.testing.racing import race
from messaging.models import Notification
from records.domain import prescribing, prescription_life, signing
from records.enums import PrescriptionStatus
from records.models import Prescription, PrescriptionStatusChange
from records.tests.prescriptions import AnyReason, line, make_draft, signed_prescription

pytestmark = pytest.mark.django_db(transaction=True)

S = PrescriptionStatus


def test_signed_from_six_tabs_at_once(patient: Any, doctor: Any) -> None:
    draft = make_draft(patient, doctor)
    sign = partial(prescribing.sign, draft.pk, actor=doctor, version=1, reasons=AnyReason())
    answers = race(*[sign] * 6)
    assert sorted(type(answer).__name__ for answer in answers) == ["InvalidTransition"] * 5 + ["Prescription"]
    assert PrescriptionStatusChange.objects.filter(prescription=draft, to_status=S.SIGNED).count() == 1
    assert Notification.objects.filter(user=patient, occasion="prescription.signed").count() == 1
    draft.refresh_from_db()
    assert signing.holds(draft)


def test_signing_while_another_tab_saves(patient: Any, doctor: Any) -> None:
    """Whoever is first wins: what is signed is what its author saw, never a mixture."""
    for days in range(3, 8):
        draft = make_draft(patient, doctor)
        signed, saved = race(
            partial(prescribing.sign, draft.pk, actor=doctor, version=1, reasons=AnyReason()),
            partial(prescribing.save, draft.pk, actor=doctor, version=1, items=[line(days=days + 20)]),
        )
        assert [isinstance(signed, Conflict), isinstance(saved, Conflict)].count(True) == 1
        draft.refresh_from_db()
        if draft.status == S.SIGNED:
            assert f'"n":{draft.items.get().days},' in draft.payload
            assert draft.items.get().days == 7
        else:
            assert (draft.items.get().days, draft.signature) == (days + 20, "")
            prescription_life.discard(draft.pk, actor=doctor)


def test_changed_and_stopped_at_once(patient: Any, doctor: Any) -> None:
    first = signed_prescription(patient, doctor)
    draft = prescription_life.change(first.pk, actor=doctor)
    race(
        lambda: prescribing.sign(draft.pk, actor=doctor, version=0, reasons=AnyReason()),
        lambda: prescription_life.stop(first.pk, actor=doctor, reason="Rash"),
        lambda: prescription_life.change(first.pk, actor=doctor),
    )
    first.refresh_from_db()
    draft.refresh_from_db()
    assert (first.status, draft.status) in {(S.REPLACED, S.SIGNED), (S.STOPPED, S.DRAFT)}
    assert first.history.filter(to_status__in=[S.REPLACED, S.STOPPED]).count() == 1
    assert Prescription.objects.filter(replaces=first).count() == 1


def test_begun_in_two_tabs_it_is_one_draft(patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    answers = race(*[lambda: prescribing.begin(patient, author=doctor)] * 4)
    assert len({answer.pk for answer in answers}) == 1


def test_two_doctors_change_one_prescription(patient: Any, doctor: Any, other_doctor: Any) -> None:
    first = signed_prescription(patient, doctor)
    care.link(patient, other_doctor)
    answers = race(
        *(partial(prescription_life.change, first.pk, actor=who) for who in (doctor, other_doctor))
    )
    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True]


def test_dispensed_twice(patient: Any, doctor: Any) -> None:
    signed = signed_prescription(patient, doctor)
    answers = race(*[lambda: prescription_life.dispense(signed.pk, actor=doctor)] * 4)
    assert [isinstance(answer, InvalidTransition) for answer in answers].count(True) == 3
