"""A critical finding, of a lab result or a scan, goes from person to person until somebody says what is done about it.

First the doctor whose report it is or who sent for the scan (the care team when nobody did), after half an hour the
whole care team and who read the scan, after another half hour management; then all of them again every hour. Each step
is one change of the alert's row under its lock, which names the moment of the next one, and queues a task for it in the
same transaction. A task does its step only if the row still waits for just that moment: run twice, late, or by two
workers at once, each step happens once. Steps whose task was lost are made good by `escalate_due`, which every task and
every sweep runs.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb, Role
from accounts.models import CareLink, User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock
from records import critical_events, critical_rules
from records.critical_rules import MANAGEMENT_LEVEL
from records.enums import CRITICAL_FLAGS
from records.models import CriticalAlert, ImagingReport, LabReport

from . import critical_news

logger = logging.getLogger(__name__)

# After so long without an answer the next step is done; the last one again and again.
WAITS = (timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=60))
ACTION_MAX_LENGTH = 300


def raise_for(report: LabReport) -> CriticalAlert | None:
    """An alert if the report holds a critical result; in the transaction that makes it final."""
    if not report.results.filter(flag__in=CRITICAL_FLAGS).exists():  # type: ignore[attr-defined]
        return None
    return _begin(*CriticalAlert.objects.get_or_create(report=report))


def raise_for_imaging(report: ImagingReport) -> CriticalAlert | None:
    """An alert if the scan's report is marked critical; in the transaction that authorises it. Once for a report."""
    if not report.is_critical:
        return None
    return _begin(*CriticalAlert.objects.get_or_create(imaging_report=report))


def escalate(alert_id: UUID | str, due: datetime) -> bool:
    """Do the step that was due at `due`, if the alert still waits for it. Returns whether it was done."""
    with transaction.atomic():
        try:
            alert = lock(CriticalAlert, alert_id)
        except CriticalAlert.DoesNotExist:
            return False
        if alert.acknowledged_at is not None or alert.next_at != due or due > timezone.now():
            return False
        _wait(alert, min(alert.level + 1, MANAGEMENT_LEVEL), timezone.now())
        critical_news.critical(alert, people(alert), due=due)
        publish(alert)
    return True


def escalate_due() -> int:
    """All steps whose time has come; returns how many were done here. One that fails keeps no other waiting."""
    waiting = CriticalAlert.objects.filter(acknowledged_at=None, next_at__lte=timezone.now())
    steps = list(waiting.order_by("next_at").values_list("pk", "next_at"))
    done = 0
    for pk, due in steps:
        try:
            done += due is not None and escalate(pk, due)
        except Exception:
            logger.exception("the step of alert %s could not be done", pk)
    return done


def acknowledge(alert_id: UUID, *, actor: User, action: str) -> CriticalAlert:
    """Somebody has heard of it; `action` says what is done.

    Raises NotAllowed, Invalid (field action), InvalidTransition when it is acknowledged already.
    """
    action = " ".join(action.split())
    with transaction.atomic():
        try:
            alert = lock(CriticalAlert, alert_id)
        except CriticalAlert.DoesNotExist:
            raise NotAllowed from None
        if not critical_rules.can_acknowledge(actor, alert):
            if alert.acknowledged_at is not None and critical_rules.is_concerned(actor, alert):
                raise InvalidTransition(_("Somebody has acknowledged this already."))
            raise NotAllowed
        if not 3 <= len(action) <= ACTION_MAX_LENGTH or "\x00" in action:
            raise Invalid(fields={"action": [_("Say in a few words what is done about it.")]})
        _close(alert, actor, action)
        trail.record(
            ActivityVerb.CRITICAL_ACKNOWLEDGED,
            actor=actor,
            target=alert.subject,
            patient=alert.subject.patient_id,
        )
    return alert


def close_for(report: LabReport, *, actor: User, action: str) -> None:
    """The report is replaced: its alert needs no answer any more. In the transaction that replaces it."""
    alert = CriticalAlert.objects.select_for_update().filter(report=report, acknowledged_at=None).first()
    if alert is not None:
        _close(alert, actor, action)


def _close(alert: CriticalAlert, actor: User, action: str) -> None:
    alert.acknowledged_at, alert.acknowledged_by = timezone.now(), actor
    alert.action, alert.next_at = action, None
    alert.save(update_fields=["acknowledged_at", "acknowledged_by", "action", "next_at", "updated_at"])
    publish(alert)


def _wait(alert: CriticalAlert, level: int, now: datetime) -> None:
    """At `level` from now on; the next step after its wait."""
    from records.tasks import escalate_critical_alert

    alert.level, alert.next_at = level, now + WAITS[level]
    alert.save(update_fields=["level", "next_at", "updated_at"])
    escalate_critical_alert.using(run_after=alert.next_at).enqueue(str(alert.pk), alert.next_at.isoformat())


def people(alert: CriticalAlert) -> list[User]:
    """Who is told at the alert's level. The first is told again each time: an hour later they may be back."""
    first, scan = critical_rules.responsible(alert), alert.imaging_report
    # Who has left the clinic answers nothing.
    if first is not None and not first.is_active:
        first = None
    found = {first.pk: first} if first is not None else {}
    if alert.level >= 1 or first is None:
        links = CareLink.objects.filter(patient=alert.subject.patient_id, doctor__is_active=True)
        for link in links.select_related("doctor"):
            # Who read it knows of it: the booking of the scan made them the patient's as well.
            if alert.level >= 1 or link.doctor_id not in critical_rules.readers(alert):
                found.setdefault(link.doctor_id, link.doctor)
    # Who read it can still telephone when nobody answers, or when there is nobody else.
    if scan is not None and (alert.level >= 1 or not found):
        for reader in (scan.authorised_by, scan.reported_by):
            if reader is not None and reader.is_active:
                found.setdefault(reader.pk, reader)
    if alert.level >= MANAGEMENT_LEVEL:
        for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
            found.setdefault(manager.pk, manager)
    return list(found.values())


def _begin(alert: CriticalAlert, is_new: bool) -> CriticalAlert:
    if is_new:
        now = timezone.now()
        # Where nobody is left to be told first, the next ones are, at once.
        while alert.level < MANAGEMENT_LEVEL and not people(alert):
            alert.level += 1
        _wait(alert, alert.level, now)
        critical_news.critical(alert, people(alert), due=now)
        publish(alert)
    return alert


def publish(alert: CriticalAlert) -> None:
    """To all who were told, and to who read the scan: their list shows it as well."""
    told, scan = people(alert), alert.imaging_report
    if scan is not None:
        told += [reader for reader in (scan.authorised_by, scan.reported_by) if reader is not None]
    critical_events.critical_alert_changed(alert, told)
