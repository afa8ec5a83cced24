"""Who may open the viewer of a scan's pictures, and what its page says."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from records.enums import StudyState
from records.tests.factories_imaging import make_imaging_report
from records.tests.factories_pictures import make_study
from scheduling.tests.imaging import make_radiologist

pytestmark = pytest.mark.django_db


@pytest.fixture
def radiologist() -> User:
    return make_radiologist()


def answer(client: Any, user: User, study: Any) -> Any:
    client.force_login(user)
    return client.get(reverse("imaging_viewer", args=[study.pk]))


def test_a_patient_opens_it_from_the_release_on(client: Any, patient: User, radiologist: User) -> None:
    report = make_imaging_report(patient, radiologist)
    study = make_study(report, radiologist)
    assert answer(client, patient, study).status_code == 404
    released = make_imaging_report(patient, radiologist, released=True, hour=11)
    page = answer(client, patient, make_study(released, radiologist))
    assert page.status_code == 200
    assert "Not for primary diagnosis" in page.content.decode()


@pytest.mark.parametrize("outsider", ["other_patient", "other_doctor", "manager", "admin"])
def test_outsiders_find_none(
    request: Any, client: Any, patient: User, radiologist: User, outsider: str
) -> None:
    study = make_study(make_imaging_report(patient, radiologist, released=True), radiologist)
    assert answer(client, request.getfixturevalue(outsider), study).status_code == 404


def test_pictures_of_somebody_else_say_so_to_who_decides_and_nobody_else_finds_them(
    client: Any, patient: User, doctor: User, radiologist: User
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, released=True)
    study = make_study(report, radiologist, state=StudyState.OTHER_PERSON)
    assert "These files name another person" in answer(client, radiologist, study).content.decode()
    for user in (doctor, patient):
        assert answer(client, user, study).status_code == 404
