"""Several at once at one imaging report."""

from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import make_user
from clinic.core.errors import Invalid, InvalidTransition
from clinic.core.testing.racing import race
from messaging.models import Notification
from records.domain.imaging import deciding, reading, words, writing
from records.enums import ImagingStatus as S
from records.models import CriticalAlert, ImagingPhrase, ImagingReport
from records.tests.factories_imaging import SECTIONS, make_imaging_report, referral_of
from scheduling.tests.imaging import make_radiologist, make_scan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def readers(db: None) -> list[User]:
    return [make_radiologist(), make_radiologist("colleague@test.clinic")]


def one_won(outcomes: list[Any], refusal: type[Exception]) -> bool:
    """The other one was refused with this."""
    refused = [type(each) for each in outcomes if isinstance(each, Exception)]
    return refused == [refusal] and len(outcomes) == 2


def test_two_begin_to_read_it(patient: User, readers: list[User]) -> None:
    report = make_imaging_report(patient, readers[0], status=S.ACQUIRED)
    outcomes = race(*(lambda who=who: reading.claim(report.pk, reader=who) for who in readers))
    assert one_won(outcomes, reading.Claimed)
    winner = next(each for each in outcomes if isinstance(each, ImagingReport)).reader
    report.refresh_from_db()
    assert report.reader == winner


def test_two_windows_of_one_save(patient: User, readers: list[User]) -> None:
    report = make_imaging_report(patient, readers[0], status=S.ACQUIRED)

    def save(text: str) -> ImagingReport:
        sections = {**SECTIONS, "findings": text}
        return writing.save(report.pk, author=readers[0], version=0, sections=sections)

    outcomes = race(lambda: save("One"), lambda: save("Two"))
    assert one_won(outcomes, writing.StaleReport)
    report.refresh_from_db()
    assert report.version == 1


def test_it_is_authorised_and_released_once(patient: User, doctor: User, readers: list[User]) -> None:
    report = make_imaging_report(patient, readers[0], referrer=doctor, status=S.REPORTED, is_critical=True)
    outcomes = race(*(lambda who=who: deciding.authorise(report.pk, actor=who) for who in readers))
    assert one_won(outcomes, InvalidTransition)
    assert report.history.filter(to_status=S.AUTHORISED).count() == 1
    assert CriticalAlert.objects.count() == 1
    assert referral_of(report).history.filter(to_status="reported").count() == 1
    outcomes = race(*(lambda who=who: deciding.release(report.pk, actor=who) for who in (doctor, *readers)))
    assert [type(each) for each in outcomes].count(InvalidTransition) == 2
    assert Notification.objects.filter(user=patient, occasion="imaging.released").count() == 1


def test_two_managers_name_one_shortcut(manager: User, readers: list[User]) -> None:
    other = make_user("second.manager@test.clinic", Role.MANAGEMENT)
    scan = make_scan(readers[0])
    for number, service in enumerate((None, scan)):
        outcomes = race(
            *(
                lambda who=who, service=service: words.save_phrase(
                    actor=who, shortcut=".nad", text="Nothing abnormal.", service=service
                )
                for who in (manager, other)
            )
        )
        assert one_won(outcomes, Invalid)
        assert ImagingPhrase.objects.count() == number + 1


def test_sent_back_or_authorised(patient: User, doctor: User, readers: list[User]) -> None:
    report = make_imaging_report(patient, readers[0], referrer=doctor, status=S.REPORTED)
    outcomes = race(
        lambda: deciding.send_back(report.pk, actor=readers[0], reason="Which side?"),
        lambda: deciding.authorise(report.pk, actor=readers[1]),
    )
    assert one_won(outcomes, InvalidTransition)
    report.refresh_from_db()
    stands = {S.ACQUIRED: "performed", S.AUTHORISED: "reported"}
    assert referral_of(report).status == stands[S(report.status)]
