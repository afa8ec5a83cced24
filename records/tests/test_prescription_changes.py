"""Changing and repeating what was signed: one change at a time, and none that stands in the way for ever."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.domain import care
from accounts.models import CareLink
from clinic.core.errors import Conflict, InvalidTransition
from clinic.core.testing.racing import race
from records.domain import prescribing, prescription_life, prescription_queries
from records.models import Prescription

from .prescriptions import AnyReason, line, make_medicine, signed_prescription

LATER = prescription_life.ABANDONED_AFTER + timedelta(minutes=1)


@pytest.fixture
def signed(patient: Any, doctor: Any, other_doctor: Any) -> Prescription:
    care.link(patient, other_doctor)
    return signed_prescription(patient, doctor)


@pytest.mark.django_db
def test_a_colleagues_change_stands_in_the_way_until_it_is_abandoned(
    signed: Prescription, doctor: Any, other_doctor: Any
) -> None:
    first = prescription_life.change(signed.pk, actor=doctor)
    assert prescription_life.change(signed.pk, actor=doctor) == first
    with pytest.raises(Conflict):
        prescription_life.change(signed.pk, actor=other_doctor)
    with time_machine.travel(timezone.now() + LATER):
        second = prescription_life.change(signed.pk, actor=other_doctor)
        first.refresh_from_db()
        assert (first.status, first.replaces, second.replaces) == ("discarded", None, signed)
        assert list(first.history.values_list("to_status", "actor")) == [
            ("draft", doctor.pk),
            ("discarded", other_doctor.pk),
        ]
        with pytest.raises(InvalidTransition):
            prescribing.save(first.pk, actor=doctor, version=0, items=[line()])
        prescribing.sign(second.pk, actor=other_doctor, version=0, reasons=AnyReason())
    signed.refresh_from_db()
    assert signed.status == "replaced"


@pytest.mark.django_db
def test_who_lost_the_record_holds_nobody_up(signed: Prescription, doctor: Any, other_doctor: Any) -> None:
    prescription_life.change(signed.pk, actor=doctor)
    CareLink.objects.filter(doctor=doctor).delete()
    assert prescription_life.change(signed.pk, actor=other_doctor).author == other_doctor


@pytest.mark.django_db(transaction=True)
def test_taking_over_and_signing_at_once(signed: Prescription, doctor: Any, other_doctor: Any) -> None:
    """Whoever is first, one prescription stands, and nobody waits for the other for ever."""
    draft = prescription_life.change(signed.pk, actor=doctor)
    Prescription.objects.filter(pk=draft.pk).update(updated_at=timezone.now() - LATER)
    race(
        lambda: prescribing.sign(draft.pk, actor=doctor, version=0, reasons=AnyReason()),
        lambda: prescription_life.change(signed.pk, actor=other_doctor),
    )
    statuses = sorted(Prescription.objects.values_list("status", flat=True))
    assert statuses in (["replaced", "signed"], ["discarded", "draft", "signed"])


@pytest.mark.django_db
def test_repeating_fills_the_empty_draft_and_no_other(
    client: Client, signed: Prescription, patient: Any, doctor: Any
) -> None:
    client.force_login(doctor)
    url = f"/patients/{patient.pk}/record/prescriptions/new/"
    empty = client.post(url)["Location"]
    assert "Repeat the last one" in client.get(empty).content.decode()
    assert client.post(url, {"repeat": "1"})["Location"] == empty
    draft = Prescription.objects.exclude(pk=signed.pk).get()
    assert [item.medicine for item in draft.items.all()] == [make_medicine()]
    # The window that shows it empty writes over nothing.
    stale = client.post(empty, {"version": 0, "items": []}, content_type="application/json")
    assert stale.status_code == 409
    again = client.post(url, {"repeat": "1"})["Location"]
    assert again != empty


@pytest.mark.django_db
def test_what_was_stopped_is_not_offered_to_be_repeated(
    signed: Prescription, patient: Any, doctor: Any
) -> None:
    other = signed_prescription(patient, doctor, line(make_medicine("Ibuprofen")))
    assert prescription_queries.last_signed(patient) == other
    prescription_life.stop(other.pk, actor=doctor, reason="Bleeding")
    assert prescription_queries.last_signed(patient) == signed
