"""What leaves the portal, by which way and when; and when the other side is away, refuses or falls silent."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as live_settings
from django.core import mail

from clinic.core.errors import InvalidTransition, NotAllowed
from clinic.core.testing import server as servers
from clinic.core.testing.tasks import run_due_tasks
from messaging import transports
from messaging.domain import deliveries, delivery_log, preferences
from messaging.domain.notifications import notify
from messaging.enums import DeliveryStatus
from messaging.models import Delivery, PushSubscription
from messaging.transports import email, push, sms

from .smtp import smtp_server, use

pytestmark = pytest.mark.django_db(transaction=True)

_D = DeliveryStatus
NOON = datetime(2026, 11, 25, 6, 15, tzinfo=UTC)  # in Kathmandu


@pytest.fixture(autouse=True)
def _all_channels(settings: Any) -> None:
    settings.SMS_BACKEND, settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY = "console", "p", "k"


def tell(user: Any, key: str = "k", **fields: Any) -> Any:
    told = {
        "occasion": "appointment.confirmed",
        "variables": {"time": "25 Nov 2026, 10:00", "doctor": "Dr. Sita Sharma"},
        "url": "/appointments/1/",
        **fields,
    }
    return notify(user, key=key, **told)


def by_channel() -> dict[str, Delivery]:
    return {row.channel: row for row in Delivery.objects.all()}


def browser_of(user: Any, name: str = "one") -> PushSubscription:
    endpoint = f"https://fcm.googleapis.com/fcm/send/{name}"
    return PushSubscription.objects.create(user=user, endpoint=endpoint, p256dh="p", auth="a")


def test_each_channel_gets_its_own_words_once(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.phone = "+9779841234567"
    patient.save()
    browser_of(patient)
    short: list[Any] = []
    monkeypatch.setattr(sms, "send", lambda *words: short.append(words))
    monkeypatch.setattr(push, "send", lambda *words, **_named: short.append(words[1:]))
    assert tell(patient) is not None
    assert tell(patient) is None
    run_due_tasks()
    run_due_tasks()
    (letter,) = mail.outbox
    assert letter.subject == "Your appointment on 25 Nov 2026, 10:00 is confirmed"
    assert "with Dr. Sita Sharma" in letter.body
    assert sorted(short) == sorted(
        [
            (
                "+9779841234567",
                f"{live_settings.CLINIC_NAME}: Your appointment on 25 Nov 2026, 10:00 is confirmed",
            ),
            ("Your appointment on 25 Nov 2026, 10:00 is confirmed", "/appointments/1/"),
        ]
    )
    rows = by_channel()
    assert {(row.status, row.attempts, row.subject + row.text + row.html) for row in rows.values()} == {
        (_D.SENT, 1, "")
    }
    assert [rows[channel].to for channel in ("email", "sms", "push")] == [
        "p•••@test.clinic",
        "+97798•••••67",
        "1 ×",
    ]


@pytest.mark.parametrize("phone", ["", "+97714412345", "+977123"])
def test_no_sms_without_a_mobile_number_and_none_by_push_without_a_browser(patient: Any, phone: str) -> None:
    patient.phone = phone
    patient.save()
    tell(patient)
    rows = by_channel()
    assert set(rows) == {"email", "sms"}
    assert (rows["sms"].status, rows["sms"].error) == (_D.SKIPPED, "no_mobile")


def test_what_is_switched_off_or_not_set_up_is_not_sent(patient: Any, settings: Any) -> None:
    patient.phone = "+9779841234567"
    patient.save()
    off = {("appointment", "email"): False, ("privacy", "email"): False}
    preferences.save(patient, choices=off, quiet_from=None, quiet_to=None)
    tell(patient)
    assert set(by_channel()) == {"sms"}
    settings.SMS_BACKEND = ""
    tell(patient, "another")
    assert Delivery.objects.count() == 1
    # Whose record was opened hears of it by mail, wanted or not.
    tell(patient, "privacy", occasion="privacy.opened", variables={"doctor": "Dr. Hari Thapa"})
    assert set(by_channel()) == {"sms", "email"}


@pytest.mark.parametrize(
    ("occasion", "leaves_at"),
    [("appointment.confirmed", datetime(2026, 11, 25, 12, 0, tzinfo=UTC)), ("waiting.offered", NOON)],
)
def test_quiet_hours_hold_back_all_but_the_urgent(patient: Any, occasion: str, leaves_at: datetime) -> None:
    """In the person's own zone: at noon in Kathmandu it is 01:15 in New York."""
    patient.time_zone = "America/New_York"
    patient.save()
    preferences.save(patient, choices={}, quiet_from=time(22), quiet_to=time(7))
    given = {"time": "t", "doctor": "d"} | ({"until": "u"} if occasion == "waiting.offered" else {})
    with time_machine.travel(NOON, tick=False) as clock:
        tell(patient, occasion=occasion, variables=given)
        assert by_channel()["email"].next_attempt_at == leaves_at
        clock.move_to(leaves_at - timedelta(seconds=1))
        run_due_tasks()
        assert len(mail.outbox) == 0
        clock.move_to(leaves_at)
        run_due_tasks()
        assert len(mail.outbox) == 1


