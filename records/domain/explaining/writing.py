"""A worker writes an explanation: the findings first, then, where a model is configured, its sentences one by one.

It takes the waiting row by writing its own `run` into it, and each later write asks for that `run` again. When it dies,
its last sign of life grows old, and the next one takes the row over.
"""

import logging
import secrets
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from accounts.domain.queries import care_team
from clinic.core.status import change_status, lock
from messaging.domain.notifications import notify
from records import explaining_events, explaining_rules
from records.enums import Audience, ExplanationStatus
from records.models import Explanation

from . import budget, model, people, prompt, sources
from .deidentify import Known, hidden, hidden_lines
from .facts import Found
from .sentences import Reader

logger = logging.getLogger(__name__)

_X = ExplanationStatus
# Longer than any worker is silent: reading a file and one answer of the model are bounded to less.
STALE = timedelta(minutes=3)
# After that it is finished without a model, so that nothing is tried for ever.
GIVEN_UP = timedelta(minutes=15)
TELL_SECONDS = 0.4


class Taken(Exception):
    """This run is over: another worker has the row, or it was discarded."""


def run(explanation_id: UUID | str) -> bool:
    """Write it, unless another worker does; returns whether it was written. An error leaves the row for the next one
    (watch) and is raised again, so that it stands in the task table."""
    mine = uuid4()
    free = Q(run=None) | Q(beat_at__lt=timezone.now() - STALE)
    if not _set(explanation_id, free, run=mine, beat_at=timezone.now(), sentences=[], dropped=0):
        return False
    explanation = _get(explanation_id)
    try:
        with translation.override(explanation.language):
            _write(explanation, mine)
    except Taken:
        return False
    except Exception:
        if explanation.created_at < timezone.now() - GIVEN_UP:
            _end(explanation, mine, _X.DRAFT, failure="stopped")
        raise
    return True


def watch(explanation_id: UUID | str) -> bool:
    """Take it over from a worker that died; returns whether to look again later."""
    run(explanation_id)
    return Explanation.objects.filter(pk=explanation_id, status=_X.WAITING).exists()


def _write(explanation: Explanation, mine: UUID) -> None:
    kind = sources.kind_of(explanation)
    source = kind.visible_to(explanation.asked_by).filter(pk=sources.source_of(explanation).pk).first()
    if source is None or not explaining_rules.can_ask(explanation.asked_by, explanation.patient):
        _end(explanation, mine, _X.DISCARDED)
        return
    material = kind.read(source, explanation.asked_by)
    known = people.known_of(explanation.patient)
    lines = hidden_lines(material.lines, known)
    _keep(explanation, mine, findings=[one.stored() for one in material.findings], lines=lines)
    explaining_events.explanation_changed(_get(explanation.pk))
    failure = _ask_model(explanation, mine, material.findings, lines, known)
    _end(explanation, mine, _X.DRAFT, failure=failure)


def _ask_model(
    explanation: Explanation, mine: UUID, findings: list[Found], lines: list[str], known: Known
) -> str:
    """Its sentences are stored as they come. Returns why there are none, or not all."""
    asked = model.configured()
    if asked is None:
        return "off"
    if not lines and not findings:
        return "empty"
    if explanation.created_at < timezone.now() - GIVEN_UP:
        return "stopped"
    told = [Found(one.key, one.grade, hidden(one.text, known), one.source) for one in findings]
    messages = prompt.messages(
        told,
        lines,
        audience=explanation.audience,
        language=explanation.language,
        fence=secrets.token_hex(6),
    )
    reserved = prompt.estimate(messages) + prompt.MOST_TOKENS
    day = budget.reserve(reserved)
    if day is None:
        return "budget"
    _keep(explanation, mine, model=asked.name[:80], prompt_version=prompt.VERSION)
    reader = Reader(told, lines, most=prompt.MOST_SENTENCES)
    stored: list[dict[str, Any]] = []
    failure, heard, last, was_heard = "", 0, 0.0, True
    try:
        for piece in asked.answer(messages, most_tokens=prompt.MOST_TOKENS):
            heard += len(piece.encode())
            new = [one.stored() for one in reader.take(piece)]
            stored += new
            if new or monotonic() - last > 20:
                _keep(explanation, mine, sentences=stored, dropped=reader.dropped)
            if new and monotonic() - last > TELL_SECONDS:
                last = monotonic()
                explaining_events.explanation_changed(_get(explanation.pk))
    except model.Failed as failed:
        failure, was_heard = failed.code, failed.was_heard
    finally:
        # Without the server's own figure: what was sent and what came, rather too many.
        guess = prompt.estimate(messages) + heard // 3 if was_heard else 0
        used = asked.used if asked.used is not None else guess
        budget.settle(day, reserved=reserved, used=used)
    stored += [one.stored() for one in reader.end(is_whole=not failure)]
    _keep(explanation, mine, sentences=stored, dropped=reader.dropped, tokens=max(used, 0))
    return failure or ("" if stored or not reader.dropped else "unreadable")


@transaction.atomic
def _end(explanation: Explanation, mine: UUID, status: str, *, failure: str = "") -> None:
    locked = lock(Explanation, explanation.pk)
    if locked.run != mine or locked.status != _X.WAITING:
        raise Taken
    change_status(locked, status, failure=failure)
    explaining_events.explanation_changed(locked)
    if status == _X.DRAFT and locked.audience == Audience.PATIENT and locked.asked_by_id == locked.patient_id:
        _tell_doctors(locked)


def _tell_doctors(draft: Explanation) -> None:
    """The patient waits for a doctor to read it: who wrote what is explained, else the care team."""
    team = [link.doctor for link in care_team(draft.patient)]
    teller = sources.kind_of(draft).teller(sources.source_of(draft))
    told = [doctor for doctor in team if doctor.pk == teller] or team
    for doctor in told:
        notify(
            doctor,
            occasion="explanation.to_read",
            url=reverse("explanation", args=[draft.pk]),
            key=f"explanation:{draft.pk}:to-read",
        )


def _keep(explanation: Explanation, mine: UUID, **fields: Any) -> None:
    if not _set(explanation.pk, Q(run=mine), beat_at=timezone.now(), **fields):
        raise Taken


def _set(explanation_id: UUID | str, condition: Q, **fields: Any) -> bool:
    """Write these fields if it still waits (in this run); returns whether it did."""
    found = Explanation.objects.filter(condition, pk=explanation_id, status=_X.WAITING)
    return bool(found.update(**fields, updated_at=timezone.now()))


def _get(explanation_id: UUID | str) -> Explanation:
    return Explanation.objects.select_related(
        "asked_by", "patient__patient_profile", "prescription", "lab_report", "imaging_report", "document"
    ).get(pk=explanation_id)
