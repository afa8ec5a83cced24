"""The whole record as a file: what is in it, that it is FHIR, who may ask and fetch, and that it goes after a day."""

import io
import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle
from pypdf import PdfReader

from accounts.domain import care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.domain import record_exports
from records.domain.export import fhir, fhir_care, paper
from records.domain.export.collect import collect
from records.enums import ExportState as S
from records.models import Document, RecordExport
from records.tests.whole_record import HIDDEN, grow, write_record


def bundle_of(patient: User, reader: User) -> dict[str, Any]:
    return dict(json.loads(fhir.as_json(collect(patient, reader))))


def of_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["reference"]} if "reference" in value else set()
        return own.union(*(references(item) for item in value.values()))
    return set().union(*(references(item) for item in value)) if isinstance(value, list) else set()


@pytest.mark.django_db
def test_the_bundle_is_fhir_r4_and_leads_nowhere_outside(patient: User, doctor: User, service: Any) -> None:
    write_record(patient, doctor, service, times=2)
    bundle = bundle_of(patient, patient)
    Bundle.model_validate_json(json.dumps(bundle))
    inside = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(inside) == len(bundle["entry"])
    assert references(bundle) <= inside
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds == {
        "Organization", "Patient", "Practitioner", "Condition", "AllergyIntolerance", "Immunization",
        "FamilyMemberHistory", "Observation", "Encounter", "MedicationRequest", "MedicationAdministration",
        "DiagnosticReport", "ImagingStudy", "Composition", "DocumentReference",
    }  # fmt: skip


@pytest.mark.django_db
def test_values_stay_what_they_were(patient: User, doctor: User, service: Any) -> None:
    write_record(patient, doctor, service)
    bundle = bundle_of(patient, patient)
    low = next(row for row in of_kind(bundle, "Observation") if row["code"]["text"] == "Kalium")
    assert low["valueQuantity"] == {
        "value": 0.1, "comparator": "<", "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L",
    }  # fmt: skip
    assert low["interpretation"][0]["coding"][0]["code"] == "LL"
    assert low["referenceRange"][0]["low"]["value"] == 3.5
    words = next(row for row in of_kind(bundle, "Observation") if row["code"]["text"] == "Screen")
    assert words["valueString"] == "neg"
    [request] = of_kind(bundle, "MedicationRequest")
    assert request["medicationCodeableConcept"]["coding"][0]["code"] == "J01CA04"
    [dosage] = request["dosageInstruction"]
    assert dosage["timing"]["repeat"]["timeOfDay"] == ["08:00:00", "20:00:00"]
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 1.5
    assert sorted(row["status"] for row in of_kind(bundle, "MedicationAdministration")) == [
        "completed",
        "not-done",
    ]
    assert "It made me feel bad" in json.dumps(of_kind(bundle, "MedicationAdministration"))
    [scan] = [row for row in of_kind(bundle, "DiagnosticReport") if "imagingStudy" in row]
    assert scan["category"][0]["coding"][0]["code"] == "RAD"
    assert (scan["status"], len(scan["resultsInterpreter"])) == ("appended", 1)
    for phrase in ("A shadow\n<b>", "Old scar", "Compared with 2020"):
        assert phrase in scan["conclusion"]
    [study] = of_kind(bundle, "ImagingStudy")
    assert scan["imagingStudy"] == [{"reference": f"urn:uuid:{study['id']}"}]
    assert (study["numberOfSeries"], study["numberOfInstances"], len(study["series"])) == (2, 2, 1)
    [note] = of_kind(bundle, "Composition")
    assert (note["status"], len(note["section"])) == ("amended", 5)
    assert "Tea<br/>&amp; rest &lt;p&gt;" in note["section"][3]["text"]["div"]
    [letter] = of_kind(bundle, "DocumentReference")
    assert letter["content"][0]["attachment"]["data"]
    assert sorted(row["verificationStatus"]["coding"][0]["code"] for row in of_kind(bundle, "AllergyIntolerance")) == [
        "confirmed", "confirmed", "unconfirmed",
    ]  # fmt: skip


@pytest.mark.django_db
def test_nobody_gets_what_is_not_for_them(
    patient: User, doctor: User, other_doctor: User, service: Any
) -> None:
    write_record(patient, doctor, service)
    for reader in (patient, doctor):
        assert HIDDEN not in json.dumps(bundle_of(patient, reader))
    assert "Unreleased words" not in json.dumps(bundle_of(patient, patient))
    assert "Unreleased words" in json.dumps(bundle_of(patient, doctor))
    nothing = bundle_of(patient, other_doctor)
    assert of_kind(nothing, "DocumentReference") == of_kind(nothing, "Composition") == []


@pytest.mark.django_db
def test_files_that_do_not_fit_say_where_they_are(patient: User, doctor: User, service: Any) -> None:
    write_record(patient, doctor, service, times=3)
    newest = Document.objects.filter(released_at__isnull=False).order_by("dated_on", "pk").last()
    assert newest is not None
    with patch.object(fhir_care, "FILES_INSIDE", newest.size):
        found = of_kind(bundle_of(patient, patient), "DocumentReference")
    attachments = {row["id"]: row["content"][0]["attachment"] for row in found}
    assert [pk for pk, each in attachments.items() if "data" in each] == [str(newest.pk)]
    assert all(
        each.get("url") == f"/documents/{pk}/file/" for pk, each in attachments.items() if "data" not in each
    )


