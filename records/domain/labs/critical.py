"""A critical result goes from person to person until somebody says what is done about it.

First the report's doctor, after half an hour the whole care team, after another half hour management; then management
and the doctor again every hour. Each step is one change of the alert's row under its lock, which names the moment of
the next one, and queues a task for it in the same transaction. A task does its step only if the row still waits for
just that moment: run twice, late, or by two workers at once, each step happens once. Steps whose task was lost are made
good by `escalate_due`, which every task and every sweep runs.
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
from records import lab_events, lab_rules
from records.enums import ResultFlag
from records.lab_rules import MANAGEMENT_LEVEL
from records.models import CriticalAlert, LabReport

from . import telling

logger = logging.getLogger(__name__)

# After so long without an answer the next step is done; the last one again and again.
WAITS = (timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=60))
CRITICAL = (ResultFlag.CRITICAL_LOW, ResultFlag.CRITICAL_HIGH)
ACTION_MAX_LENGTH = 300


def raise_for(report: LabReport) -> CriticalAlert | None:
    """An alert if the report holds a critical result; in the transaction that makes it final."""
    if not report.results.filter(flag__in=CRITICAL).exists():  # type: ignore[attr-defined]
        return None
    alert, created = CriticalAlert.objects.get_or_create(report=report)
    if created:
        now = timezone.now()
        _wait(alert, 0, now)
        telling.critical(alert, [report.doctor], due=now)
        lab_events.lab_alert_changed(alert)
    return alert


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
        telling.critical(alert, _people(alert), due=due)
        lab_events.lab_alert_changed(alert)
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
        if not lab_rules.can_acknowledge(actor, alert):
            if alert.acknowledged_at is not None and _was_theirs(actor, alert):
                raise InvalidTransition(_("Somebody has acknowledged this already."))
            raise NotAllowed
        if not 3 <= len(action) <= ACTION_MAX_LENGTH or "\x00" in action:
            raise Invalid(fields={"action": [_("Say in a few words what is done about it.")]})
        _close(alert, actor, action)
        trail.record(
            ActivityVerb.CRITICAL_ACKNOWLEDGED,
            actor=actor,
            target=alert.report,
            patient=alert.report.patient_id,
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
    lab_events.lab_alert_changed(alert)


def _was_theirs(actor: User, alert: CriticalAlert) -> bool:
    if actor.is_management:
        return alert.level >= MANAGEMENT_LEVEL
    return lab_rules.can_enter(actor, alert.report.patient)


def _wait(alert: CriticalAlert, level: int, now: datetime) -> None:
    """At `level` from now on; the next step after its wait."""
    from records.tasks import escalate_lab_alert

    alert.level, alert.next_at = level, now + WAITS[level]
    alert.save(update_fields=["level", "next_at", "updated_at"])
    escalate_lab_alert.using(run_after=alert.next_at).enqueue(str(alert.pk), alert.next_at.isoformat())


def _people(alert: CriticalAlert) -> list[User]:
    """Who is told at the alert's level. The doctor is told again each time: an hour later they may be back."""
    report = alert.report
    found = {report.doctor_id: report.doctor}
    if alert.level >= 1:
        for link in CareLink.objects.filter(patient=report.patient_id).select_related("doctor"):
            found.setdefault(link.doctor_id, link.doctor)
    if alert.level >= MANAGEMENT_LEVEL:
        for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
            found.setdefault(manager.pk, manager)
    return list(found.values())
