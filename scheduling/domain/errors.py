"""How scheduling refuses."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import Conflict
from scheduling.models import Appointment


class SlotTaken(Conflict):
    """409: `extra["nearest"]` holds free slots around it; `extra["appointment"]` is there when the patient
    holds this very slot themselves."""

    code = "slot_taken"
    message = _("This time has just been taken. Please choose another one.")


class TooLate(Conflict):
    """409: patients may not cancel or move a confirmed visit so shortly before it."""

    code = "too_late"
    message = _("This visit is too close to be cancelled or moved here. Please call the clinic.")


class MovedMeanwhile(Conflict):
    """409: somebody else moved the visit since the caller saw it; `extra` says where it is now."""

    code = "moved_meanwhile"

    @classmethod
    def of(cls, appointment: Appointment) -> "MovedMeanwhile":
        when = timezone.localtime(appointment.starts_at, timezone.get_default_timezone())
        return cls(
            _("Somebody else has just moved this visit: it is now on %(time)s with %(doctor)s.")
            % {"time": date_format(when, "DATETIME_FORMAT"), "doctor": appointment.doctor.name},
            extra={
                "starts_at": when.isoformat(),
                "ends_at": timezone.localtime(appointment.ends_at, when.tzinfo).isoformat(),
                "doctor": str(appointment.doctor_id),
                "sequence": appointment.sequence,
            },
        )


class TooManyHolds(Conflict):
    """409: the patient already holds as many unpaid slots as one may."""

    code = "too_many_holds"
    message = _("You hold several unpaid appointments. Pay or cancel one of them before booking another.")


class AlreadyAsked(Conflict):
    """409: this scan waits to be booked for the patient already; `extra["referral"]` is that one."""

    code = "already_asked"
    message = _("This scan has been asked for already and waits to be booked.")


class OverlappingVisits(Conflict):
    """409: two accounts of a patient can't become one while their visits overlap."""

    code = "overlapping_visits"
    message = _("Both accounts have a visit at the same time. Move or cancel one of them first.")


class AlreadyWaiting(Conflict):
    """409: the patient stands in this line already."""

    code = "already_waiting"
    message = _("You wait for this already. Leave that place in line first if you want other days.")


class OfferOver(Conflict):
    """409: the offered time was not answered in time, or was passed on."""

    code = "offer_over"
    message = _("This offer is over; the time went to the next person. You keep your place in line.")


class AlreadyCalled(Conflict):
    """409: someone has been called and is not in yet."""

    code = "already_called"
    message = _(
        "Someone has been called already. Start their visit, or take the call back, before the next one."
    )


class NobodyWaits(Conflict):
    """409: nobody who is here waits to be called."""

    code = "nobody_waits"
    message = _("Nobody is waiting. Check patients in as they arrive.")
