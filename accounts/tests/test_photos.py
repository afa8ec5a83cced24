"""/people/<id>/photo/: who sees whose face."""

from typing import Any

import pytest
from django.test import Client

from accounts.domain import profiles
from accounts.models import User
from accounts.tests.pictures import picture
from clinic.core.files import encode_image

pytestmark = pytest.mark.django_db


def with_photo(user: User) -> User:
    return profiles.set_photo(user, encode_image(picture(), square=512))


def seen_by(viewer: User | None, owner: User) -> int:
    client = Client()
    if viewer is not None:
        client.force_login(viewer)
    return client.get(f"/people/{owner.pk}/photo/").status_code


def test_doctors_are_public(doctor: User) -> None:
    answer = Client().get(with_photo(doctor).photo_url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"].startswith("public")
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]


def test_patients_are_seen_by_themselves_and_the_clinic(
    patient: User, other_patient: User, doctor: User, manager: User, admin: User
) -> None:
    with_photo(patient)
    seen = {
        viewer: seen_by(viewer, patient) for viewer in (None, other_patient, patient, doctor, manager, admin)
    }
    assert seen == {None: 404, other_patient: 404, patient: 200, doctor: 200, manager: 200, admin: 200}


def test_front_desk_is_seen_by_those_signed_in(manager: User, admin: User, patient: User) -> None:
    with_photo(manager)
    with_photo(admin)
    assert [seen_by(viewer, manager) for viewer in (None, patient)] == [404, 200]
    assert seen_by(patient, admin) == 404


def test_doctor_who_left_is_public_no_more(doctor: User, patient: User) -> None:
    with_photo(doctor)
    User.objects.filter(pk=doctor.pk).update(is_active=False)
    assert [seen_by(viewer, doctor) for viewer in (None, patient)] == [404, 200]


def test_none_and_nobody_look_alike(doctor: User) -> None:
    assert seen_by(None, doctor) == 404
    assert Client().get("/people/00000000-0000-4000-8000-000000000000/photo/").status_code == 404
    assert Client().get("/people/x/photo/").status_code == 404


def test_browsers_keep_a_version_and_ask_about_the_rest(patient: User, client: Client) -> None:
    owner = with_photo(patient)
    client.force_login(owner)
    kept = client.get(owner.photo_url)
    assert kept["Cache-Control"] == "private, max-age=31536000, immutable"
    bare = client.get(f"/people/{owner.pk}/photo/")
    assert bare["Cache-Control"] == "private, no-cache"
    assert client.get(f"/people/{owner.pk}/photo/", HTTP_IF_NONE_MATCH=bare["ETag"]).status_code == 304
    old_etag: Any = bare["ETag"]
    with_photo(owner)
    assert client.get(f"/people/{owner.pk}/photo/", HTTP_IF_NONE_MATCH=old_etag).status_code == 200


def test_lost_file_is_404(patient: User, client: Client) -> None:
    owner = with_photo(patient)
    owner.photo.storage.delete(owner.photo.name)
    client.force_login(owner)
    assert client.get(owner.photo_url).status_code == 404


def test_stored_photo_has_no_public_address(doctor: User, client: Client) -> None:
    name = with_photo(doctor).photo.name
    for prefix in ("/media/", "/static/", "/"):
        assert client.get(prefix + name).status_code == 404
