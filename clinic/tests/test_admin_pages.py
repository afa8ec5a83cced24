"""The Django admin as a whole: quick lists, nothing secret or clinical on a page, no writing where there is none."""

from typing import Any, cast

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from clinic.tests import world
from clinic.tests.url_table import ADMIN, PEOPLE

pytestmark = pytest.mark.django_db
NEVER_SHOWN = ("auth.group", "auth.permission", "sessions.session", "knox.authtoken", "mfa.authenticator",
               "accounts.socketticket", "accounts.activityhead", "account.emailaddress", "messaging.message",
               "messaging.callpeer", "usersessions.usersession", "scheduling.appointmentfile")  # fmt: skip


@pytest.fixture
def things(request: pytest.FixtureRequest, service: Any) -> dict[str, str]:
    return world.build({name: request.getfixturevalue(name) for name in PEOPLE[1:]}, service)


@pytest.fixture
def desk(client: Client, admin: Any) -> Client:
    client.force_login(admin)
    return client


def address(label: str, page: str, *arguments: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=arguments)


@pytest.mark.parametrize("label", ADMIN)
def test_lists_fetch_the_people_they_name_at_once(label: str) -> None:
    model = apps.get_model(label)
    page = django_admin.site._registry[model]
    relations = {
        field.name
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey | models.OneToOneField)
    }
    named = relations & {str(name) for name in page.list_display}
    assert named <= set(cast(Any, page.list_select_related) or ())


@pytest.mark.parametrize("label", ADMIN)
def test_lists_can_be_searched_or_filtered(label: str) -> None:
    page = django_admin.site._registry[apps.get_model(label)]
    assert page.search_fields or page.list_filter


# One world for all models: it takes a quarter of a second to build. What one subtest did is gone for the next.
def test_what_belongs_to_others_is_on_no_page(
    desk: Client, things: dict[str, str], subtests: pytest.Subtests
) -> None:
    """What a doctor wrote, what people say to each other, links that open accounts."""
    secret = ("Rest and water.", "message 1", "Hello.", "Took time for us.", "pbkdf2_", "md5$")
    for label in ADMIN:
        with subtests.test(label), transaction.atomic():
            paths = [address(label, "changelist")]
            for stored in apps.get_model(label)._default_manager.all()[:3]:
                paths += [address(label, "change", stored.pk), address(label, "history", stored.pk)]
            for path in paths:
                answer = desk.get(path)
                assert answer.status_code == 200
                assert [word for word in secret if word in answer.content.decode()] == [], path
            transaction.set_rollback(True)


def test_no_action_deletes_many(desk: Client, things: dict[str, str], subtests: pytest.Subtests) -> None:
    for label in [label for label, kind in ADMIN.items() if kind in ("read", "kept")]:
        with subtests.test(label), transaction.atomic():
            rows = apps.get_model(label)._default_manager
            before = rows.count()
            chosen = [str(pk) for pk in rows.values_list("pk", flat=True)]
            data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
            answer = desk.post(address(label, "changelist"), data)
            assert answer.status_code in (200, 302, 403)
            assert rows.count() == before > 0
            transaction.set_rollback(True)


@pytest.mark.parametrize("label", NEVER_SHOWN)
def test_tables_of_secrets_and_messages_have_no_page(label: str) -> None:
    assert apps.get_model(label) not in django_admin.site._registry