def test_a_worker_that_was_behind_keeps_quiet_hours_and_sends_no_old_news(patient: Any, manager: Any) -> None:
    preferences.save(patient, choices={}, quiet_from=time(22), quiet_to=time(7))
    with time_machine.travel(NOON, tick=False) as clock:
        tell(patient, "day")
        tell(patient, "by hand")
        tell(patient, "soon", until=NOON + timedelta(minutes=30))
        clock.move_to(NOON + timedelta(hours=11))  # 23:00 for the patient
        run_due_tasks()
        assert mail.outbox == []
        by_key = {row.notification.key: row for row in Delivery.objects.filter(channel="email")}
        late = by_key["soon"]
        assert (late.status, late.error, late.text, late.next_attempt_at) == (
            _D.SKIPPED,
            "too_late",
            "",
            None,
        )
        assert by_key["day"].next_attempt_at == NOON + timedelta(hours=19)
        # What management sends by hand does not wait.
        Delivery.objects.filter(pk=by_key["by hand"].pk).update(status=_D.FAILED)
        deliveries.resend(by_key["by hand"].pk, actor=manager)
        run_due_tasks()
        assert len(mail.outbox) == 1
        clock.move_to(NOON + timedelta(hours=19))
        run_due_tasks()
        assert len(mail.outbox) == 2


