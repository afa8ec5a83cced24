"""Payments at an online gateway, from the patient's leaving to the gateway's word.

Money is accepted on the word of the gateway's own server (`ask`), never on what the browser brings back; where that was
brought back, signed, both have to name the amount that was asked for. Where they differ, or the gateway doesn't know, a
person decides: the attempt goes to management's queue. Who never comes back is asked about, less and less often, for a
day; then the attempt is abandoned, but a signed return still opens it again.

The gateway is asked outside of any transaction; what it said is then looked at under the locks of appointment, payment
and attempt. Each of its messages is kept once (GatewayEvent), so replays change nothing.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import events, rules
from billing.enums import AttemptOutcome, GatewaySource, PaymentMethod, PaymentStatus
from billing.models import Attempt, GatewayEvent, Payment
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus

from . import attempts, gateways, notices, payments, settling
from .gateways import Door, Forged, Gateway, Order, Said, State, Unreachable
from .references import normal_bank_reference

logger = logging.getLogger(__name__)

# The first look-up, and the least and the most between two.
FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=4)
GIVE_UP = timedelta(hours=24)
# After the patient came back: so soon, while they look at the page.
SOON = (timedelta(seconds=4), timedelta(seconds=15), timedelta(seconds=60))
SWEPT_AT_ONCE = 50

_UNDECIDED = (AttemptOutcome.STARTED, AttemptOutcome.ABANDONED)


class NotOffered(Conflict):
    """409: this gateway is not set up, or does not take this amount or currency."""

    code = "not_offered"


def offered_for(payment: Payment) -> list[Gateway]:
    """Where the patient can pay what is outstanding."""
    if not payment.can_be_submitted or payment.outstanding <= 0:
        return []
    return [one for one in gateways.offered() if one.takes(payment.outstanding, payment.currency)]


def begin(
    payment_id: UUID | str, *, gateway: str, back_url: Callable[[UUID], str], actor: User
) -> tuple[Attempt, Door]:
    """The patient leaves to pay what is outstanding at `gateway`; `back_url(attempt's id)` takes them back.

    Raises NotAllowed, NotOffered, HoldExpired, InvalidTransition (nothing to pay now), Conflict (something has arrived
    in this moment), Unreachable.
    """
    payment = Payment.objects.select_related("appointment").get(pk=payment_id)
    if not rules.can_submit(actor, payment):
        raise NotAllowed(_("Only the patient pays online."))
    _check_open(payment)
    found = gateways.named(gateway)
    if found is None or not found.takes(payment.outstanding, payment.currency):
        raise NotOffered(_("This way to pay is not offered at the moment. Please choose another one."))
    attempt = Attempt(
        payment=payment,
        method=PaymentMethod.ONLINE,
        scheme=found.name,
        asked=payment.outstanding,
        outcome=AttemptOutcome.STARTED,
        submitted_by=actor,
    )
    # Ours first: the clinic finds it in the gateway's own lists.
    own_id = f"{payment.reference}-{secrets.token_hex(5)}"
    door = found.begin(Order(own_id, payment.outstanding, back_url(attempt.pk)))
    attempt.gateway_id = door.gateway_id
    with transaction.atomic():
        payment = payments.locked_with_appointment(payment_id)
        _check_open(payment)
        if payment.outstanding != attempt.asked:
            raise Conflict
        attempts.store(attempt)
        _ask_at(timezone.now() + FIRST, attempt.pk)
    return attempt, door


def came_back(attempt_id: UUID | str, query: Mapping[str, str]) -> State | None:
    """What the patient's browser brought back from the gateway; None when nothing was said by it. The gateway is then
    asked in a moment. Raises Forged, and Attempt.DoesNotExist for no attempt at a gateway."""
    attempt = Attempt.objects.get(pk=attempt_id, method=PaymentMethod.ONLINE)
    gateway = gateways.named(attempt.scheme)
    if gateway is None:
        return None
    try:
        said = gateway.read_return(query)
        if said is not None and said.gateway_id != attempt.gateway_id:
            raise Forged
    except Forged:
        logger.warning("a return to attempt %s was not signed by %s", attempt.pk, attempt.scheme)
        raise
    if said is None:
        return None
    with transaction.atomic():
        attempt = lock(Attempt, attempt.pk)
        if _note(attempt, GatewaySource.RETURN, said) and attempt.outcome in _UNDECIDED:
            if attempt.outcome == AttemptOutcome.ABANDONED:
                _decide(attempt, AttemptOutcome.STARTED)
                _ask_at(timezone.now() + FIRST, attempt.pk)
            ask_soon(attempt.pk)
    return said.state


def ask_soon(attempt_id: UUID | str, tries: int = 0) -> None:
    """Somebody waits for the gateway's word."""
    from billing.tasks import ask_gateway_soon

    task: Any = ask_gateway_soon
    if tries:
        task = task.using(run_after=timezone.now() + SOON[tries - 1])
    task.enqueue(str(attempt_id), tries)


