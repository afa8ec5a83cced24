"""The pages of a prescription, its paper, its API, and the public page."""

import io
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from accounts.domain import care
from records.domain import prescription_life, prescription_paper, record_requests, signing
from records.models import Prescription
from records.tests.prescriptions import line, make_draft, make_medicine, signed_prescription
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(patient: Any, doctor: Any) -> Prescription:
    return signed_prescription(patient, doctor, line(instructions="After food"))


def test_each_change_is_answered_with_words_and_findings(client: Client, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    client.force_login(doctor)
    began = client.post(f"/patients/{patient.pk}/record/prescriptions/new/")
    url = began["Location"]
    assert client.post(f"/patients/{patient.pk}/record/prescriptions/new/")["Location"] == url
    asked = {"version": 0, "items": [line(dose="½"), line(dose=0)], "note": "", "language": "ne"}
    refused = client.post(url, asked, content_type="application/json")
    assert (refused.status_code, set(refused.json()["fields"])) == (400, {"items.0.dose", "items.1.dose"})
    asked["items"] = [line(dose="0.5")]
    said = client.post(url, asked, content_type="application/json").json()
    assert (said["version"], said["lines"][0]["quantity"]) == (1, "11")
    assert "data-findings" in said["findings"]
    again = client.post(url, {**asked, "items": []}, content_type="application/json")
    assert (again.status_code, again.json()["code"], again.json()["version"]) == (409, "stale_version", 1)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[", b"[]", b'"x"', b"[" * 100_000, b'{"items": {"a": 1}, "version": 0}']
)
def test_what_is_no_change_is_refused(client: Client, patient: Any, doctor: Any, body: bytes) -> None:
    draft = make_draft(patient, doctor)
    client.force_login(doctor)
    for door in ("edit", "sign"):
        answer = client.post(f"/prescriptions/{draft.pk}/{door}/", body, content_type="application/json")
        # Of the last one only the version is there, and it is an old one.
        assert answer.status_code == (409 if door == "sign" and b"version" in body else 400)


def test_the_lists_ask_as_often_for_30_as_for_one(client: Client, patient: Any, doctor: Any) -> None:
    client.force_login(doctor)
    counts = []
    for more in (1, 29):
        for number in range(more):
            signed = signed_prescription(patient, doctor, line(), line(make_medicine("Ibuprofen")))
            if number % 3 == 0:
                # Drafts among them, that take the place of another one.
                prescription_life.change(signed.pk, actor=doctor)
        for url in (
            f"/patients/{patient.pk}/record/prescriptions/",
            "/prescriptions/",
            "/api/prescriptions/",
        ):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
            counts.append(len(asked))
    assert len(answer.json()["results"]) == 25
    assert counts[:3] == counts[3:]


@pytest.mark.parametrize("wrong", [{"language": ["en"]}, {"language": "tlh"}, {"note": {"a": 1}}])
def test_a_note_and_a_language_that_are_none(client: Client, patient: Any, doctor: Any, wrong: Any) -> None:
    draft = make_draft(patient, doctor)
    client.force_login(doctor)
    asked = {"version": 1, "items": [line()], **wrong}
    answer = client.post(f"/prescriptions/{draft.pk}/edit/", asked, content_type="application/json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, set(wrong))


def test_the_patient_sees_what_is_signed_and_nothing_before(
    client: Client, patient: Any, doctor: Any
) -> None:
    make_draft(patient, doctor)
    client.force_login(patient)
    assert "RX-" not in client.get("/prescriptions/").content.decode()
    assert client.get("/api/prescriptions/").json()["results"] == []
    draft = Prescription.objects.get()
    signed = signed_prescription(patient, doctor)
    assert signed == draft
    assert signed.number in client.get("/prescriptions/").content.decode()
    page = client.get(f"/prescriptions/{signed.pk}/").content.decode()
    assert "Stop all of it" not in page
    assert "I have my medicines" in page


def test_what_the_catalogue_says_later_changes_nothing(
    client: Client, signed: Prescription, patient: Any
) -> None:
    type(make_medicine()).objects.update(generic="Something else", strength="9 g")
    client.force_login(patient)
    for url in (f"/prescriptions/{signed.pk}/", "/prescriptions/", f"/api/prescriptions/{signed.pk}/"):
        page = client.get(url).content.decode()
        assert "Amoxicillin 500 mg capsule" in page
        assert "Something else" not in page


@pytest.mark.parametrize("language", ["en", "ne"])
def test_the_paper(client: Client, patient: Any, doctor: Any, language: str) -> None:
    signed = signed_prescription(
        patient, doctor, line(instructions="खाना खाएपछि", days=5), note="Généric", language=language
    )
    client.force_login(patient)
    answer = client.get(f"/prescriptions/{signed.pk}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert signed.number in text
    assert "Amoxicillin 500 mg capsule" in text
    prescription_life.stop(signed.pk, actor=doctor, reason="Rash")
    again = client.get(f"/prescriptions/{signed.pk}/pdf/").content
    assert again != answer.content


def test_the_code_on_the_paper_is_read_back(signed: Prescription) -> None:
    """As the page does it, with nothing but the public keys."""
    import zlib

    address = prescription_paper.address(signed, lambda path: f"https://clinic.test{path}")
    page, _hash, code = address.partition("#")
    assert page == f"https://clinic.test/rx/{signed.number}/"
    form, key, signature, packed = code.split(".")
    payload = zlib.decompress(signing.from_base64(packed), -15).decode()
    assert (form, payload) == ("1", signed.payload)
    assert signing.verify(payload, signature, key)
    assert not signing.verify(payload.replace("Amoxicillin", "Morphine"), signature, key)
    assert not signing.verify(payload, signature, "0" * 16)
    assert key in signing.public_keys()


def test_the_public_page_tells_nothing_without_the_code(
    client: Client, signed: Prescription, settings: Any
) -> None:
    known, unknown = (client.get(f"/rx/{number}/") for number in (signed.number, "RX-AAAA-AAAA"))
    token = re.compile(r'(?<="X-CSRFToken": ")\w+|(?<=value=")\w{64}')
    plain = [token.sub("", page.content.decode().replace("&quot;", '"')) for page in (known, unknown)]
    assert plain[0].replace(signed.number, "RX-AAAA-AAAA") == plain[1]
    assert signed.patient.last_name not in plain[0]
    status = f"/rx/{signed.number}/status/"
    for proof in ("", "?proof=", "?proof=" + signed.signature, "?proof=" + "0" * 64):
        assert client.get(status + proof).status_code == 404
    right = status + "?proof=" + signing.proof(signed.signature)
    assert client.get(right).json() == {"status": "signed", "stopped": []}
    prescription_life.stop(signed.pk, actor=signed.author, reason="Rash")
    assert client.get(right).json() == {"status": "stopped", "stopped": []}


def test_a_former_key_still_verifies(signed: Prescription, settings: Any) -> None:
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-key-of-some-length"
    assert not signing.holds(signed)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert signing.holds(signed)
    assert signing.sign("x")[1] != signed.key_id
    settings.PRESCRIPTION_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    assert not signing.holds(signed)


def test_too_much_for_one_code_is_refused(patient: Any, doctor: Any) -> None:
    import random

    from clinic.core.errors import Invalid
    from records.domain import prescribing
    from records.tests.prescriptions import AnyReason

    noise = random.Random(7)
    words = lambda: "".join(chr(noise.randrange(0x905, 0x939)) for _sign in range(300))  # noqa: E731
    draft = make_draft(
        patient, doctor, *(line(make_medicine(f"M{at}"), instructions=words()) for at in range(20))
    )
    with pytest.raises(Invalid, match="QR"):
        prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason())


def test_over_the_api(api: Any, patient: Any, doctor: Any, other_doctor: Any) -> None:
    care.link(patient, doctor)
    program = api(doctor)
    asked = {"patient": str(patient.pk), "items": [line(dose=0)]}
    refused = program.post("/api/prescriptions/", asked)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["items.0.dose"])
    assert not Prescription.objects.exists()
    asked["items"] = [line(dose="1.5")]
    draft = program.post("/api/prescriptions/", asked).json()
    assert (draft["status"], draft["items"][0]["quantity"], draft["code"]) == ("draft", "32.00", "")
    url = f"/api/prescriptions/{draft['id']}/"
    assert program.put(url, {"version": 0, "items": [line()]}).json()["code"] == "stale_version"
    assert program.get(url + "findings/").status_code == 200
    signed = program.post(url + "sign/", {"version": 1})
    assert (signed.status_code, signed.json()["status"]) == (200, "signed")
    assert [step["to_status"] for step in signed.json()["history"]] == ["draft", "signed"]
    twice = program.post(url + "sign/", {"version": 1})
    assert (twice.status_code, twice.json()["code"]) == (409, "invalid_transition")
    assert program.delete(url).status_code == 409
    assert api(other_doctor).post("/api/prescriptions/", {**asked, "sign": True}).status_code == 404
    assert api(patient).post(url + "dispense/").json()["status"] == "dispensed"
    item = signed.json()["items"][0]["id"]
    assert program.post(f"{url}items/{item}/stop/", {}).status_code == 400
    assert program.post(f"{url}items/{item}/stop/", {"reason": "Rash"}).json()["status"] == "stopped"
    assert json.loads(Prescription.objects.get().payload)["no"] == signed.json()["number"]


def test_favourites_and_templates(client: Client, patient: Any, doctor: Any) -> None:
    client.force_login(doctor)

    def change(**asked: Any) -> Any:
        return client.post("/prescriptions/kit/", asked, content_type="application/json")

    assert change(do="favourite", item=line(dose=0)).status_code == 400
    assert change(do="nonsense").status_code == 400
    kit = change(do="favourite", item=line(dose="2")).json()
    assert [(one["label"], one["dose"]) for one in kit["favourites"]] == [("Amoxicillin 500 mg capsule", "2")]
    assert change(do="template", name=" ", items=[line()]).status_code == 400
    # Kept is what was understood, not what was sent.
    odd = line(make_medicine("Ibuprofen"), as_needed={"a": "\x00"}, instructions="  After\n food ")
    kit = change(do="template", name="Cold", items=[line(), odd]).json()
    kept = kit["templates"][0]["items"][1]
    assert (kept["as_needed"], kept["instructions"], kept["route"]) == (False, "After food", "oral")
    assert [len(one["items"]) for one in kit["templates"]] == [2]
    type(make_medicine()).objects.filter(generic="Ibuprofen").update(is_active=False)
    kit = change(do="unfavourite", medicine=str(make_medicine().pk)).json()
    assert (kit["favourites"], [len(one["items"]) for one in kit["templates"]]) == ([], [1])
    assert change(do="untemplate", template=kit["templates"][0]["id"]).json()["templates"] == []


def test_management_prepares_without_reading_the_record(
    client: Client, patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    care.link(patient, doctor)
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    request = record_requests.ask(visit.pk, doctor=doctor, kind="prescription", text="As usual.")
    client.force_login(manager)
    own = make_draft(patient, doctor)
    assert client.get(f"/prescriptions/{own.pk}/edit/").status_code == 404
    record_requests.take(request.pk, actor=manager)
    draft = record_requests.begin_prescription(request.pk, actor=manager)
    url = f"/prescriptions/{draft.pk}/edit/"
    page = client.get(url).content.decode()
    assert "data-rx-lines" in page
    assert "data-findings" not in page
    assert "/record/history/" not in page
    said = client.post(url, {"version": 0, "items": [line()]}, content_type="application/json")
    assert (said.status_code, set(said.json())) == (200, {"version", "lines"})
    signing_it = client.post(
        f"/prescriptions/{draft.pk}/sign/", {"version": 1}, content_type="application/json"
    )
    assert signing_it.status_code == 403
    client.force_login(doctor)
    assert client.delete(f"/api/prescriptions/{draft.pk}/").status_code == 409
