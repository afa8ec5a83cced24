"""Two accounts of one patient become one: everything moves once, or nothing does."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from knox.models import AuthToken

from accounts import rules
from accounts.domain import finding, merging, people, trail, trail_queries
from accounts.domain.people import AlreadyMerged
from accounts.enums import ActivityVerb
from accounts.models import Activity, BreakGlass, CareLink, PatientProfile, User
from accounts.tests.factories import make_doctor, make_patient
from billing.models import Payment
from billing.tests.factories import make_payment
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.testing.racing import race
from insights.domain.merging import Holdings, holdings
from messaging.domain import messages, queries, reading
from messaging.enums import MessageKind
from messaging.models import Call, Conversation, Message, Notification
from messaging.tests.call_sockets import make_call
from messaging.tests.factories import make_conversation, make_notification, texts
from records.domain import notes
from records.models import VisitNote
from scheduling.domain import progress
from scheduling.domain.errors import OverlappingVisits
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment, CalendarCell
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

LONG = "लक्ष्मीप्रसाददेवकोटा " * 3


@pytest.fixture
def double(db: None) -> User:
    return make_patient("asha.again@test.clinic", first_name="Asha", last_name=LONG.strip())


def merge(kept: User, merged: User, actor: User, **keep: str) -> User:
    return merging.merge(kept.pk, merged.pk, keep=keep, actor=actor)


def totals() -> list[int]:
    return [
        model._default_manager.count()
        for model in (Appointment, CalendarCell, Payment, VisitNote, Call, BreakGlass)
    ]


def test_everything_moves(patient: User, double: User, doctor: User, manager: User, service: Any) -> None:
    other_doctor = make_doctor("another@test.clinic")
    theirs = make_conversation(double, doctor, messages=3)
    alone = make_conversation(double, other_doctor, messages=2)
    mine = make_conversation(patient, doctor, messages=2)
    call = make_call(double, doctor)
    visit = make_appointment(double, doctor, service, conversation=theirs, call=call)
    running = make_appointment(double, doctor, service, starts_at=clinic_time(3, 9), status="in_progress")
    make_appointment(patient, doctor, service, starts_at=clinic_time(4, 9))
    payment = make_payment(visit, "confirmed")
    notes.save(running.pk, author=doctor, text="Rest.", version=0)
    BreakGlass.objects.create(
        doctor=other_doctor, patient=double, reason="Found.", expires_at=timezone.now() + timedelta(hours=1)
    )
    for person in (patient, double):
        make_notification(person, "same")
    make_notification(double, "only")
    AuthToken.objects.create(user=double)
    before = totals()
    assert holdings(double) == Holdings(visits=2, payments=1, conversations=2, notes=1)
    merge(patient, double, manager)
    assert totals() == before
    held = holdings(patient)
    assert (held.visits, held.payments, held.notes, held.conversations) == (3, 1, 1, 2)
    assert holdings(double) == Holdings(visits=0, payments=0, conversations=1, notes=0)
    double.refresh_from_db()
    assert (double.merged_into, double.is_active) == (patient, False)
    assert not AuthToken.objects.filter(user=double).exists()
    assert not CalendarCell.objects.filter(calendar=double.pk).exists()
    assert CalendarCell.objects.filter(calendar=patient.pk, appointment=visit).exists()
    visit.refresh_from_db()
    assert (visit.patient, visit.conversation, visit.booked_by) == (patient, mine, double)
    call.refresh_from_db()
    assert (visit.call, call.conversation) == (call, mine)
    assert payment.attempts.get().submitted_by == double, "history stays as it was"  # type: ignore[attr-defined]
    assert set(CareLink.objects.values_list("patient", "doctor")) == {
        (patient.pk, doctor.pk),
        (patient.pk, other_doctor.pk),
    }
    assert rules.has_broken_glass(other_doctor, patient)
    keys = Notification.objects.filter(user=patient, key__in=("same", "only")).values_list("key", flat=True)
    assert sorted(keys) == ["only", "same"]
    assert not Notification.objects.filter(user=double).exists()
    alone.refresh_from_db()
    assert set(alone.members.values_list("user", flat=True)) == {patient.pk, other_doctor.pk}  # type: ignore[attr-defined]
    assert make_conversation(patient, other_doctor).pk == alone.pk
    progress.cancel(visit.pk, actor=manager, reason="It can go on from here.")


def test_messages_are_added_at_the_end(patient: User, double: User, doctor: User, manager: User) -> None:
    mine, theirs = make_conversation(patient, doctor), make_conversation(double, doctor)
    messages.post(mine, sender=patient, text="one", client_id="1")
    sent = messages.post(theirs, sender=double, text="two", client_id="1")
    messages.post(theirs, sender=doctor, text="three")
    mine.refresh_from_db()
    reading.mark_read(mine, doctor, 1)
    merge(patient, double, manager)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert texts(mine) == ["one", "Messages from the merged account", "two", "three"]
    rows = Message.objects.filter(conversation=mine).order_by("seq")
    assert list(rows.values_list("seq", flat=True)) == [1, 2, 3, 4]
    assert rows[1].kind == MessageKind.SYSTEM
    assert (rows[2].sender, rows[2].created_at) == (patient, sent.created_at)
    assert mine.last_seq == 4
    assert queries.unread(doctor.pk)[0] == 1, "only what the doctor had not read in the other one"
    assert Conversation.objects.filter(pk=theirs.pk).exists()
    assert texts(theirs) == ["This account was merged into another: the conversation goes on there."]
    assert messages.post(mine, sender=patient, text="four").seq == 5


def test_details_are_chosen_and_health_is_not_lost(patient: User, double: User, manager: User) -> None:
    PatientProfile.objects.filter(user=patient).update(allergies="Penicillin", address="Old", blood_group="")
    PatientProfile.objects.filter(user=double).update(
        allergies="Nuts", address="New", blood_group="A+", medical_aid_number="77"
    )
    merge(patient, double, manager, last_name="merged", address="kept")
    patient.refresh_from_db()
    profile = PatientProfile.objects.get(user=patient)
    assert (patient.last_name, patient.email) == (double.last_name, "patient@test.clinic")
    assert (profile.allergies, profile.blood_group) == ("Penicillin\nNuts", "A+")
    assert (profile.address, profile.medical_aid_number) == ("Old", "77")
    row = Activity.objects.get(verb=ActivityVerb.MERGED)
    assert (row.actor, row.patient, row.target_id) == (manager, patient, str(double.pk))
    assert set(row.changed) == {"last_name", "allergies", "blood_group", "medical_aid_number"}


def test_who_opened_my_record_goes_along(
    patient: User, double: User, other_patient: User, doctor: User, manager: User
) -> None:
    trail.record(ActivityVerb.RECORD_READ, actor=doctor, target=double, patient=double)
    trail.record(ActivityVerb.RECORD_READ, actor=double, target=double, patient=double)
    trail.record(ActivityVerb.RECORD_READ, actor=doctor, target=other_patient, patient=other_patient)
    merge(patient, double, manager)
    assert [row.patient for row in trail_queries.of_record(patient)] == [double]
    # And on through a second merge.
    merge(other_patient, patient, manager)
    assert len(trail_queries.of_record(other_patient)) == 2
    assert trail.verify().broken is None
    assert finding.others(doctor, double.email) == []


def test_refusals(request: Any, patient: User, double: User, doctor: User, manager: User) -> None:
    for outsider in ("patient", "double", "other_patient", "doctor", "admin"):
        with pytest.raises(NotAllowed):
            merge(patient, double, request.getfixturevalue(outsider))
    with pytest.raises(Invalid):
        merge(patient, patient, manager)
    for one, other in ((patient, doctor), (doctor, patient)):
        with pytest.raises(Invalid):
            merge(one, other, manager)
    for keep in ({"email": "merged"}, {"address": "both"}):
        with pytest.raises(Invalid):
            merge(patient, double, manager, **keep)
    User.objects.filter(pk=patient.pk).update(is_active=False)
    with pytest.raises(Invalid):
        merge(patient, double, manager)
    assert not User.objects.exclude(merged_into=None).exists()


def test_it_is_done_once(patient: User, double: User, other_patient: User, manager: User) -> None:
    merge(patient, double, manager)
    for kept, merged in ((patient, double), (double, patient), (double, other_patient)):
        with pytest.raises(AlreadyMerged) as refused:
            merge(kept, merged, manager)
        assert refused.value.code == "already_merged"
    with pytest.raises(AlreadyMerged):
        people.activate(double, actor=manager)


def test_overlapping_visits_refuse_the_whole(
    patient: User, double: User, doctor: User, manager: User, service: Any
) -> None:
    other_doctor = make_doctor("another@test.clinic")
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    visit = make_appointment(double, other_doctor, service, starts_at=clinic_time(2, 10, 15))
    talk = make_conversation(double, doctor, messages=1)
    with pytest.raises(OverlappingVisits) as refused:
        merge(patient, double, manager, last_name="merged")
    assert refused.value.code == "overlapping_visits"
    assert "10:00" in refused.value.detail or "10 a.m." in refused.value.detail, refused.value.detail
    assert "10:15" in refused.value.detail
    visit.refresh_from_db()
    double.refresh_from_db()
    patient.refresh_from_db()
    assert (visit.patient, double.is_active, double.merged_into) == (double, True, None)
    assert patient.last_name == "Gurung"
    assert talk.members.filter(user=double).exists()  # type: ignore[attr-defined]
    progress.cancel(visit.pk, actor=manager)
    assert visit.status != S.CANCELLED  # the stale row
    merge(patient, double, manager)


@pytest.mark.django_db(transaction=True)
def test_two_merges_race(patient: User, double: User, manager: User, doctor: User, service: Any) -> None:
    make_appointment(double, doctor, service)
    answers = race(
        partial(merge, patient, double, manager),
        partial(merge, double, patient, manager),
    )
    assert [answer.code for answer in answers if isinstance(answer, Conflict)] == ["already_merged"]
    left = User.objects.get(pk__in=(patient.pk, double.pk), merged_into=None)
    assert left.is_active
    assert Appointment.objects.get().patient == left
