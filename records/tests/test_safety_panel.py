"""The panel of findings: graded, with sources, a reason for each severe one."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from records.domain.safety import Finding, Grade, Kind
from records.models import Allergy, Prescription, SafetyOverride

from .prescriptions import line, make_draft, make_medicine

PENICILLIN = (("substance", "<b>Peni</b>"),)
SEVERE = Finding(
    "allergy:a:x", Kind.ALLERGY, Grade.SEVERE, "Allergic to %(substance)s.", PENICILLIN, "BNF", ("1", "0")
)
CAUTION = Finding("dose:day:x", Kind.DOSE, Grade.CAUTION, "Much.", (), "WHO", ("2",))
INFO = Finding("unknown:weight", Kind.UNKNOWN, Grade.INFO, "Weight not known.")


def panel(*findings: Finding) -> str:
    return render_to_string("records/prescribing/_findings.html", {"findings": findings})


def test_a_reason_is_asked_for_each_severe_finding_only() -> None:
    shown = panel(SEVERE, CAUTION, INFO)
    assert shown.count("data-reason=") == 1
    assert 'data-reason="allergy:a:x"' in shown
    assert "&lt;b&gt;Peni" in shown
    assert "<b>" not in shown
    assert shown.index("Allergic") < shown.index("Much.") < shown.index("Weight not known.")
    assert "line 1, 2" in shown
    assert shown.count("Source:") == 2
    assert "Severe: 1 · Caution: 1 · For information: 1" in shown


def test_nothing_found_is_no_promise() -> None:
    shown = panel()
    assert "What the catalogue does not know is not checked." in shown
    assert "data-reason" not in shown


@pytest.mark.browser
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_typed_reason_survives_the_next_change_and_is_kept(person: Any, patient: Any, doctor: Any) -> None:
    amoxicillin = make_medicine(atc="J01CA04")
    Allergy.objects.create(patient=patient, recorded_by=doctor, substance="Penicillin", atc="J01C")
    draft = make_draft(
        patient, doctor, line(amoxicillin), line(make_medicine("Warfarin", atc="B01AA03", strength_mg=5))
    )
    page = person(doctor)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/prescriptions/{draft.pk}/edit/")
    reason = page.get_by_label("Why you prescribe it all the same").first
    key = reason.get_attribute("data-reason")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    reason.fill("Taken twice since, no rash")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/edit/" in answer.url):
        page.get_by_label("Days").first.fill("5")
        page.get_by_label("Days").first.press("Tab")
    expect(page.locator(f'[data-reason="{key}"]')).to_have_value("Taken twice since, no rash")
    for field in page.get_by_label("Why you prescribe it all the same").all():
        field.fill("Taken twice since, no rash")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url(f"**/prescriptions/{draft.pk}/")
    assert Prescription.objects.get(pk=draft.pk).status == "signed"
    kept = SafetyOverride.objects.get(prescription=draft, finding=key)
    assert (kept.reason, kept.grade) == ("Taken twice since, no rash", "severe")
    assert "Penicillin" in kept.text
