"""When two accounts turn out to be one patient, the record is whole again."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.domain import care, merging
from accounts.models import User
from records.domain import history, timeline
from records.models import Allergy, Document
from records.tests.test_timeline import make_history

pytestmark = pytest.mark.django_db


def test_everything_of_the_closed_account_goes_along(
    patient: User, other_patient: User, doctor: User, manager: User, service: Any
) -> None:
    care.link(other_patient, doctor)
    make_history(other_patient, doctor, service, months=range(1, 3))
    history.record(other_patient, kind="allergy", values={"substance": "Latex"}, author=doctor)
    twice = Document.objects.filter(patient=other_patient).first()
    assert twice is not None
    same = {"category": "letter", "title": "Mine", "dated_on": twice.dated_on, "name": "a.pdf", "size": 1}
    Document.objects.create(
        **same, patient=patient, recorded_by=patient, digest=twice.digest, content_type="application/pdf",
        released_at=timezone.now(),
    )  # fmt: skip
    before = {(entry.kind, entry.row.pk) for entry in timeline.page(doctor, other_patient).entries}
    merging.merge(patient.pk, other_patient.pk, keep={}, actor=manager)
    after = {(entry.kind, entry.row.pk) for entry in timeline.page(doctor, patient).entries}
    assert before - after == {("document", twice.pk)}
    assert Allergy.objects.get().patient == patient
    twice.refresh_from_db()
    assert (twice.patient, twice.voided_by) == (patient, manager)
    assert timeline.page(doctor, other_patient).entries == []
