"""Choices and transitions of conversations and calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MESSAGE_MAX_LENGTH = 4000
# A message may be edited or deleted by its sender this long.
CHANGE_MINUTES = 10
MAX_PEERS = 4
RESUME_SECONDS = 30
RING_SECONDS = 45
# Peers in a call are seen alive this often; one not seen for three beats sits in a process that died.
HEARTBEAT_SECONDS = 10
# A call nobody ends (both browsers crashed) is closed after this; a scheduled one at its `closes_at`.
LONGEST_CALL_HOURS = 4


class MessageKind(models.TextChoices):
    TEXT = "text", _("Text")
    FILE = "file", _("File")
    SYSTEM = "system", _("System")
    CALL = "call", _("Call")


class CallMedia(models.TextChoices):
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")


class CallStatus(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    RINGING = "ringing", _("Ringing")
    ACTIVE = "active", _("In progress")
    ENDED = "ended", _("Ended")
    DECLINED = "declined", _("Declined")
    MISSED = "missed", _("Missed")


CALL_TRANSITIONS: dict[str, frozenset[str]] = {
    CallStatus.SCHEDULED: frozenset({CallStatus.ACTIVE, CallStatus.ENDED}),
    CallStatus.RINGING: frozenset(
        {CallStatus.ACTIVE, CallStatus.DECLINED, CallStatus.MISSED, CallStatus.ENDED}
    ),
    CallStatus.ACTIVE: frozenset({CallStatus.ENDED}),
    CallStatus.ENDED: frozenset(),
    CallStatus.DECLINED: frozenset(),
    CallStatus.MISSED: frozenset(),
}


class PeerStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ADMITTED = "admitted", _("Admitted")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed")


class NotificationKind(models.TextChoices):
    APPOINTMENT = "appointment", _("Appointment")
    PAYMENT = "payment", _("Payment")
    MESSAGE = "message", _("Message")
    REMINDER = "reminder", _("Reminder")
    RECORD = "record", _("Medical record")
    MEDICINE = "medicine", _("Time for a medicine")
    PRIVACY = "privacy", _("Privacy")


class GuestPart(models.TextChoices):
    """Who a third person in a call is."""

    INTERPRETER = "interpreter", _("Interpreter")
    RELATIVE = "relative", _("Relative")
    CLINICIAN = "clinician", _("Second doctor")
    OTHER = "other", _("Someone else")


class Channel(models.TextChoices):
    """The ways a notification leaves the portal; inside it every one is shown."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Push")


class DeliveryStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, tried again later")
    GIVEN_UP = "given_up", _("Given up")
    SKIPPED = "skipped", _("Not sent")


_D = DeliveryStatus

DELIVERY_TRANSITIONS: dict[str, frozenset[str]] = {
    _D.QUEUED: frozenset({_D.SENDING, _D.SKIPPED}),
    # A process that died while sending: whether it left is not known, so it is given up, never doubled.
    _D.SENDING: frozenset({_D.SENT, _D.FAILED, _D.GIVEN_UP}),
    _D.FAILED: frozenset({_D.SENDING, _D.GIVEN_UP, _D.SKIPPED}),
    # Sent again by hand.
    _D.GIVEN_UP: frozenset({_D.QUEUED}),
    _D.SENT: frozenset(),
    _D.SKIPPED: frozenset(),
}