@pytest.mark.django_db
def test_reading_the_record_asks_the_same_for_one_and_thirty(
    patient: User, doctor: User, service: Any
) -> None:
    counts = []
    write_record(patient, doctor, service)
    for numbers in (range(0), range(1, 30)):
        grow(patient, doctor, service, numbers)
        with CaptureQueriesContext(connection) as asked:
            bundle = fhir.bundle(collect(patient, patient))
        counts.append((len(of_kind(bundle, "DiagnosticReport")), len(asked)))
    assert counts == [(2, counts[0][1]), (60, counts[0][1])]


@pytest.mark.django_db
def test_the_pdf_has_every_section(patient: User, doctor: User, service: Any) -> None:
    write_record(patient, doctor, service)
    heard: list[int] = []
    with patch.object(paper, "PIECE_ROWS", 1):
        content = paper.make(collect(patient, patient), heard.append)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for expected in (
        "Asha Gurung", "29 February 1980", "Penicillin", "Amoxicillin", "Tetanus", "Diabetes", "120/80", "Kalium",
        "<0.1 mmol/L", "Critically low", "Cough", "Well again", "Old letter", "Old scar", "Compared with 2020",
        "It made me feel bad", "(continued)",
    ):  # fmt: skip
        assert expected in text, expected
    assert HIDDEN not in text
    assert heard == sorted(heard)
    assert heard[-1] == 90


@pytest.mark.django_db(transaction=True)
def test_asked_for_made_and_fetched_for_a_day(client: Any, patient: User, doctor: User, service: Any) -> None:
    write_record(patient, doctor, service)
    path = f"/patients/{patient.pk}/record/export/"
    client.force_login(patient)
    assert "No files yet" in client.get(path).content.decode()
    assert client.post(path, {"format": "exe"}).status_code == 400
    for kind in ("fhir", "fhir", "pdf"):
        assert client.post(path, {"format": kind})["Location"] == path
    assert RecordExport.objects.count() == 2
    run_due_tasks()
    made = {export.format: export for export in RecordExport.objects.all()}
    assert {export.state for export in made.values()} == {S.READY}
    answer = client.get(f"/record-exports/{made['fhir'].pk}/")
    assert answer["Content-Type"] == "application/fhir+json"
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(b"".join(answer.streaming_content))["type"] == "collection"
    assert b"".join(client.get(f"/record-exports/{made['pdf'].pk}/").streaming_content).startswith(b"%PDF")
    told = Notification.objects.filter(user=patient, occasion="record_export.ready")
    assert told.count() == 2
    verbs = Activity.objects.filter(verb__startswith="record.").order_by("pk").values_list("verb", "reason")
    assert list(verbs) == [
        (V.RECORD_EXPORTED, "fhir"), (V.RECORD_EXPORTED, "pdf"),
        (V.RECORD_DOWNLOADED, "fhir"), (V.RECORD_DOWNLOADED, "pdf"),
    ]  # fmt: skip
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1), tick=False):
        client.force_login(patient)
        assert client.get(f"/record-exports/{made['pdf'].pk}/").status_code == 404
        run_due_tasks()
        assert set(RecordExport.objects.values_list("state", "file")) == {(S.REMOVED, "")}
        assert made["pdf"].file.storage.listdir("record-exports")[1] == []


@pytest.mark.django_db(transaction=True)
def test_only_who_asked_fetches_it_and_only_while_they_may(
    client: Any, patient: User, doctor: User, *, other_doctor: User, other_patient: User, manager: User
) -> None:
    care.link(patient, doctor)
    export = record_exports.ask(patient, actor=doctor, file_format="fhir")
    run_due_tasks()
    path, page = f"/record-exports/{export.pk}/", f"/patients/{patient.pk}/record/export/"
    for person, at_file, at_page in (
        (doctor, 200, 200), (patient, 404, 200), (other_doctor, 404, 404), (other_patient, 404, 404),
        (manager, 404, 403),
    ):  # fmt: skip
        client.force_login(person)
        assert (client.get(path).status_code, client.get(page).status_code) == (at_file, at_page)
        if at_page != 200:
            assert client.post(page, {"format": "pdf"}).status_code == at_page
    care.end(patient, doctor, actor=manager, reason="Moved")
    client.force_login(doctor)
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_fails_or_dies_is_said_and_can_be_asked_for_again(client: Any, patient: User) -> None:
    export = record_exports.ask(patient, actor=patient, file_format="fhir")
    with patch.object(fhir, "as_json", side_effect=ZeroDivisionError):
        run_due_tasks()
    export.refresh_from_db()
    assert export.state == S.FAILED
    assert Notification.objects.filter(occasion="record_export.stopped").count() == 1
    second = record_exports.ask(patient, actor=patient, file_format="fhir")
    assert second.pk != export.pk
    RecordExport.objects.filter(pk=second.pk).update(
        run="00000000-0000-0000-0000-000000000001", beat_at=timezone.now() - record_exports.STALE * 2
    )
    client.force_login(patient)
    page = client.get(f"/patients/{patient.pk}/record/export/").content.decode()
    assert page.count("It could not be made") == 2
    # The worker that was only slow comes too late.
    assert not record_exports.run(second.pk)