def watch_closely(attempt_id: UUID | str, tries: int) -> None:
    """Ask now, and, while it stays open, as often as SOON says; `watch` goes on."""
    if not ask(attempt_id) and tries < len(SOON):
        ask_soon(attempt_id, tries + 1)


def watch(attempt_id: UUID | str) -> None:
    """Ask now, and again later while it stays open: less and less often, and once when the day is over."""
    if ask(attempt_id):
        return
    attempt = Attempt.objects.get(pk=attempt_id)
    now, since = timezone.now(), _since(attempt)
    at = now + min(max(now - since, FIRST), LONGEST)
    end = since + GIVE_UP
    _ask_at(end if now < end < at else at, attempt.pk)


def make_good() -> None:
    """Attempts that should have been given up, whose own task was lost."""
    late = timezone.now() - GIVE_UP - LONGEST - FIRST
    lost = Attempt.objects.filter(outcome=AttemptOutcome.STARTED, created_at__lte=late).order_by("created_at")
    for attempt_id in lost.values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ask_soon(attempt_id, len(SOON))


def ask(attempt_id: UUID | str) -> bool:
    """Ask the gateway, and do what its word asks for. False: it is still open, or the gateway gave no answer. Never
    call this in a transaction."""
    attempt = Attempt.objects.get(pk=attempt_id)
    if attempt.outcome not in _UNDECIDED:
        return True
    gateway = gateways.named(attempt.scheme)
    assert attempt.asked is not None
    if gateway is None:
        # Switched off meanwhile: nobody can be asked, so only what was brought back counts.
        said = Said(attempt.gateway_id, State.OPEN, "not set up")
    else:
        try:
            said = gateway.look_up(attempt.gateway_id, attempt.asked)
        except Unreachable:
            return False
    with transaction.atomic():
        payment = payments.locked_with_appointment(attempt.payment_id)
        attempt = lock(Attempt, attempt.pk)
        attempt.payment = payment
        if attempt.outcome not in _UNDECIDED:
            return True
        _note(attempt, GatewaySource.LOOK_UP, said)
        return _follow(payment, attempt, said)


def _follow(payment: Payment, attempt: Attempt, said: Said) -> bool:
    """Whether nothing is open any more."""
    brought = _brought_back(attempt)
    if said.state == State.PAID:
        if {said.amount, *brought} == {attempt.asked}:
            return _accept(payment, attempt, said)
        return _leave_to_person(payment, attempt, said.reference)
    over = timezone.now() >= _since(attempt) + GIVE_UP
    if said.state != State.NOTHING and not over:
        return False
    if brought or said.state == State.UNCLEAR:
        return _leave_to_person(payment, attempt, said.reference)
    if attempt.outcome != AttemptOutcome.ABANDONED:
        _decide(attempt, AttemptOutcome.ABANDONED)
        events.payment_changed(payment)
    return True


