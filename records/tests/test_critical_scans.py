"""A critical finding of a scan goes on as a critical lab result does; and whom somebody told of one is written down."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from accounts.models import Activity, User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.testing import server as servers
from clinic.core.testing.racing import race
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.domain import critical, critical_queries, critical_tellings
from records.domain.critical_tellings import Telling
from records.enums import ImagingStatus, TellingWay
from records.models import CriticalAlert, CriticalTelling, ImagingReport, critical_kept
from scheduling.models import Referral
from scheduling.tests.imaging import make_radiologist, make_scan

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime.fromisoformat("2026-11-20T05:00:00+00:00")
FINDING = "Tension pneumothorax"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def radiologist(db: None) -> Any:
    return make_radiologist()


def make_report(patient: Any, radiologist: Any, *, referrer: Any = None, **fields: Any) -> ImagingReport:
    scan = make_scan(radiologist, name=f"X-ray {Referral.objects.count()}")
    referral = (
        Referral.objects.create(patient=patient, referrer=referrer, service=scan, question="?")
        if referrer
        else None
    )
    return ImagingReport.objects.create(
        patient=patient,
        service=scan,
        referral=referral,
        status=ImagingStatus.AUTHORISED,
        impression=FINDING,
        is_critical=fields.pop("is_critical", True),
        reported_by=radiologist,
        authorised_by=radiologist,
        authorised_at=timezone.now(),
    )


@pytest.fixture
def alert(patient: Any, doctor: Any, other_doctor: Any, manager: Any, radiologist: Any) -> CriticalAlert:
    """The doctor sent the patient, the other doctor treats them too, the radiologist does not."""
    for one in (doctor, other_doctor):
        care.link(patient, one)
    raised = critical.raise_for_imaging(make_report(patient, radiologist, referrer=doctor))
    assert raised is not None
    return raised


def told() -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in Notification.objects.filter(occasion__startswith="imaging.critical").select_related("user"):
        counts[row.user.email.split("@")[0]] = counts.get(row.user.email.split("@")[0], 0) + 1
    return counts


def by_phone(name: str = "Dr. Sita Sharma", **fields: Any) -> Telling:
    values = {"told_at": timezone.now(), "way": TellingWay.PHONE, "note": "Comes at once", **fields}
    return Telling(name, values["told_at"], values["way"], values["note"])


def test_who_sent_for_it_then_the_team_and_the_reader_then_management(
    clock: Any, alert: CriticalAlert
) -> None:
    assert told() == {"doctor": 1}
    for minutes, expected in (
        (30, {"doctor": 2, "other.doctor": 1, "radiologist": 1}),
        (30, {"doctor": 3, "other.doctor": 2, "radiologist": 2, "manager": 1}),
        (60, {"doctor": 4, "other.doctor": 3, "radiologist": 3, "manager": 2}),
    ):
        clock.shift(timedelta(minutes=minutes))
        run_due_tasks()
        assert told() == expected
    assert critical.raise_for_imaging(alert.imaging_report) == alert  # type: ignore[arg-type]
    assert told() == expected


def test_who_has_left_the_clinic_is_not_waited_for(
    *, clock: Any, patient: Any, doctor: Any, other_doctor: Any, manager: Any, radiologist: Any
) -> None:
    User.objects.filter(pk=doctor.pk).update(is_active=False)
    doctor.refresh_from_db()
    care.link(patient, other_doctor)
    raised = critical.raise_for_imaging(make_report(patient, radiologist, referrer=doctor))
    assert raised is not None
    assert (raised.level, told()) == (0, {"other.doctor": 1})
    # Nobody at all but management: it hears at once.
    User.objects.filter(pk__in=(other_doctor.pk, radiologist.pk)).update(is_active=False)
    radiologist.refresh_from_db()
    alone = critical.raise_for_imaging(make_report(patient, radiologist, referrer=doctor))
    assert alone is not None
    assert (alone.level, told()) == (2, {"other.doctor": 1, "manager": 1})


def test_nothing_of_the_finding_nor_whose_it_is_leaves_the_portal(
    clock: Any, alert: CriticalAlert, mailoutbox: Any
) -> None:
    clock.shift(timedelta(hours=1))
    run_due_tasks()
    clock.shift(timedelta(hours=1))
    run_due_tasks()
    words = [f"{row.title} {row.occasion}" for row in Notification.objects.all()]
    words += [f"{mail.subject} {mail.body}" for mail in mailoutbox]
    assert len(mailoutbox) >= 4
    for text in words:
        assert FINDING not in text
        assert "Gurung" not in text


def test_without_a_referral_the_care_team_is_first_and_without_one_who_read_it(
    clock: Any, patient: Any, other_patient: Any, other_doctor: Any, radiologist: Any
) -> None:
    # As the booking of a scan does.
    for one in (other_doctor, radiologist):
        care.link(patient, one)
    critical.raise_for_imaging(make_report(patient, radiologist))
    assert told() == {"other.doctor": 1}
    critical.raise_for_imaging(make_report(other_patient, radiologist, referrer=None))
    assert told() == {"other.doctor": 1, "radiologist": 1}
    assert critical.raise_for_imaging(make_report(patient, radiologist, is_critical=False)) is None


def test_raised_once_however_many_authorise(patient: Any, doctor: Any, radiologist: Any) -> None:
    report = make_report(patient, radiologist, referrer=doctor)

    def raising() -> Any:
        with transaction.atomic():
            found = critical.raise_for_imaging(ImagingReport.objects.select_for_update().get(pk=report.pk))
            return found and found.pk

    assert len(set(race(*[raising] * 3))) == 1
    assert CriticalAlert.objects.count() == 1
    assert told() == {"doctor": 1}


def test_one_acknowledges_while_others_do_the_step(
    alert: CriticalAlert, doctor: Any, other_doctor: Any
) -> None:
    due = timezone.now() - timedelta(seconds=1)
    CriticalAlert.objects.filter(pk=alert.pk).update(next_at=due)
    answers = race(
        partial(critical.escalate, alert.pk, due),
        partial(critical.escalate, alert.pk, due),
        partial(critical.acknowledge, alert.pk, actor=doctor, action="Drain placed"),
        partial(critical.acknowledge, alert.pk, actor=other_doctor, action="I go there"),
    )
    assert sum(answer is True for answer in answers) <= 1
    assert sum(isinstance(answer, CriticalAlert) for answer in answers) == 1
    alert.refresh_from_db()
    assert alert.next_at is None
    assert max(told().values()) <= 2
    assert critical.escalate_due() == 0


def test_a_worker_killed_in_the_middle_of_a_step_leaves_it_to_the_next(alert: CriticalAlert) -> None:
    due = timezone.now() - timedelta(seconds=1)
    CriticalAlert.objects.filter(pk=alert.pk).update(next_at=due)
    code = (
        "import django; django.setup(); import sys, time; from datetime import datetime; "
        "from records.domain import critical, critical_news\n"
        "tell = critical_news.critical\n"
        "def hang(*args, **kwargs):\n"
        "    tell(*args, **kwargs); print('told', flush=True); time.sleep(60)\n"
        "critical_news.critical = hang\n"
        f"critical.escalate('{alert.pk}', datetime.fromisoformat('{due.isoformat()}'))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "DEBUG": "true",
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "DATABASE_URL": servers.test_database_url(),
        },
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "told"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    connection.close()
    assert told() == {"doctor": 1}
    assert critical.escalate_due() == 1
    assert critical.escalate_due() == 0
    assert told() == {"doctor": 2, "other.doctor": 1, "radiologist": 1}


def test_who_only_read_it_tells_somebody_and_does_not_answer_for_them(
    alert: CriticalAlert, radiologist: Any, doctor: Any, patient: Any, admin: Any
) -> None:
    for _booked in range(2):
        with pytest.raises(NotAllowed):
            critical.acknowledge(alert.pk, actor=radiologist, action="I wrote it")
        care.link(patient, radiologist)
    critical_tellings.note(alert.pk, actor=radiologist, telling=by_phone())
    alert.refresh_from_db()
    assert alert.acknowledged_at is None
    for stranger in (patient, admin, make_radiologist("second.radiologist@test.clinic")):
        assert not critical_queries.visible_to(stranger).exists()
        with pytest.raises(NotAllowed):
            critical_tellings.note(alert.pk, actor=stranger, telling=by_phone())
    critical.acknowledge(alert.pk, actor=doctor, action="Drain placed")
    # What was said before is often written down afterwards.
    critical_tellings.note(alert.pk, actor=radiologist, telling=by_phone("The ward sister"))
    lines = Activity.objects.filter(verb="critical.told")
    assert lines.count() == 2
    assert not any("Sharma" in str(vars(line)) for line in lines)


def test_the_same_telling_sent_at_once_stands_once(alert: CriticalAlert, radiologist: Any) -> None:
    telling = by_phone()
    noted = race(*[partial(critical_tellings.note, alert.pk, actor=radiologist, telling=telling)] * 3)
    assert {one.pk for one in noted} == {CriticalTelling.objects.get().pk}
    assert Activity.objects.filter(verb="critical.told").count() == 1


@pytest.mark.parametrize(
    ("telling", "field"),
    [
        ({"name": " "}, "told"),
        ({"name": "x" * 121}, "told"),
        ({"way": "pigeon"}, "way"),
        ({"told_at": timedelta(hours=1)}, "told_at"),
        ({"told_at": timedelta(days=-3)}, "told_at"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_a_telling_needs(
    alert: CriticalAlert, radiologist: Any, telling: dict[str, Any], field: str
) -> None:
    if "told_at" in telling:
        telling = {"told_at": timezone.now() + telling["told_at"]}
    with pytest.raises(Invalid) as refusal:
        critical_tellings.note(alert.pk, actor=radiologist, telling=by_phone(**telling))
    assert list(refusal.value.fields) == [field]


def test_what_was_noted_does_not_change(alert: CriticalAlert, radiologist: Any, doctor: Any) -> None:
    assert critical_kept.missing(connection) == []
    critical_tellings.note(alert.pk, actor=radiologist, telling=by_phone())
    critical.acknowledge(alert.pk, actor=doctor, action="Drain placed")
    rows = CriticalTelling.objects.all()
    other = make_report(alert.subject.patient, radiologist)
    for attack in (
        lambda: rows.update(told="Somebody else"),
        lambda: rows._raw_delete("default"),
        lambda: CriticalAlert.objects.update(imaging_report=other),
    ):
        with pytest.raises(DatabaseError, match=critical_kept.MESSAGE), transaction.atomic():
            attack()


# --- Pages ---


def test_the_page_keeps_what_was_typed_and_lists_who_was_told(
    client: Any, alert: CriticalAlert, radiologist: Any, manager: Any, doctor: Any
) -> None:
    client.force_login(radiologist)
    sent = {"told": "Dr. Sita Sharma", "told_at": "2199-01-01T10:00", "way": "phone", "note": "Will come"}
    answer = client.post(reverse("critical_told", args=[alert.pk]), sent)
    assert answer.status_code == 422
    assert "Will come" in answer.content.decode()
    sent["told_at"] = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    assert client.post(reverse("critical_told", args=[alert.pk]), sent).status_code == 302
    page = client.get(reverse("critical_alert", args=[alert.pk])).content.decode()
    looks = Activity.objects.filter(actor=radiologist, verb="record.read", patient=alert.subject.patient)
    client.get(reverse("critical_alert", args=[alert.pk]), headers={"X-Background": "1"})
    assert looks.count() == 1
    assert "Will come" in page
    assert reverse("critical_acknowledge", args=[alert.pk]) not in page
    client.force_login(manager)
    assert client.get(reverse("critical_alert", args=[alert.pk])).status_code == 404
    CriticalAlert.objects.update(level=2)
    page = client.get(reverse("critical_alert", args=[alert.pk])).content.decode()
    assert doctor.name in page
    # Clinical words are for doctors.
    assert "Will come" not in page
    assert FINDING not in page


def test_the_list_costs_the_same_at_any_length(
    client: Any,
    patient: Any,
    doctor: Any,
    radiologist: Any,
    django_assert_max_num_queries: Any,
) -> None:
    care.link(patient, doctor)
    client.force_login(doctor)

    def more() -> None:
        alert = critical.raise_for_imaging(make_report(patient, radiologist, referrer=doctor))
        assert alert is not None
        critical_tellings.note(alert.pk, actor=doctor, telling=by_phone())

    more()
    url = reverse("critical_alerts")
    client.get(url)
    with django_assert_max_num_queries(20) as at_one:
        client.get(url)
    for _number in range(15):
        more()
    with django_assert_max_num_queries(len(at_one)):
        assert client.get(url).status_code == 200
