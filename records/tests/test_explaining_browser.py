"""The reading assistant in a browser: a draft fills while the model speaks, the patient reads what is released."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.domain import care
from accounts.models import User
from records.models import Explanation
from records.tests.factories_labs import HAEMOGLOBIN, make_lab_report
from records.tests.fake_model import FakeModel, fake_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    with fake_model() as one:
        yield one


@pytest.fixture
def server_environment(fake: FakeModel) -> dict[str, str]:
    return {"ASSISTANT_API_KEY": "key", "ASSISTANT_BASE_URL": fake.url}


def test_from_the_report_to_the_patient(
    fake: FakeModel, patient: User, doctor: User, person: Callable[..., Any]
) -> None:
    care.link(patient, doctor)
    report = make_lab_report(patient, doctor, {HAEMOGLOBIN: "9.1"})
    fake.answers = [
        ["It is 9.1 g/dL. [F1]\n", 2.0, "<img src=x onerror=alert(1)> [F1]\nIt is low. [L1]\n", "\x04"]
    ]
    page = person(doctor)
    page.goto(f"/labs/reports/{report.pk}/")
    page.get_by_role("button", name="Explain this to the patient").click()
    sentences = page.locator("[data-sentence]")
    expect(sentences).to_have_count(2)
    expect(page.locator("#explanation")).to_have_attribute("data-status", "draft")
    expect(page.get_by_text("1 sentence was left out")).to_be_visible()
    assert page.locator("#explanation img").count() == 0
    sentences.first.get_by_role("link", name="Finding 1").click()
    expect(page.locator("#finding-1")).to_be_in_viewport()
    page.get_by_text("Release to the patient").click()
    page.get_by_role("button", name="Release it now").click()
    expect(page.locator("#explanation")).to_have_attribute("data-status", "released")
    theirs = person(patient)
    theirs.goto(f"/labs/reports/{report.pk}/")
    theirs.get_by_role("link", name="Read the explanation").click()
    expect(theirs.locator("[data-sentence]")).to_have_count(2)
    expect(theirs.get_by_text("left out")).to_have_count(0)
    assert Explanation.objects.get().released_by == doctor
    # Taken back while the patient reads: not a word of it goes on standing there.
    page.locator("summary", has_text="Discard").click()
    page.get_by_role("button", name="Discard it").click()
    expect(theirs.locator("#explanation")).to_have_text("It is gone. Explanations")
    expect(theirs.locator(".toast")).to_have_count(0)
