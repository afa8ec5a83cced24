"""Money taken at the desk, and credit used for a payment. Every door locks the appointment, the payment and then the
cashier's shift."""

from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import events, rules
from billing.enums import AttemptOutcome, CreditReason, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core import money
from clinic.core.errors import Conflict, InvalidTransition, NotAllowed

from . import amounts, attempts, credit, reviewing, settling, shifts
from .payments import AlreadyConfirmed, HoldExpired, locked_with_appointment
from .references import normal_bank_reference, shown_bank_reference

# What the desk takes, and whose references each method's are unless the cashier names another scheme.
SCHEMES: dict[str, str] = {
    PaymentMethod.CASH: "cash",
    PaymentMethod.CARD: "card",
    PaymentMethod.BANK_TRANSFER: "bank",
    PaymentMethod.MOBILE_MONEY: "mobile",
}
# Nobody at the desk sees this money come: from settings.SECOND_APPROVAL_FROM on another person has to agree.
_UNSEEN = frozenset({PaymentMethod.BANK_TRANSFER, PaymentMethod.MOBILE_MONEY})
CLIENT_ID_MAX = 64
SCHEME_MAX = 24


class BeingChecked(Conflict):
    """409: a transfer for this payment waits in the queue; who takes money besides would take it twice."""

    code = "being_checked"


class TakenAlready(Conflict):
    """409: this form was sent before with other contents; that money stands."""

    code = "taken_already"


def client_id(payment: Payment) -> str:
    """Names the state of the payment that a page shows. Sent again from there, by a double click or a second tab of the
    same cashier, it is the same money; after each part that was accepted, or taken here, the page has another one."""
    taken = Q(outcome=AttemptOutcome.ACCEPTED) | ~Q(client_id="")
    return f"desk-{payment.pk.hex}-{Attempt.objects.filter(taken, payment=payment).count()}"


@transaction.atomic
def receive(
    payment_id: UUID | str,
    *,
    method: str,
    amount: Decimal,
    actor: User,
    scheme: str = "",
    bank_reference: str = "",
    client_id: str,
) -> Attempt:
    """`actor` has taken `amount` at the desk; what is more than outstanding becomes credit of the patient. Where two
    people have to agree, this is the first one's word, and the attempt waits in the queue for another's. The same
    `client_id` again returns the attempt of the first time.

    Raises NotAllowed, Invalid (`method`, `amount`, `bank_reference`, `client_id`), NoShift (cash), BeingChecked,
    TakenAlready, DuplicateReference, InvalidTransition for a payment that was called off, Payment.DoesNotExist.
    """
    shifts.check_may_use_desk(actor)
    if method not in SCHEMES:
        raise amounts.refused("method", _("Choose how the money was given."))
    if not 0 < len(client_id) <= CLIENT_ID_MAX or len(scheme) > SCHEME_MAX or "\x00" in client_id + scheme:
        raise amounts.refused("client_id", _("Please load this page again."))
    is_cash = method == PaymentMethod.CASH
    key = "" if is_cash else normal_bank_reference(bank_reference)
    payment = locked_with_appointment(payment_id)
    amount = amounts.checked(amount, payment.currency)
    earlier = Attempt.objects.filter(submitted_by=actor, client_id=client_id).first()
    if earlier is not None:
        return _same(earlier, payment, method, amount, key)
    check_takes_money(payment)
    shift = shifts.for_cash(actor) if is_cash else shifts.locked(actor)
    attempt = Attempt(
        payment=payment,
        method=method,
        scheme=scheme or SCHEMES[method],
        bank_reference="" if is_cash else shown_bank_reference(bank_reference, key),
        reference_key=key,
        submitted_by=actor,
        client_id=client_id,
        shift=shift,
    )
    if reviewing.needs_second(payment, amount) and (method in _UNSEEN or _was_sent(key)):
        attempts.store(attempt)
        reviewing.queue(payment, actor=actor)
        reviewing.approve(payment, attempt, amount, actor=actor)
        events.payment_changed(payment)
    else:
        settling.accept(payment, attempt, amount, actor=actor)
    return attempt


def _was_sent(key: str) -> bool:
    """Whether an attempt with this reference was refused: whoever refused it can't take it at the desk alone, as a
    card's say."""
    return bool(key) and Attempt.objects.filter(reference_key=key).exists()


@transaction.atomic
def use_credit(payment_id: UUID | str, *, actor: User) -> Attempt:
    """As much of the patient's credit as is outstanding pays for it. By the patient, or by management at the desk.

    Raises NotAllowed, Invalid (no credit), AlreadyConfirmed, BeingChecked, HoldExpired, InvalidTransition, Conflict
    (the credit was used elsewhere in this moment), Payment.DoesNotExist.
    """
    payment = locked_with_appointment(payment_id)
    if not rules.can_use_credit(actor, payment):
        raise NotAllowed(_("Only the patient and the clinic's management use the patient's credit."))
    if payment.status == PaymentStatus.CONFIRMED:
        raise AlreadyConfirmed(_("This is paid already."))
    check_takes_money(payment)
    if payment.has_lapsed:
        raise HoldExpired(_("The time to pay is over and the slot is free again. Please book a new time."))
    patient_id = payment.appointment.patient_id
    amount = min(payment.outstanding, credit.available(patient_id, payment.currency))
    if amount <= 0:
        raise Conflict(_("There is no credit left to use."))
    attempt = Attempt(
        payment=payment,
        method=PaymentMethod.CREDIT,
        scheme="credit",
        submitted_by=actor,
        outcome=AttemptOutcome.ACCEPTED,
        amount=amount,
        decided_by=actor,
        decided_at=timezone.now(),
    )
    attempts.store(attempt)
    try:
        credit.add(
            patient_id,
            -amount,
            currency=payment.currency,
            reason=CreditReason.USED,
            actor=actor,
            payment=payment,
            attempt=attempt,
        )
    except IntegrityError as error:
        raise Conflict(
            _("The credit was used for something else in this moment. Please look again.")
        ) from error
    settling.accept(payment, attempt, amount, actor=actor)
    return attempt


def check_takes_money(payment: Payment) -> None:
    """A paid one does: what is too much becomes credit, since two cashiers may have taken the rest at once.

    Raises BeingChecked and InvalidTransition.
    """
    pending = Attempt.objects.filter(payment=payment, outcome=AttemptOutcome.PENDING).first()
    if pending is not None:
        raise BeingChecked(
            _(
                "A transfer for this payment is being checked (bank reference %(reference)s). Confirm or reject it "
                "first; then take what is still to pay."
            )
            % {"reference": pending.bank_reference}
        )
    open_statuses = (PaymentStatus.DUE, PaymentStatus.REJECTED, PaymentStatus.CONFIRMED)
    if payment.status not in open_statuses or payment.appointment.status in settling.CALLED_OFF:
        raise InvalidTransition(
            _(
                "This visit was called off or its time to pay is over. Take no money for it: book a new time first."
            )
        )


def _same(earlier: Attempt, payment: Payment, method: str, amount: Decimal, key: str) -> Attempt:
    told = (earlier.payment_id, earlier.method, earlier.amount, earlier.reference_key)
    if told != (payment.pk, method, amount, key):
        raise TakenAlready(
            _(
                "From this page you took %(amount)s before (%(method)s). That stands; look at what is still to pay, "
                "and send again."
            )
            % {
                "amount": money.shown(earlier.amount or Decimal(0), payment.currency),
                "method": PaymentMethod(earlier.method).label,
            }
        )
    return earlier