def _accept(payment: Payment, attempt: Attempt, said: Said) -> bool:
    _take_reference(attempt, said.reference)
    assert attempt.asked is not None
    try:
        with transaction.atomic():
            settling.accept(payment, attempt, attempt.asked, actor=None)
    except attempts.DuplicateReference:
        # One transfer for two orders: nothing was changed, since the attempt is stored first.
        return _leave_to_person(payment, lock(Attempt, attempt.pk), said.reference)
    return True


def _leave_to_person(payment: Payment, attempt: Attempt, reference: str) -> bool:
    """Into management's queue. False while another attempt of this payment waits there: this one comes after it."""
    if Attempt.objects.filter(payment=payment, outcome=AttemptOutcome.PENDING).exists():
        return False
    attempt.outcome, attempt.decided_at, attempt.amount = AttemptOutcome.PENDING, None, None
    _take_reference(attempt, reference)
    try:
        attempts.store(attempt)
    except attempts.DuplicateReference:
        attempt.reference_key = ""
        attempts.store(attempt)
    now = timezone.now()
    if payment.can_become(PaymentStatus.SUBMITTED) and not payment.has_lapsed:
        if payment.appointment.status == AppointmentStatus.PENDING_PAYMENT:
            # Not for a patient whose account was closed: the hold then runs out, the money stays in the queue.
            with suppress(NotAllowed):
                progress.payment_submitted(payment.appointment_id, actor=payment.appointment.patient)
        change_status(payment, PaymentStatus.SUBMITTED, submitted_at=now)
    else:
        payment.submitted_at = now
        payment.save(update_fields=["submitted_at", "updated_at"])
    events.payment_changed(payment)
    notices.submitted(payment, attempt)
    return True


def _take_reference(attempt: Attempt, reference: str) -> None:
    attempt.bank_reference, attempt.reference_key = reference, ""
    with suppress(Invalid):
        attempt.reference_key = normal_bank_reference(reference)


def _decide(attempt: Attempt, outcome: AttemptOutcome) -> None:
    attempt.outcome = outcome
    attempt.decided_at = None if outcome == AttemptOutcome.STARTED else timezone.now()
    attempt.save(update_fields=["outcome", "decided_at", "updated_at"])


def _note(attempt: Attempt, source: GatewaySource, said: Said) -> bool:
    """Whether this is news."""
    word = "|".join((source, said.gateway_id, said.status, str(said.amount), said.reference))
    _event, is_new = GatewayEvent.objects.get_or_create(
        gateway=attempt.scheme,
        key=hashlib.sha256(word.encode()).hexdigest(),
        defaults={
            "attempt": attempt,
            "source": source,
            "status": said.status,
            "amount": said.amount,
            "reference": said.reference,
        },
    )
    return is_new


def _brought_back(attempt: Attempt) -> set[Decimal]:
    """The amounts of the signed returns that say it is paid."""
    found = GatewayEvent.objects.filter(attempt=attempt, source=GatewaySource.RETURN)
    return {event.amount for event in found if event.amount is not None}


def _since(attempt: Attempt) -> datetime:
    """Its beginning, or the last time that the patient brought something back."""
    back = (
        GatewayEvent.objects.filter(attempt=attempt, source=GatewaySource.RETURN)
        .order_by("created_at")
        .last()
    )
    return back.created_at if back else attempt.created_at


def _ask_at(at: datetime, attempt_id: UUID) -> None:
    from billing.tasks import ask_gateway

    task: Any = ask_gateway
    task.using(run_after=at).enqueue(str(attempt_id))


def _check_open(payment: Payment) -> None:
    """Raises HoldExpired and InvalidTransition."""
    if payment.can_be_submitted and payment.outstanding > 0:
        return
    if payment.has_lapsed:
        raise payments.HoldExpired(
            _("The time to pay is over and the slot is free again. Please book a new time.")
        )
    if payment.status == PaymentStatus.SUBMITTED:
        raise InvalidTransition(_("We are checking what you sent before: please wait for the answer."))
    raise InvalidTransition(_("There is nothing to pay here any more."))
