"""What was decided about a doctor's days is done: each visit once, in a transaction of its own, whoever runs it."""

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.core.errors import DomainError
from clinic.core.status import lock
from messaging.domain.notifications import notify
from scheduling import events, rules
from scheduling.enums import DisruptionAction, DisruptionStatus
from scheduling.models import Appointment, DisruptedVisit, Disruption

from . import booking, progress, telling
from .disruptions import closing_of

logger = logging.getLogger(__name__)
A = DisruptionAction


def carry_out(disruption_id: UUID | str) -> int:
    """Do what is left to do, if its time has come; returns how many visits this run dealt with. May be run any number
    of times and by several workers at once."""
    with transaction.atomic():
        found = lock(Disruption, disruption_id)
        if found.status != DisruptionStatus.DECIDED or timezone.now() < found.runs_at:
            return 0
    done = 0
    for pk in list(_left(found).values_list("pk", flat=True)):
        try:
            done += _one(pk)
        except Exception:  # the others still want to be told; the next run tries this one again
            logger.exception("disrupted visit %s could not be dealt with", pk)
    _finish(found.pk)
    return done


def carry_out_due() -> int:
    """Go on with whatever was left lying; returns how many visits were dealt with."""
    due = Disruption.objects.filter(status=DisruptionStatus.DECIDED, runs_at__lte=timezone.now())
    return sum(carry_out(pk) for pk in list(due.order_by("runs_at", "pk").values_list("pk", flat=True)))


@transaction.atomic
def _one(pk: int) -> bool:
    row = (
        DisruptedVisit.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("disruption__decided_by", "disruption__day_off", "appointment__doctor", "new_doctor")
        .filter(pk=pk, done_at=None, problem="")
        .first()
    )
    if row is None:
        return False
    row.problem = _changed(row)
    if not row.problem:
        try:
            with transaction.atomic():
                _act(row)
            row.done_at = timezone.now()
        except DomainError as refused:
            row.problem = refused.detail
    row.problem = row.problem[:240]
    row.save(update_fields=["problem", "done_at"])
    return True


def _act(row: DisruptedVisit) -> None:
    visit, disruption = row.appointment, row.disruption
    match row.action:
        case A.MOVE:
            if refused := _move(row):
                row.problem = _("Not moved, the patient was asked instead: %(why)s") % {"why": refused}
                _ask(visit.pk, disruption)
        case A.ASK:
            _ask(visit.pk, disruption)
        case A.CANCEL:
            reason = disruption.message or _("The doctor can't be there.")
            progress.cancel(visit.pk, actor=disruption.decided_by, reason=reason, note=disruption.message)


def _changed(row: DisruptedVisit) -> str:
    """What somebody has done to the visit since it was decided about; empty when it still stands."""
    visit, disruption = row.appointment, row.disruption
    if visit.status not in rules.MOVABLE or rules.hold_lapsed(visit):
        return _("Nothing was to be done: the visit is “%(status)s” now.") % {
            "status": visit.get_status_display()
        }
    start, end = closing_of(disruption).span
    if visit.doctor_id != disruption.doctor_id or visit.starts_at >= end or visit.ends_at <= start:
        return _("Nothing was to be done: the visit had been moved already.")
    if visit.displaced_at is not None:
        return _("Nothing was to be done: the patient had been asked already.")
    return ""


def _move(row: DisruptedVisit) -> str:
    """Why it could not be moved; empty when it was."""
    assert row.new_starts_at
    visit, disruption = row.appointment, row.disruption
    try:
        with transaction.atomic():
            booking.reschedule(
                visit.pk,
                starts_at=row.new_starts_at,
                doctor=row.new_doctor,
                actor=disruption.decided_by,
                seen_sequence=visit.sequence,
                note=disruption.message,
            )
    except DomainError as refused:
        return refused.detail
    return ""


def _ask(pk: UUID, disruption: Disruption) -> None:
    """The visit stays as it is, payment and all, and its patient chooses another time or gets the money back."""
    visit = lock(Appointment, pk)
    visit.displaced_at = timezone.now()
    visit.save(update_fields=["displaced_at", "updated_at"])
    visit.history.create(
        from_status=visit.status,
        to_status=visit.status,
        actor=disruption.decided_by,
        reason=_("The doctor can't be there; the patient was asked for another time."),
    )
    telling.displaced(visit, note=disruption.message)
    events.appointment_changed(visit)


@transaction.atomic
def _finish(disruption_id: UUID) -> None:
    found = lock(Disruption, disruption_id)
    if found.status != DisruptionStatus.DECIDED or _left(found).exists():
        return
    found.status = DisruptionStatus.DONE
    found.save(update_fields=["status", "updated_at"])
    problems = found.visits.exclude(problem="").count()
    notify(
        found.decided_by,
        occasion="disruption.problems" if problems else "disruption.done",
        variables={"count": str(problems)} if problems else {},
        url=reverse("disruption", args=[found.pk]),
        key=f"disruption:{found.pk}:done",
    )


def _left(disruption: Disruption) -> QuerySet[DisruptedVisit]:
    return disruption.visits.filter(done_at=None, problem="").order_by("appointment__starts_at", "pk")
