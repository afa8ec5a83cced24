"""The profile form of someone who has a photo already."""

from typing import Any

from accounts.forms.profile import AccountForm


def test_a_stored_photo_can_be_kept_replaced_or_removed(patient: Any) -> None:
    patient.photo = "photos/mine.jpg"
    page = str(AccountForm(instance=patient, initial={"photo": patient.photo})["photo"])
    assert 'name="photo"' in page
    assert 'name="photo-clear"' in page
