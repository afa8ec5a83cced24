"""A doctor asks for a scan; booking it and every step of its visit move the referral along."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.domain import care
from accounts.models import Activity, User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from messaging.models import Delivery, Notification
from scheduling.domain import merging, progress, referrals
from scheduling.domain.errors import AlreadyAsked
from scheduling.domain.referral_queries import visible_to
from scheduling.enums import AppointmentStatus, ReferralStatus
from scheduling.models import Appointment, Referral, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db
_A, _R = AppointmentStatus, ReferralStatus


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User) -> Service:
    return make_scan(radiologist)


@pytest.fixture
def referral(patient: User, doctor: User, scan: Service) -> Referral:
    return make_referral(patient, doctor, scan)


@pytest.fixture
def visit(referral: Referral, patient: User, radiologist: User, scan: Service) -> Appointment:
    appointment = make_appointment(patient, radiologist, scan, status=_A.CONFIRMED, mode="in_person")
    referrals.book(referral, appointment)
    return appointment


def titles(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("title", flat=True))


def test_asking_tells_the_patient(referral: Referral, patient: User) -> None:
    assert referral.status == _R.REQUESTED
    assert [change.to_status for change in referral.history.all()] == [_R.REQUESTED]
    assert titles(patient) == ["You have a new referral to book"]
    assert Activity.objects.filter(verb="referral.create", patient=patient).count() == 1


def test_the_mail_names_no_scan(patient: User, doctor: User, scan: Service) -> None:
    care.link(patient, doctor)
    referrals.ask(patient=patient, referrer=doctor, service=scan, question=QUESTION)
    mail = Delivery.objects.get(channel="email")
    assert mail.notification.user == patient
    for word in ("MRI", "meniscus"):
        assert word not in f"{mail.subject}{mail.text}{mail.html}"


def test_urgent_ones_are_told_to_the_front_desk(
    patient: User, doctor: User, manager: User, scan: Service
) -> None:
    care.link(patient, doctor)
    referrals.ask(patient=patient, referrer=doctor, service=scan, question=QUESTION, priority="urgent")
    assert titles(manager) == ["An urgent referral waits to be booked"]


@pytest.mark.parametrize("who", ["patient", "other_doctor", "manager", "admin"])
def test_only_a_doctor_of_the_patient_asks(
    who: str, patient: User, scan: Service, request: pytest.FixtureRequest
) -> None:
    asking = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        referrals.ask(patient=patient, referrer=asking, service=scan, question=QUESTION)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"question": "  "}, "question"),
        ({"question": "x" * 1001}, "question"),
        ({"question": "a\x00b"}, "question"),
        ({"priority": "now"}, "priority"),
    ],
)
def test_what_can_not_be_asked(
    wrong: dict[str, str], field: str, patient: User, doctor: User, scan: Service
) -> None:
    care.link(patient, doctor)
    fields: dict[str, Any] = {"service": scan, "question": QUESTION, **wrong}
    with pytest.raises(Invalid) as refused:
        referrals.ask(patient=patient, referrer=doctor, **fields)
    assert list(refused.value.fields) == [field]


def test_only_scans_are_asked_for(patient: User, doctor: User, service: Service) -> None:
    care.link(patient, doctor)
    with pytest.raises(Invalid) as refused:
        referrals.ask(patient=patient, referrer=doctor, service=service, question=QUESTION)
    assert list(refused.value.fields) == ["service"]


def test_the_same_scan_is_asked_for_once(referral: Referral, doctor: User) -> None:
    with pytest.raises(AlreadyAsked) as refused:
        referrals.ask(patient=referral.patient, referrer=doctor, service=referral.service, question="Again?")
    assert refused.value.extra == {"referral": str(referral.pk)}


def test_the_document_is_typed_by_its_content(patient: User, doctor: User, scan: Service) -> None:
    care.link(patient, doctor)
    letter = SimpleUploadedFile("letter.exe", b"%PDF-1.4 letter", content_type="application/x-msdownload")
    referral = referrals.ask(
        patient=patient, referrer=doctor, service=scan, question=QUESTION, document=letter
    )
    assert referral.document_type == "application/pdf"
    assert referral.document.name.endswith(".pdf")


# --- the scan's visit ---


def test_booking_marks_it(visit: Appointment, referral: Referral, doctor: User) -> None:
    referral.refresh_from_db()
    assert (referral.status, referral.appointment) == (_R.BOOKED, visit)
    assert titles(doctor)[-1].startswith("A referral of yours is booked for")


def test_a_referral_is_booked_once(visit: Appointment, referral: Referral, patient: User) -> None:
    second = make_appointment(
        patient, visit.doctor, visit.service, starts_at=clinic_time(3, 10), mode="in_person"
    )
    with pytest.raises(InvalidTransition):
        referrals.book(referral, second)


def test_a_referral_is_for_its_patient(referral: Referral, other_patient: User, radiologist: User) -> None:
    with pytest.raises(Invalid):
        referrals.book(referral, make_appointment(other_patient, radiologist, referral.service))


def test_a_referral_is_for_its_scan(referral: Referral, radiologist: User, service: Service) -> None:
    with pytest.raises(Invalid):
        referrals.book(referral, make_appointment(referral.patient, radiologist, service))


@pytest.mark.parametrize("status", [_A.CANCELLED, _A.DECLINED, _A.EXPIRED])
def test_a_visit_that_comes_to_nothing_opens_it_again(
    status: str, visit: Appointment, referral: Referral, patient: User
) -> None:
    referrals.follow(visit, status)
    referral.refresh_from_db()
    assert (referral.status, referral.appointment) == (_R.REQUESTED, None)
    assert titles(patient)[-1] == "Your referral can be booked again"


def test_a_missed_visit_opens_it_until_the_patient_is_there_after_all(
    visit: Appointment, referral: Referral
) -> None:
    referrals.follow(visit, _A.NO_SHOW)
    referral.refresh_from_db()
    assert (referral.status, referral.appointment) == (_R.REQUESTED, visit)
    referrals.follow(visit, _A.CHECKED_IN)
    referral.refresh_from_db()
    assert (referral.status, referral.appointment) == (_R.BOOKED, visit)


def test_a_missed_visit_does_not_come_back_once_another_is_booked(
    visit: Appointment, referral: Referral, patient: User
) -> None:
    referrals.follow(visit, _A.NO_SHOW)
    second = make_appointment(
        patient, visit.doctor, visit.service, starts_at=clinic_time(3, 10), mode="in_person"
    )
    referrals.book(referral, second)
    assert referrals.follow(visit, _A.CHECKED_IN) is None
    referral.refresh_from_db()
    assert (referral.status, referral.appointment) == (_R.BOOKED, second)


@pytest.mark.parametrize("status", [_A.CONFIRMED, _A.CHECKED_IN, _A.IN_PROGRESS, _A.PENDING_CONFIRMATION])
def test_other_steps_leave_it_booked(status: str, visit: Appointment, referral: Referral) -> None:
    assert referrals.follow(visit, status) is None
    referral.refresh_from_db()
    assert referral.status == _R.BOOKED


def test_the_visits_own_door_moves_it(visit: Appointment, referral: Referral, patient: User) -> None:
    progress.start(visit.pk, actor=visit.doctor)
    progress.complete(visit.pk, actor=visit.doctor)
    referral.refresh_from_db()
    assert referral.status == _R.PERFORMED
    assert titles(referral.referrer)[-1] == "A referral has been carried out"
    assert [change.to_status for change in referral.history.all()] == [_R.REQUESTED, _R.BOOKED, _R.PERFORMED]


def test_other_visits_have_no_referral(patient: User, doctor: User, service: Service) -> None:
    assert referrals.follow(make_appointment(patient, doctor, service), _A.CANCELLED) is None


# --- withdrawing ---


@pytest.mark.parametrize("who", ["doctor", "manager"])
def test_it_is_withdrawn(who: str, referral: Referral, patient: User, request: pytest.FixtureRequest) -> None:
    referrals.withdraw(referral.pk, actor=request.getfixturevalue(who), reason="Not needed.")
    referral.refresh_from_db()
    assert referral.status == _R.CANCELLED
    assert titles(patient)[-1] == "A referral of yours was withdrawn"


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "radiologist", "admin"])
def test_nobody_else_withdraws(who: str, referral: Referral, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        referrals.withdraw(referral.pk, actor=request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["doctor", "manager"])
def test_the_booked_visit_is_called_off_with_it(
    who: str, visit: Appointment, referral: Referral, request: pytest.FixtureRequest
) -> None:
    referrals.withdraw(referral.pk, actor=request.getfixturevalue(who))
    referral.refresh_from_db()
    visit.refresh_from_db()
    assert (referral.status, visit.status) == (_R.CANCELLED, _A.CANCELLED)


@pytest.mark.parametrize("status", [_R.PERFORMED, _R.REPORTED, _R.CANCELLED])
def test_what_is_over_is_not_withdrawn(status: str, referral: Referral, doctor: User) -> None:
    Referral.objects.filter(pk=referral.pk).update(status=status)
    with pytest.raises(InvalidTransition):
        referrals.withdraw(referral.pk, actor=doctor)


def test_a_scan_under_way_is_not_withdrawn(visit: Appointment, referral: Referral, doctor: User) -> None:
    progress.start(visit.pk, actor=visit.doctor)
    with pytest.raises(InvalidTransition):
        referrals.withdraw(referral.pk, actor=doctor)
    referral.refresh_from_db()
    assert referral.status == _R.BOOKED


# --- who finds it ---


@pytest.mark.parametrize(
    ("who", "finds"),
    [
        ("patient", True),
        ("doctor", True),
        ("radiologist", True),
        ("manager", True),
        ("other_patient", False),
        ("other_doctor", False),
        ("admin", False),
    ],
)
def test_who_finds_it(who: str, finds: bool, visit: Appointment, request: pytest.FixtureRequest) -> None:
    assert visible_to(request.getfixturevalue(who)).exists() is finds


def test_the_care_team_finds_it(referral: Referral, radiologist: User) -> None:
    assert not visible_to(radiologist).exists()
    care.link(referral.patient, radiologist)
    assert visible_to(radiologist).exists()


def test_it_goes_along_when_two_accounts_become_one(referral: Referral, other_patient: User) -> None:
    merging.hold(other_patient, referral.patient)
    merging.move(other_patient, referral.patient)
    referral.refresh_from_db()
    assert referral.patient == other_patient
