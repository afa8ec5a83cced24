"""When two accounts turn out to be one patient, the record is whole again."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.domain import care, merging
from accounts.models import User
from clinic.core.errors import NotAllowed
from records.domain import documents, fact_values, history, timeline
from records.domain.export.collect import Record, collect
from records.models import Allergy, Document, RecordExport, RecordRequest
from records.tests.files import make_document
from records.tests.test_timeline import make_history
from records.tests.whole_record import write_record

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


def test_no_table_is_forgotten(
    patient: User, other_patient: User, doctor: User, manager: User, service: Any
) -> None:
    """Whatever of records points at a patient points at the kept account afterwards, and reads as before."""
    write_record(other_patient, doctor, service)
    ready = RecordExport.objects.create(
        patient=other_patient, asked_by=other_patient, format="pdf", state="ready", file="record-exports/x.pdf",
        expires_at=timezone.now() + timedelta(hours=3),
    )  # fmt: skip
    RecordExport.objects.create(patient=other_patient, asked_by=doctor, format="fhir")
    wanted = {"text": "Blood count", "kind": "lab_report"}
    RecordRequest.objects.create(patient=other_patient, doctor=doctor, **wanted)
    before = ids_of(collect(other_patient, doctor))
    assert len(before) > 15
    merging.merge(patient.pk, other_patient.pk, keep={}, actor=manager)
    kept = User.objects.select_related("patient_profile").get(pk=patient.pk)
    assert ids_of(collect(kept, doctor)) == before
    left = {
        model.__name__: model._default_manager.filter(patient=other_patient).count()
        for model in apps.get_app_config("records").get_models()
        if any(field.name == "patient" for field in model._meta.fields)
    }
    assert len(left) > 10
    # One that is still being made fails: the record it was to be made of is closed.
    assert {name: count for name, count in left.items() if count} == {"RecordExport": 1}
    ready.refresh_from_db()
    assert (ready.patient, ready.asked_by) == (patient, patient)
    assert RecordRequest.objects.get().patient == patient


def ids_of(record: Record) -> set[Any]:
    lists = [value for value in vars(record).values() if isinstance(value, list)]
    return {row.pk for rows in lists for row in rows}


def test_who_writes_while_the_accounts_are_merged_writes_into_neither(
    patient: User, other_patient: User, doctor: User, manager: User
) -> None:
    care.link(other_patient, doctor)

    cleaned = fact_values.cleaned

    def merged_meanwhile(*given: Any) -> Any:
        merging.merge(patient.pk, other_patient.pk, keep={}, actor=manager)
        return cleaned(*given)

    with patch.object(fact_values, "cleaned", merged_meanwhile), pytest.raises(NotAllowed):
        history.record(other_patient, kind="allergy", values={"substance": "Latex"}, author=doctor)
    assert not Allergy.objects.exists()


def test_a_file_that_was_on_its_way_when_the_accounts_were_merged_is_not_kept(
    patient: User, other_patient: User, doctor: User, manager: User
) -> None:
    care.link(other_patient, doctor)
    clean_upload = documents.clean_upload

    def merged_meanwhile(*given: Any, **limits: Any) -> Any:
        merging.merge(patient.pk, other_patient.pk, keep={}, actor=manager)
        return clean_upload(*given, **limits)

    with patch.object(documents, "clean_upload", merged_meanwhile), pytest.raises(NotAllowed):
        make_document(other_patient, doctor)
    assert not Document.objects.exists()
    assert not any(default_storage.listdir("documents")[1])
