"""Feedback on a visit: given by its patient, published or hidden by management."""

import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.domain import ratings
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from records import rules
from records.enums import COMMENT_MAX_LENGTH, FeedbackStatus
from records.models import Feedback
from scheduling.models import Appointment

OPTIONAL_RATINGS = ("staff", "facility", "clarity")
REASON_MAX_LENGTH = 500
_JOINERS = "\u200c\u200d"
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class NotOver(Conflict):
    """409: there is nothing to say about a visit before it is completed."""

    code = "not_completed"


def give(appointment_id: UUID, *, author: User, answers: Mapping[str, Any]) -> Feedback:
    """Store what the patient says: `overall` 1 to 5, `recommend`, and as they like `staff`, `facility`, `clarity`
    and `comment`. Giving it again changes the stored one until management has decided.

    Raises NotAllowed for anyone but the visit's patient, NotOver before the visit is completed, Invalid (fields)
    and InvalidTransition once it is decided.
    """
    with transaction.atomic():
        try:
            appointment = lock(Appointment, appointment_id)
        except Appointment.DoesNotExist:
            raise NotAllowed from None
        if not rules.is_feedback_theirs(author, appointment):
            raise NotAllowed(_("Only the patient of a visit says how it was."))
        if not rules.can_give_feedback(author, appointment):
            raise NotOver(_("You can say how it was once the visit is completed."))
        clean = _clean(answers)
        # Whoever holds the appointment's row makes its feedback: a double click makes one.
        feedback = Feedback.objects.select_for_update().filter(appointment=appointment).first()
        if feedback is None:
            feedback = Feedback.objects.create(appointment=appointment, **clean)
            record_start(feedback, actor=author)
            return feedback
        if feedback.status != FeedbackStatus.PENDING:
            raise InvalidTransition(
                _("Your feedback has been read by the clinic and does not change any more.")
            )
        for name, value in clean.items():
            setattr(feedback, name, value)
        feedback.save(update_fields=[*clean, "updated_at"])
    return feedback


def publish(feedback_id: UUID, *, actor: User) -> Feedback:
    """Let everybody read it, and count its rating. Raises NotAllowed and InvalidTransition."""
    return _decide(feedback_id, FeedbackStatus.PUBLISHED, actor=actor)


def hide(feedback_id: UUID, *, reason: str, actor: User) -> Feedback:
    """Keep it from the public and from the rating; the row stays. `reason` is for the clinic's own file.

    Raises NotAllowed, Invalid without a reason, InvalidTransition.
    """
    reason = _clean_text(reason, "reason", REASON_MAX_LENGTH)
    if not reason:
        raise Invalid(fields={"reason": [_("Say why it is hidden.")]})
    return _decide(feedback_id, FeedbackStatus.HIDDEN, actor=actor, reason=reason)


def _decide(feedback_id: UUID, to: str, *, actor: User, reason: str = "") -> Feedback:
    if not rules.can_moderate(actor):
        raise NotAllowed(_("Only management decides what is published."))
    with transaction.atomic():
        try:
            feedback = lock(Feedback, feedback_id)
        except Feedback.DoesNotExist:
            raise NotAllowed from None
        change_status(feedback, to, actor=actor, reason=reason, moderated_by=actor)
        doctor_id = feedback.appointment.doctor_id
        ratings.refresh(doctor_id, lambda: _tally(doctor_id))
    return feedback


def _tally(doctor_id: UUID) -> ratings.Tally:
    published = Feedback.objects.filter(appointment__doctor=doctor_id, status=FeedbackStatus.PUBLISHED)
    figures = published.order_by().aggregate(total=Sum("overall"), count=Count("pk"))
    return figures["total"] or 0, figures["count"]


def _clean(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What can be stored. Raises Invalid with every field that is wrong."""
    wrong: dict[str, list[str]] = {}
    clean: dict[str, Any] = {}
    for name in ("overall", *OPTIONAL_RATINGS):
        value = answers.get(name)
        if value is None and name in OPTIONAL_RATINGS:
            clean[name] = None
        elif isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5:
            clean[name] = value
        else:
            wrong[name] = [_("Choose 1 to 5 stars.")]
    if isinstance(answers.get("recommend"), bool):
        clean["recommend"] = answers["recommend"]
    else:
        wrong["recommend"] = [_("Choose yes or no.")]
    try:
        clean["comment"] = _clean_text(answers.get("comment") or "", "comment", COMMENT_MAX_LENGTH)
    except Invalid as error:
        wrong |= error.fields
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    return clean


def _clean_text(text: object, field: str, limit: int) -> str:
    """Trimmed, with one kind of line end. Signs that hide text or turn its direction are refused: strangers read it."""
    if not isinstance(text, str):
        raise Invalid(fields={field: [_("Please write text.")]})
    text = text.replace("\r\n", "\n").replace("\t", " ").strip()
    if any(unicodedata.category(sign) in _INVISIBLE and sign not in _JOINERS + "\n" for sign in text):
        raise Invalid(fields={field: [_("Please remove the invisible or control characters.")]})
    if len(text) > limit:
        raise Invalid(fields={field: [_("At most %(limit)s characters, please.") % {"limit": limit}]})
    return text