def test_a_server_that_is_away_is_tried_again_and_given_up(patient: Any, settings: Any, manager: Any) -> None:
    with smtp_server() as server:
        use(settings, server)
        settings.EMAIL_PORT = servers.free_port()
        with time_machine.travel(NOON, tick=False) as clock:
            tell(patient)
            waits = []
            for _attempt in range(5):
                run_due_tasks()
                row = by_channel()["email"]
                assert (row.status, row.error) == (_D.FAILED, "ConnectionRefusedError")
                assert row.next_attempt_at
                waits.append((row.next_attempt_at - datetime.now(UTC)) // timedelta(minutes=1))
                clock.move_to(row.next_attempt_at)
            run_due_tasks()
            assert waits == [1, 4, 9, 16, 25]
            assert by_channel()["email"].status == _D.GIVEN_UP
            clock.shift(timedelta(days=2))
            run_due_tasks()
            row = by_channel()["email"]
            assert (row.status, row.attempts) == (_D.GIVEN_UP, 6)
            # Mended, and sent again by hand: once.
            settings.EMAIL_PORT = server.port
            with pytest.raises(NotAllowed):
                deliveries.resend(row.pk, actor=patient)
            deliveries.resend(row.pk, actor=manager)
            with pytest.raises(InvalidTransition):
                deliveries.resend(row.pk, actor=manager)
            run_due_tasks()
            (letter,) = server.mails
            assert f"Message-ID: <{row.pk}@" in letter
            row = by_channel()["email"]
            assert (row.status, row.attempts, row.error) == (_D.SENT, 7, "")
            with pytest.raises(InvalidTransition):
                deliveries.resend(row.pk, actor=manager)


@pytest.mark.parametrize(
    ("answers", "status", "error"),
    [
        ({"RCPT": "550 no such person"}, _D.GIVEN_UP, "SMTP 550"),
        ({"RCPT": "451 later"}, _D.FAILED, "SMTP 451"),
        ({".": "554 no"}, _D.GIVEN_UP, "SMTP 554"),
        ({".": "drop"}, _D.GIVEN_UP, "uncertain: SMTPServerDisconnected"),
    ],
)
def test_what_the_mail_server_says(
    patient: Any, settings: Any, answers: dict[str, str], status: str, error: str
) -> None:
    with smtp_server(**answers) as server:
        use(settings, server)
        tell(patient)
        run_due_tasks()
    row = by_channel()["email"]
    assert (row.status, row.error) == (status, error)


def test_a_process_killed_while_sending_doubles_nothing(patient: Any, manager: Any, settings: Any) -> None:
    """The mail server has the words when the process dies: whether they arrive is not known."""
    with smtp_server(**{".": "hang"}) as server:
        tell(patient)
        row = by_channel()["email"]
        code = (
            "import django; django.setup(); from messaging.domain import deliveries; "
            f"deliveries.send('{row.pk}')"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=live_settings.BASE_DIR,
            env={
                **os.environ,
                "DEBUG": "true",
                "DJANGO_SETTINGS_MODULE": "clinic.settings",
                "DATABASE_URL": servers.test_database_url(),
                "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            },
        )
        assert server.has_text.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert by_channel()["email"].status == _D.SENDING
    run_due_tasks()
    deliveries.sweep()
    assert by_channel()["email"].status == _D.SENDING  # for all that anyone knows, it is still at it
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        # The task that the sending itself has queued finds it.
        run_due_tasks()
        row = by_channel()["email"]
        assert (row.status, row.error) == (_D.GIVEN_UP, "uncertain: stopped")
        run_due_tasks()
        assert mail.outbox == []
        deliveries.resend(row.pk, actor=manager)
        run_due_tasks()
        assert len(mail.outbox) == 1


def test_a_lost_task_is_made_good_by_the_sweep(patient: Any) -> None:
    from django_tasks_db.models import DBTaskResult

    tell(patient)
    DBTaskResult.objects.all().delete()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
        assert deliveries.sweep() == {"died": 0, "forgotten": 1}
        run_due_tasks()
        assert len(mail.outbox) == 1
        assert deliveries.sweep() == {"died": 0, "forgotten": 0}


def test_browsers_that_are_gone_are_forgotten(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keeps, gone = browser_of(patient), browser_of(patient, "gone")

    def answer(browser: Any, *words: str, **_named: Any) -> None:
        if browser.endpoint == gone.endpoint:
            raise transports.Gone("push 410")

    monkeypatch.setattr(push, "send", answer)
    tell(patient)
    run_due_tasks()
    assert list(PushSubscription.objects.all()) == [keeps]
    assert by_channel()["push"].status == _D.SENT
    PushSubscription.objects.update(endpoint=gone.endpoint)
    tell(patient, "again")
    run_due_tasks()
    again = Delivery.objects.get(channel="push", notification__key="again")
    assert (again.status, again.error) == (_D.GIVEN_UP, "gone")


def test_who_has_left_meanwhile_is_sent_nothing(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(patient)
    patient.is_active = False
    patient.save()
    run_due_tasks()
    assert mail.outbox == []
    assert by_channel()["email"].error == "account_closed"


def test_a_mistake_of_ours_is_seen_and_not_repeated(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(*_words: Any, **_named: Any) -> None:
        calls.append(1)
        raise RuntimeError

    monkeypatch.setattr(email, "send", broken)
    tell(patient)
    run_due_tasks()
    run_due_tasks()
    assert (by_channel()["email"].status, len(calls)) == (_D.GIVEN_UP, 1)


def test_what_was_given_up_loses_its_words_after_a_month(
    patient: Any, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_words: Any, **_named: Any) -> None:
        raise transports.Refused("SMTP 550")

    monkeypatch.setattr(email, "send", refuse)
    tell(patient)
    run_due_tasks()
    deliveries.sweep()
    row = by_channel()["email"]
    assert row.text
    assert delivery_log.can_resend(row)
    with time_machine.travel(datetime.now(UTC) + deliveries.KEPT + timedelta(minutes=1)):
        assert not delivery_log.can_resend(row)
        deliveries.sweep()
        assert by_channel()["email"].text == by_channel()["email"].html == ""
        with pytest.raises(InvalidTransition):
            deliveries.resend(row.pk, actor=manager)
