"""What is missing when a report is sent back or added to is said beside its field, which keeps what was typed."""

import re
from typing import Any

import pytest
from django.test import Client

from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "action", "field", "sent"),
    [
        ("reported", "send-back", "back-reason", {"reason": "no"}),
        ("authorised", "addendum", "addendum-text", {"text": "x" * 5001}),
    ],
)
def test_it_is_said_beside_the_field(
    patient: Any, status: str, action: str, field: str, sent: dict[str, str]
) -> None:
    radiologist = make_radiologist()
    report = make_imaging_report(patient, radiologist, status=status)
    browser = Client()
    browser.force_login(radiologist)
    answer = browser.post(f"/imaging/{report.pk}/do/{action}/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    control = re.search(rf'<(?:input|textarea)[^>]* id="{field}"[^>]*>', page)
    assert control is not None
    assert 'aria-invalid="true"' in control[0]
    assert f'{field}-error"' in control[0]
    assert f'<p class="error" id="{field}-error">' in page
    assert next(iter(sent.values())) in page
