"""Choices and the appointment's status machine."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

# Calendars are claimed in cells of this length; every appointment starts and ends on a cell's edge.
CELL_MINUTES = 5
MAX_SLOT_RANGE_DAYS = 31
NOON, EVENING_BEGINS = 12, 17


class ServiceKind(models.TextChoices):
    CONSULTATION = "consultation", _("Consultation")
    IMAGING = "imaging", _("Imaging")


class Weekday(models.IntegerChoices):
    """As date.weekday() counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class AppointmentStatus(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
    PENDING_CONFIRMATION = "pending_confirmation", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    CHECKED_IN = "checked_in", _("Checked in")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    NO_SHOW = "no_show", _("Did not come")


_S = AppointmentStatus

APPOINTMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    _S.PENDING_PAYMENT: frozenset({_S.PENDING_CONFIRMATION, _S.CANCELLED, _S.DECLINED, _S.EXPIRED}),
    # Back to pending_payment: the payment was rejected and may be submitted again while the new hold lasts.
    _S.PENDING_CONFIRMATION: frozenset({_S.CONFIRMED, _S.PENDING_PAYMENT, _S.CANCELLED, _S.DECLINED}),
    _S.CONFIRMED: frozenset({_S.CHECKED_IN, _S.IN_PROGRESS, _S.CANCELLED, _S.DECLINED, _S.NO_SHOW}),
    # Back to confirmed: checked in by mistake.
    _S.CHECKED_IN: frozenset({_S.IN_PROGRESS, _S.CONFIRMED, _S.CANCELLED, _S.NO_SHOW}),
    # Back to checked in: begun by mistake.
    _S.IN_PROGRESS: frozenset({_S.COMPLETED, _S.CHECKED_IN}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
    # They came after all.
    _S.NO_SHOW: frozenset({_S.CHECKED_IN}),
}

# These occupy the calendars of doctor and patient.
OCCUPYING = frozenset(
    {
        _S.PENDING_PAYMENT,
        _S.PENDING_CONFIRMATION,
        _S.CONFIRMED,
        _S.CHECKED_IN,
        _S.IN_PROGRESS,
        _S.COMPLETED,
        _S.NO_SHOW,
    }
)
# Still ahead or under way: may be cancelled or moved.
OPEN = frozenset({_S.PENDING_PAYMENT, _S.PENDING_CONFIRMATION, _S.CONFIRMED, _S.CHECKED_IN})
UPCOMING = OPEN | {_S.IN_PROGRESS}
# In the queue of their day.
QUEUED = frozenset({_S.CONFIRMED, _S.CHECKED_IN, _S.IN_PROGRESS})


class DirectoryOrder(models.TextChoices):
    """How the directory lists doctors."""

    SOONEST = "soonest", _("Free soonest")
    FEE = "fee", _("Lowest fee")
    RATING = "rating", _("Best rated")
    NAME = "name", _("Name")


class FreeWithin(models.TextChoices):
    TODAY = "today", _("Today")
    TOMORROW = "tomorrow", _("By tomorrow")
    WEEK = "week", _("Within 7 days")


class PartOfDay(models.TextChoices):
    MORNING = "morning", _("Morning")
    AFTERNOON = "afternoon", _("Afternoon")
    EVENING = "evening", _("Evening")

    @classmethod
    def of(cls, local: datetime) -> "PartOfDay":
        """In which part a moment of the clinic's clock lies."""
        if local.hour < NOON:
            return cls.MORNING
        return cls.AFTERNOON if local.hour < EVENING_BEGINS else cls.EVENING


class ResourceKind(models.TextChoices):
    ROOM = "room", _("Room")
    EQUIPMENT = "equipment", _("Equipment")


class ReferralPriority(models.TextChoices):
    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")


class ReferralStatus(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    BOOKED = "booked", _("Booked")
    PERFORMED = "performed", _("Scan done")
    REPORTED = "reported", _("Report ready")
    CANCELLED = "cancelled", _("Withdrawn")


_R = ReferralStatus

REFERRAL_TRANSITIONS: dict[str, frozenset[str]] = {
    _R.REQUESTED: frozenset({_R.BOOKED, _R.CANCELLED}),
    # Back to requested: the booked scan was called off or missed.
    _R.BOOKED: frozenset({_R.REQUESTED, _R.PERFORMED, _R.CANCELLED}),
    _R.PERFORMED: frozenset({_R.REPORTED}),
    _R.REPORTED: frozenset(),
    _R.CANCELLED: frozenset(),
}


class WaitingStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("A time is offered")
    BOOKED = "booked", _("Booked")
    LEFT = "left", _("Left the list")
    OVER = "over", _("The days have passed")


class OfferStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("Taken")
    PASSED = "passed", _("Not wanted")
    LAPSED = "lapsed", _("Not answered")


class DisruptionStatus(models.TextChoices):
    DECIDED = "decided", _("Can still be undone")
    UNDONE = "undone", _("Undone")
    DONE = "done", _("Carried out")


class DisruptionAction(models.TextChoices):
    MOVE = "move", _("Move to another time")
    ASK = "ask", _("Ask the patient to choose")
    CANCEL = "cancel", _("Cancel and refund")
