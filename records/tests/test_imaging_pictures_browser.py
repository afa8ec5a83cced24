"""Bringing pictures in a browser: several files go as one zip, and what is another person's is decided on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from records.models import ImagingInstance, ImagingStudy
from records.tests.dicom import MR, Named, files, known, scan
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_folder_of_files_is_brought_and_decided_on(
    person: Callable[..., Any], patient: User, tmp_path: Path
) -> None:
    radiologist = make_radiologist()
    report = make_imaging_report(known(patient), radiologist, status="acquired")
    disc = tmp_path / "disc"
    disc.mkdir()
    for at, content in enumerate(
        [*files(scan(), 2), *files(scan("two", Named("RAI^BIKASH"), MR), 1), b"Read me"]
    ):
        (disc / f"IM{at}").write_bytes(content)
    page = person(radiologist)
    page.goto(f"/imaging/{report.pk}/studies/")
    page.locator("[data-pictures-files]").first.set_input_files(sorted(disc.iterdir()))
    expect(page.locator("[data-picture-upload=done]")).to_contain_text(
        "3 pictures were added", timeout=60_000
    )
    expect(page.locator("[data-picture-upload=done]")).to_contain_text("1 × no DICOM")
    expect(page.locator("[data-study]")).to_have_count(2)
    assert ImagingInstance.objects.count() == 3
    page.get_by_role("link", name="Decide whose they are").click()
    expect(page.get_by_role("listitem").filter(has_text="RAI^BIKASH")).to_contain_text("Different")
    page.get_by_label("Why").fill("Brother's disc.")
    page.get_by_role("button", name="Refuse and remove them").click()
    expect(page.locator("[data-study]").filter(has_text="Brother's disc.")).to_contain_text("Refused")
    assert ImagingStudy.objects.get(state="refused").series.count() == 0  # type: ignore[attr-defined]
