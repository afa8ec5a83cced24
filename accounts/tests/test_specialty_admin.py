"""Departments in the Django admin."""

import pytest
from django.test import Client

from accounts.models import Specialty, User
from accounts.tests.factories import make_specialty

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("icon", "stored"), [("heart", "heart"), ("no-such-icon", "stethoscope")])
def test_an_icon_that_does_not_exist_is_refused(client: Client, admin: User, icon: str, stored: str) -> None:
    specialty = make_specialty()
    client.force_login(admin)
    form = {"name": specialty.name, "slug": specialty.slug, "description": "", "icon": icon}
    client.post(f"/admin/accounts/specialty/{specialty.pk}/change/", form)
    assert Specialty.objects.get().icon == stored
    assert client.get("/doctors/").status_code == 200
