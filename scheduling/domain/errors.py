"""How scheduling refuses."""

from django.utils.translation import gettext_lazy as _

from clinic.core.errors import Conflict


class SlotTaken(Conflict):
    """409: `extra["nearest"]` holds free slots around it; `extra["appointment"]` is there when the patient
    holds this very slot themselves."""

    code = "slot_taken"
    message = _("This time has just been taken. Please choose another one.")


class TooLate(Conflict):
    """409: patients may not cancel or move a confirmed visit so shortly before it."""

    code = "too_late"
    message = _("This visit is too close to be cancelled or moved here. Please call the clinic.")


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
