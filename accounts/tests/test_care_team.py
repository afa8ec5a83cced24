"""The care team: its patient sees it, management corrects it with a reason."""

from typing import Any

import pytest

from accounts import rules
from accounts.domain import care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, CareLink, User
from clinic.core.errors import NotAllowed

pytestmark = pytest.mark.django_db


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def test_a_patient_sees_who_treats_them_since_when(
    client: Any, patient: User, other_patient: User, doctor: User, other_doctor: User
) -> None:
    care.link(patient, doctor)
    care.link(patient, doctor)
    care.link(other_patient, other_doctor)
    page = signed_in(client, patient).get("/profile/care-team/")
    assert [link.doctor for link in page.context["links"]] == [doctor]
    assert Activity.objects.filter(verb=V.CARE_LINK_ADDED, actor=None, patient=patient).count() == 1


@pytest.mark.parametrize("who", ["doctor", "manager", "admin"])
def test_the_page_is_for_patients(client: Any, request: Any, who: str) -> None:
    assert signed_in(client, request.getfixturevalue(who)).get("/profile/care-team/").status_code == 403


def test_management_adds_and_ends_with_a_reason(
    client: Any, patient: User, doctor: User, manager: User
) -> None:
    page = f"/patients/{patient.pk}/care-team/"
    client = signed_in(client, manager)
    for wrong in (
        {"doctor": str(doctor.pk)},
        {"doctor": str(patient.pk), "reason": "Takes over"},
        {"doctor": "x"},
    ):
        assert client.post(page, wrong).status_code == 422
    assert not CareLink.objects.exists()
    assert client.post(page, {"doctor": str(doctor.pk), "reason": "Takes over from Dr. Rai"}).url == page
    assert rules.treats(doctor, patient)
    assert client.post(page, {"end": str(doctor.pk), "reason": ""}).status_code == 422
    assert rules.treats(doctor, patient)
    assert client.post(page, {"end": str(doctor.pk), "reason": "The patient asked for it"}).url == page
    assert not rules.treats(doctor, patient)
    assert client.post(page, {"end": str(doctor.pk), "reason": "The patient asked for it"}).url == page
    rows = Activity.objects.filter(patient=patient).order_by("pk").values_list("verb", "actor", "reason")
    assert list(rows) == [
        (V.CARE_LINK_ADDED, manager.pk, "Takes over from Dr. Rai"),
        (V.CARE_LINK_ENDED, manager.pk, "The patient asked for it"),
    ]


@pytest.mark.parametrize("who", ["patient", "doctor", "other_doctor", "admin"])
def test_nobody_else_changes_a_care_team(
    client: Any, request: Any, patient: User, doctor: User, who: str
) -> None:
    user = request.getfixturevalue(who)
    page = f"/patients/{patient.pk}/care-team/"
    client = signed_in(client, user)
    assert client.get(page).status_code == 403
    assert client.post(page, {"doctor": str(doctor.pk), "reason": "Takes over"}).status_code == 403
    with pytest.raises(NotAllowed):
        care.add(patient, doctor, actor=user, reason="Takes over")
    with pytest.raises(NotAllowed):
        care.end(patient, doctor, actor=user, reason="Takes over")


def test_only_patients_have_a_care_team(client: Any, manager: User, doctor: User) -> None:
    assert signed_in(client, manager).get(f"/patients/{doctor.pk}/care-team/").status_code == 404
