"""Explanations: asked for, written by a worker (writing.py), released or discarded by a doctor."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from messaging.domain import notifications
from records import explaining_events, explaining_rules
from records.enums import Audience, ExplanationStatus
from records.models import Explanation

from . import sources
from .sources import Kind

_X = ExplanationStatus
AN_HOUR = 12
OPEN = (_X.WAITING, _X.DRAFT)


@transaction.atomic
def ask(kind: Kind, source: Any, *, actor: User, audience: str, language: str) -> Explanation:
    """Have it explained. Asking again while one like it waits or is a draft gives that one. `source`: a row of
    `kind.visible_to(actor)`. Raises NotAllowed, Invalid for words that are none, Conflict when somebody asked for very
    many within the hour."""
    from records.tasks import watch_explanation, write_explanation

    if audience not in Audience.values or language not in dict(settings.LANGUAGES):
        raise Invalid(_("Please choose for whom it is to be explained."))
    if not explaining_rules.can_ask_for(actor, source.patient, audience):
        raise NotAllowed
    # Two tabs that ask at once end in the same one.
    patient = lock(User, source.patient_id)
    alike = Explanation.objects.filter(
        **{kind.name: source}, audience=audience, language=language, status__in=OPEN
    )
    if found := alike.order_by("-created_at").first():
        return found
    if _asked_lately(actor) >= AN_HOUR:
        raise Conflict(_("You have asked for many explanations just now. Please try again in an hour."))
    made = Explanation.objects.create(
        **{kind.name: source}, patient=patient, audience=audience, language=language, asked_by=actor
    )
    record_start(made, actor=actor)
    trail.record(ActivityVerb.EXPLANATION_ASKED, actor=actor, target=made, patient=patient.pk)
    write_explanation.using(priority=-10).enqueue(str(made.pk))
    watch_explanation.using(run_after=timezone.now() + timedelta(minutes=3)).enqueue(str(made.pk))
    return made


@transaction.atomic
def release(explanation_id: UUID, *, actor: User) -> Explanation:
    """Let the patient read it, and tell them. Raises NotAllowed; InvalidTransition when it is no draft (any more);
    Conflict when the patient may not read what it explains, or that has changed since."""
    explanation = _locked(explanation_id)
    if not explaining_rules.can_release(actor, explanation):
        if explaining_rules.can_ask(actor, explanation.patient) and actor.is_doctor:
            raise InvalidTransition(extra={"status": str(explanation.status)})
        raise NotAllowed
    kind, source = sources.kind_of(explanation), sources.source_of(explanation)
    if not kind.is_released(source):
        raise Conflict(_("The patient can't see what this explains yet. Release that first."))
    if kind.is_outdated(explanation):
        raise Conflict(_("What this explains has changed since. Discard it and have it explained anew."))
    change_status(explanation, _X.RELEASED, actor=actor, released_by=actor, released_at=timezone.now())
    trail.record(
        ActivityVerb.EXPLANATION_RELEASED, actor=actor, target=explanation, patient=explanation.patient_id
    )
    notifications.notify(
        explanation.patient,
        occasion="explanation.released",
        url=reverse("explanation", args=[explanation.pk]),
        key=f"explanation:{explanation.pk}:released",
    )
    explaining_events.explanation_changed(explanation)
    return explanation


@transaction.atomic
def discard(explanation_id: UUID, *, actor: User) -> Explanation:
    """Take it away, also from the patient who could read it. Raises NotAllowed, InvalidTransition when it is gone."""
    explanation = _locked(explanation_id)
    if not explaining_rules.can_discard(actor, explanation):
        if explanation.status == _X.DISCARDED and explaining_rules.can_ask(actor, explanation.patient):
            raise InvalidTransition(extra={"status": str(explanation.status)})
        raise NotAllowed
    change_status(explanation, _X.DISCARDED, actor=actor)
    trail.record(
        ActivityVerb.EXPLANATION_DISCARDED, actor=actor, target=explanation, patient=explanation.patient_id
    )
    explaining_events.explanation_changed(explanation)
    return explanation


def _asked_lately(actor: User) -> int:
    since = timezone.now() - timedelta(hours=1)
    return Explanation.objects.filter(asked_by=actor, created_at__gt=since).count()


def _locked(explanation_id: UUID) -> Explanation:
    try:
        return lock(Explanation, explanation_id)
    except Explanation.DoesNotExist:
        raise NotAllowed from None
