"""What a person chose, what holds for who chose nothing, and the log that only management reads."""

from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.core.errors import Invalid
from messaging.domain import delivery_log, preferences
from messaging.enums import Channel, DeliveryStatus, NotificationKind
from messaging.models import Delivery, NotificationPreference, PushSubscription, QuietHours

from .test_deliveries import tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_only(settings: Any) -> None:
    settings.SMS_BACKEND = settings.VAPID_PUBLIC_KEY = ""


def state(user: Any) -> dict[tuple[str, str], bool]:
    rows = preferences.for_user(user).rows
    return {(kind, choice.channel): choice.is_on for kind, choices in rows for choice in choices}


def test_defaults_choices_and_what_can_t_be_switched_off(patient: Any, settings: Any) -> None:
    settings.SMS_BACKEND, settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY = "console", "p", "k"
    before = state(patient)
    assert len(before) == len(NotificationKind) * len(Channel)
    assert (before["reminder", "sms"], before["message", "email"]) == (True, False)
    wanted = {("reminder", "sms"): False, ("message", "email"): True, ("privacy", "email"): False}
    preferences.save(patient, choices=wanted, quiet_from=None, quiet_to=None)
    after = state(patient)
    changed = {place for place in before if before[place] != after[place]}
    assert changed == {("reminder", "sms"), ("message", "email")}
    settings.SMS_BACKEND = ""
    assert preferences.for_user(patient).channels == (Channel.EMAIL, Channel.PUSH)


def test_quiet_hours_are_kept_changed_and_dropped(patient: Any) -> None:
    patient.time_zone = "Asia/Tokyo"
    stored = preferences.save(patient, choices={}, quiet_from=time(22), quiet_to=time(7))
    assert (stored.quiet_from, stored.quiet_to, stored.zone) == (time(22), time(7), "Asia/Tokyo")
    for wrong in ((time(22), None), (None, time(7)), (time(7), time(7))):
        with pytest.raises(Invalid):
            preferences.save(patient, choices={}, quiet_from=wrong[0], quiet_to=wrong[1])
    assert preferences.for_user(patient).quiet_from == time(22)
    preferences.save(patient, choices={}, quiet_from=None, quiet_to=None)
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize("place", [("reminder", "pigeon"), ("gossip", "email")])
def test_there_is_nothing_else_to_choose(patient: Any, place: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        preferences.save(patient, choices={place: True}, quiet_from=None, quiet_to=None)


def test_the_log_is_for_management_and_finds_people(
    patient: Any, other_patient: Any, manager: Any, doctor: Any, admin: Any
) -> None:
    tell(patient)
    tell(other_patient)
    Delivery.objects.filter(notification__user=patient).update(status=DeliveryStatus.SENT)
    assert [row.notification.user for row in delivery_log.found(manager, search="asha gur")] == [patient]
    assert delivery_log.found(manager, status="queued", channel="email").count() == 1
    assert delivery_log.counts(manager)["sent"] == delivery_log.counts(manager)["queued"] == 1
    for person in (patient, doctor, admin):
        assert not delivery_log.found(person).exists()


def test_the_log_asks_as_often_for_one_as_for_thirty(
    patient: Any, manager: Any, django_assert_num_queries: Any
) -> None:
    def read() -> int:
        return len(
            [(row.notification.user.name, delivery_log.reason(row)) for row in delivery_log.found(manager)]
        )

    tell(patient)
    with CaptureQueriesContext(connection) as for_one:
        assert read() == 1
    for number in range(29):
        tell(patient, f"k{number}")
    with django_assert_num_queries(len(for_one)):
        assert read() == 30


def test_two_accounts_of_one_person_become_one(patient: Any, other_patient: Any) -> None:
    """The kept one's choices stand; where it made none, the other's do."""
    off, on = {("reminder", "email"): False}, {("reminder", "email"): True, ("payment", "email"): False}
    preferences.save(patient, choices=off, quiet_from=None, quiet_to=None)
    preferences.save(other_patient, choices=on, quiet_from=time(22), quiet_to=time(7))
    PushSubscription.objects.create(user=other_patient, endpoint="https://x.example", p256dh="p", auth="a")
    preferences.move(patient, other_patient)
    chosen = NotificationPreference.objects.filter(user=patient)
    assert {(row.kind, row.is_on) for row in chosen} == {("reminder", False), ("payment", False)}
    assert QuietHours.objects.get().user == patient
    assert PushSubscription.objects.get().user == patient
