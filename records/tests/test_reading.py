"""Each look at a record is in the trail, and says when break-glass let somebody in, in every section and in the API."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from accounts.domain import break_glass, care
from accounts.models import Activity, User
from records.domain import notes
from records.domain.labs import reports
from records.tests.factories_labs import make_sheet
from records.tests.prescriptions import signed_prescription
from records.tests.requests import running_visit

pytestmark = pytest.mark.django_db

SECTIONS = (
    "",
    "history/",
    "vitals/",
    "prescriptions/",
    "adherence/",
    "labs/",
    "labs/trends/",
    "notes/",
    "documents/",
)
LISTS = ("prescriptions", "lab-reports", "visitnotes", "adherence")


PATHS = [
    *(f"/patients/{{}}/record/{section}" for section in SECTIONS),
    *(f"/api/{name}/?patient={{}}" for name in LISTS),
]


@pytest.fixture
def full(patient: User, doctor: User, service: Any) -> User:
    """The patient, with a note, a prescription and a lab report."""
    care.link(patient, doctor)
    visit = running_visit(patient, doctor, service)
    notes.save(visit.pk, author=doctor, text="Well.", version=0)
    notes.sign(visit.pk, author=doctor)
    signed_prescription(patient, doctor)
    report = reports.create(patient, author=doctor, sheet=make_sheet())
    reports.final(report.pk, actor=doctor)
    return patient


@pytest.mark.parametrize("path", PATHS)
def test_each_look_is_noted_and_says_when_it_was_by_break_glass(
    client: Client, full: User, doctor: User, other_doctor: User, path: str
) -> None:
    break_glass.open_record(other_doctor, full, reason="Found unconscious in the street.")
    before = Activity.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for reader in (doctor, other_doctor):
        client.force_login(reader)
        assert client.get(path.format(full.pk)).status_code == 200
    looks = Activity.objects.filter(pk__gt=before, patient=full)
    assert Counter(looks.values_list("actor", "reason")).keys() == {
        (doctor.pk, ""),
        (other_doctor.pk, "break-glass"),
    }
