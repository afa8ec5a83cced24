"""Where a person lives: told once by their browser, corrected on the profile page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db
NOTE = "/profile/time-zone/"


def stored(user: User) -> str:
    return User.objects.values_list("time_zone", flat=True).get(pk=user.pk)


def test_the_first_browser_is_believed_and_no_later_one(client: Client, patient: User) -> None:
    client.force_login(patient)
    assert 'data-zone-url="/profile/time-zone/"' in client.get(reverse("profile")).content.decode()
    assert client.post(NOTE, {"zone": "Europe/Berlin"}).status_code == 204
    assert client.post(NOTE, {"zone": "America/New_York"}).status_code == 204
    assert stored(patient) == "Europe/Berlin"
    assert "data-zone-url" not in client.get(reverse("profile")).content.decode()


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "Europe/Berlin\n", "x" * 400])
def test_nonsense_is_not_kept(client: Client, patient: User, zone: str) -> None:
    client.force_login(patient)
    assert client.post(NOTE, {"zone": zone}).status_code == 204
    assert stored(patient) == ""


def test_the_profile_page_corrects_it(client: Client, patient: User) -> None:
    client.force_login(patient)
    form: dict[str, Any] = {"first_name": "Asha", "last_name": "Rai", "language": "en"}
    assert client.post(reverse("profile"), {**form, "time_zone": "new york"}).status_code == 302
    assert stored(patient) == "America/New_York"
    refused = client.post(reverse("profile"), {**form, "time_zone": "Atlantis"})
    assert refused.status_code == 422
    assert 'value="Atlantis"' in refused.content.decode()
    # A program or page that does not send it leaves it.
    assert client.post(reverse("profile"), form).status_code == 302
    assert stored(patient) == "America/New_York"
    assert client.post(reverse("profile"), {**form, "time_zone": ""}).status_code == 302
    assert stored(patient) == ""
