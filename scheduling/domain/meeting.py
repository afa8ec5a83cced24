"""What a confirmed visit opens between doctor and patient: the care link, their conversation, the call."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.domain import care
from accounts.enums import Mode
from accounts.models import User
from clinic.core.errors import Conflict
from clinic.core.wording import Words
from messaging.domain import calls, conversations, messages
from messaging.models import Call, Conversation
from scheduling.models import Appointment

from .telling import spoken_time

CALL_CLOSES_AFTER = timedelta(minutes=60)


def open_for(appointment: Appointment) -> dict[str, Any]:
    """Put the doctor on the care team, and return the fields `conversation` and (video) `call` to store."""
    doctor, patient = appointment.doctor, appointment.patient
    care.link(patient, doctor)
    conversation = conversations.between(doctor, patient)
    fields: dict[str, Any] = {"conversation": conversation}
    if appointment.mode == Mode.VIDEO:
        fields["call"] = _schedule_call(appointment, conversation)
    messages.post_system(conversation, lambda: _confirmed_text(appointment))
    return fields


def move(appointment: Appointment, *, actor: User) -> dict[str, Any]:
    """Move the call's window along with the visit and say so; returns the fields to store, if any change.

    A call that had begun already is ended and a new one scheduled.
    """
    fields: dict[str, Any] = {}
    if appointment.call_id:
        opens_at, closes_at = _window(appointment)
        try:
            calls.reschedule(appointment.call_id, opens_at=opens_at, closes_at=closes_at)
        except Conflict:
            calls.end(appointment.call_id, actor=actor, reason="moved")
            assert appointment.conversation
            fields["call"] = _schedule_call(appointment, appointment.conversation)
    _say(appointment, lambda: _("The visit was moved to %(time)s.") % {"time": spoken_time(appointment)})
    return fields


def hand_over(appointment: Appointment, *, actor: User) -> dict[str, Any]:
    """Another doctor has the visit now, `appointment.doctor`: they get what a confirmed visit opens, and what the
    doctor before had of it is closed; returns the fields to store, none when nothing was open yet."""
    if appointment.conversation is None:
        return {}
    _say(
        appointment,
        lambda: (
            _("The visit is now with %(doctor)s, on %(time)s.")
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment)}
        ),
    )
    if appointment.call_id:
        calls.end(appointment.call_id, actor=actor, reason="moved")
    return open_for(appointment)


def call_off(appointment: Appointment, *, actor: User | None) -> None:
    """The visit will not take place."""
    close(appointment, actor=actor)
    _say(appointment, lambda: _("The visit on %(time)s was cancelled.") % {"time": spoken_time(appointment)})


def close(appointment: Appointment, *, actor: User | None) -> None:
    """Nobody can join any more."""
    if appointment.call_id:
        calls.end(appointment.call_id, actor=actor, reason=str(appointment.status))


def _confirmed_text(appointment: Appointment) -> str:
    if appointment.mode == Mode.VIDEO:
        text = _(
            "The video visit on %(time)s is confirmed. Join from the appointment's page; it opens shortly before."
        )
    else:
        text = _("The visit on %(time)s at the clinic is confirmed.")
    return text % {"time": spoken_time(appointment)}


def _say(appointment: Appointment, text: Words) -> None:
    if appointment.conversation:
        messages.post_system(appointment.conversation, text)


def _schedule_call(appointment: Appointment, conversation: Conversation) -> Call:
    opens_at, closes_at = _window(appointment)
    return calls.schedule(
        conversation, host=appointment.doctor, opens_at=opens_at, closes_at=closes_at, media="video"
    )


def _window(appointment: Appointment) -> tuple[datetime, datetime]:
    before = timedelta(minutes=settings.CALL_OPENS_MINUTES_BEFORE)
    return appointment.starts_at - before, appointment.ends_at + CALL_CLOSES_AFTER
