"""Written by keyboard, signed, and verified in another browser that has no account and then no connection."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.domain import care
from records.domain import prescribing, prescription_life, prescription_paper
from records.models import Allergy, Prescription
from records.tests.prescriptions import line, make_draft, make_medicine, signed_prescription

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_written_by_keyboard(person: Any, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    make_medicine("Amoxicillin", search_text="amoxicillin capsule 500 mg")
    draft = prescribing.begin(patient, author=doctor)
    page, other = person(doctor), None
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/prescriptions/{draft.pk}/edit/")
    other = page.context.new_page()
    other.goto(f"/prescriptions/{draft.pk}/edit/")
    page.bring_to_front()
    search = page.get_by_role("combobox", name="Add a medicine")
    search.press_sequentially("amox")
    expect(page.get_by_role("option", name="Amoxicillin 500 mg capsule")).to_be_visible()
    search.press("Enter")
    expect(page.get_by_label("Dose")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.keyboard.type("Three")
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    expect(page.locator("[data-sentence]")).to_have_text(
        re.compile("2 capsules.*three times a day.*for 5 days")
    )
    expect(page.get_by_label("Quantity")).to_have_attribute("placeholder", "30")
    page.get_by_label("Dose").fill("0")
    expect(page.get_by_role("alert").filter(has_text="More than nothing.")).to_be_visible()
    page.get_by_label("Dose").fill("1")
    expect(page.get_by_label("Quantity")).to_have_attribute("placeholder", "15")
    # The other window still shows it empty: what it sends is refused, and nothing is lost.
    other.get_by_label("Note for the pharmacy").fill("Mine")
    expect(other.get_by_role("alert").filter(has_text="changed in another window")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Signed by Dr. Sita Sharma")).to_be_visible()
    signed = Prescription.objects.get()
    assert (signed.status, signed.items.get().quantity, signed.note) == ("signed", 15, "")


def test_verified_without_an_account_and_without_a_connection(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    signed = signed_prescription(patient, doctor, line(instructions="खाना खाएपछि"))
    address = prescription_paper.address(signed, lambda path: path)
    page = person(None)
    page.goto(f"/rx/{signed.number}/")
    expect(page.get_by_text("Scan the code on the prescription")).to_be_visible()
    expect(page.get_by_text(patient.name)).to_have_count(0)
    page.goto(address)
    expect(page.get_by_text("It stands.", exact=True)).to_be_visible()
    expect(page.get_by_text("Amoxicillin 500 mg capsule")).to_be_visible()
    expect(page.get_by_text("खाना खाएपछि")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    expect(page.get_by_text("It stands.", exact=True)).to_be_visible()
    # One sign of the signature is another.
    form, key, signature, packed = address.partition("#")[2].split(".")
    forged = ("A" if signature[0] != "A" else "B") + signature[1:]
    page.evaluate("(code) => { location.hash = code; }", ".".join((form, key, forged, packed)))
    expect(page.get_by_text("Not genuine")).to_be_visible()
    expect(page.get_by_text("Amoxicillin 500 mg capsule")).to_be_hidden()
    page.evaluate("(code) => { location.hash = code; }", address.partition("#")[2][:-40])
    expect(page.get_by_text("The code can't be read")).to_be_visible()
    page.context.set_offline(True)
    page.goto(address)
    page.reload()
    expect(page.get_by_text("Signed by the clinic, and not changed since")).to_be_visible()
    expect(page.get_by_text("whether it was stopped since can't be told now")).to_be_visible()
    page.context.set_offline(False)
    prescription_life.stop(signed.pk, actor=doctor, reason="Rash")
    page.reload()
    expect(page.get_by_text("The doctor has stopped this prescription.")).to_be_visible()


# A browser that knows no Ed25519, as several in use do not; and one on a page without https, that knows nothing.
_NO_ED25519 = "SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('unknown'));"
_NO_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"


def test_verified_by_a_browser_that_does_not_know_the_signature(
    person: Any, patient: Any, doctor: Any
) -> None:
    signed = signed_prescription(patient, doctor)
    address = prescription_paper.address(signed, lambda path: path)
    form, key, signature, packed = address.partition("#")[2].split(".")
    forged = ".".join((form, key, ("A" if signature[0] != "A" else "B") + signature[1:], packed))
    page = person(None)
    page.add_init_script(_NO_ED25519)
    page.goto(address)
    expect(page.get_by_text("It stands.", exact=True)).to_be_visible()
    page.evaluate("(code) => { location.hash = code; }", forged)
    expect(page.get_by_text("Not genuine")).to_be_visible()
    page = person(None)
    page.add_init_script(_NO_CRYPTO)
    page.goto(address)
    expect(page.get_by_text("Not checked")).to_be_visible()
    expect(page.get_by_text("Not genuine")).to_be_hidden()


def test_a_finding_that_came_since_the_last_save_gets_its_field(
    person: Any, patient: Any, doctor: Any
) -> None:
    draft = make_draft(patient, doctor, line(make_medicine(atc="J01CA04")))
    page = person(doctor)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/prescriptions/{draft.pk}/edit/")
    Allergy.objects.create(patient=patient, recorded_by=doctor, substance="Penicillin", atc="J01C")
    page.get_by_role("button", name="Sign", exact=True).click()
    why = page.get_by_label("Why you prescribe it all the same")
    expect(why).to_be_focused()
    why.fill("Tolerated twice")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed against severe findings")).to_be_visible()
