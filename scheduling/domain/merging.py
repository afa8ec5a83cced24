"""Two accounts of one patient become one: their visits and the time these claim."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from messaging.domain import conversations
from scheduling import events
from scheduling.enums import UPCOMING
from scheduling.models import Appointment, CalendarCell, Referral

from . import waiting
from .errors import OverlappingVisits
from .telling import spoken_time


def hold(kept: User, merged: User) -> None:
    """Lock the visits of both until the transaction ends. Raises OverlappingVisits when two of them overlap."""
    rows = Appointment.objects.select_for_update(of=("self",)).filter(patient__in=(kept, merged))
    list(rows.order_by("pk").values_list("pk"))
    _refuse_overlap(kept, merged)


def move(kept: User, merged: User) -> None:
    """Give `kept` the visits of `merged`, which `hold` has locked in this transaction.

    Who booked a visit, sent a file or moved it stays written as it was. Raises OverlappingVisits.
    """
    visits = list(Appointment.objects.filter(patient=merged).select_related("doctor").order_by("pk"))
    try:
        with transaction.atomic():
            CalendarCell.objects.filter(calendar=merged.pk).update(calendar=kept.pk)
    except IntegrityError as error:  # booked in this very moment
        raise OverlappingVisits from error
    Referral.objects.filter(patient=merged).update(patient=kept)
    for visit in visits:
        visit.patient = kept
        if visit.conversation_id is not None:
            visit.conversation = conversations.between(kept, visit.doctor)
        visit.save(update_fields=["patient", "conversation", "updated_at"])
        if visit.status in UPCOMING:
            events.appointment_changed(visit)
    waiting.hand_over(merged, to=kept)


def _refuse_overlap(kept: User, merged: User) -> None:
    taken = CalendarCell.objects.filter(calendar=kept.pk)
    double = (
        CalendarCell.objects.filter(calendar=merged.pk, cell__in=list(taken.values_list("cell", flat=True)))
        .select_related("appointment")
        .order_by("cell")
        .first()
    )
    if double is None:
        return
    other = taken.select_related("appointment").get(cell=double.cell).appointment
    assert other, "offers to the waiting list keep the time of doctors, not of patients"
    assert double.appointment
    raise OverlappingVisits(
        _(
            "Both accounts have a visit at the same time: one on %(one)s, one on %(other)s. "
            "Move or cancel one of them first."
        )
        % {"one": spoken_time(other), "other": spoken_time(double.appointment)}
    )
