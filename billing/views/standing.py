"""Where a payment stands, in the words of the page that shows it to its patient."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain import codes
from billing.enums import AttemptOutcome, PaymentKind, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core import money

_REFUSED = (AttemptOutcome.REJECTED, AttemptOutcome.ASKED_AGAIN)
# Visits to a gateway that came to nothing say nothing to anybody.
_UNTOLD = (AttemptOutcome.STARTED, AttemptOutcome.ABANDONED)


@dataclass(frozen=True)
class Step:
    label: str
    # done, current or to_come
    state: str


def of(payment: Payment, state: str) -> dict[str, Any]:
    """For the templates of `payment` in `state` (its status, or expired when its hold is over). From the prefetched
    attempts."""
    attempts = sorted(payment.attempts.all(), key=lambda attempt: attempt.created_at, reverse=True)  # type: ignore[attr-defined]
    refused = next((attempt for attempt in attempts if attempt.outcome in _REFUSED), None)
    return {
        "what_for": _what_for(payment),
        "steps": _steps(state),
        "price": _price(payment),
        "to_pay": payment.outstanding_shown,
        "received": payment.received_shown if payment.received else "",
        "refund_owed": _shown(payment, payment.refund_owed) if payment.refund_owed else "",
        "refused": refused if state == PaymentStatus.REJECTED else None,
        "asked_again": bool(refused and refused.outcome == AttemptOutcome.ASKED_AGAIN),
        "tries": [_try(payment, attempt) for attempt in attempts if attempt.outcome not in _UNTOLD],
        "starts_later": payment.appointment.starts_at > timezone.now(),
        "qr_label": qr_label(payment),
        "app_link": codes.app_link(payment.qr_payload),
        # Letter by letter, for ears.
        "spelled_reference": " ".join(payment.reference),
    }


def qr_label(payment: Payment) -> str:
    """What the code says, for those who don't see it."""
    return _("QR code to pay %(amount)s to %(clinic)s, reference %(reference)s") % {
        "amount": payment.outstanding_shown,
        "clinic": settings.CLINIC_NAME,
        "reference": payment.reference,
    }


def _what_for(payment: Payment) -> str:
    """Empty for the visit itself, which the page names anyway."""
    if payment.kind == PaymentKind.SHORTFALL:
        return _("This is what your medical aid did not pay for this visit.")
    return ""


def _steps(state: str) -> list[Step]:
    labels = [_("You pay"), _("We check"), _("Paid")]
    at = {
        PaymentStatus.DUE: 0,
        PaymentStatus.REJECTED: 0,
        PaymentStatus.SUBMITTED: 1,
        PaymentStatus.CONFIRMED: 3,
    }.get(PaymentStatus(state))
    if at is None:
        return []
    states = ["done"] * at + ["current"] + ["to_come"] * 3
    return [Step(label, step_state) for label, step_state in zip(labels, states, strict=False)]


def _price(payment: Payment) -> list[tuple[str, str]]:
    """How the amount came about: the parts of the quote it was raised from. Empty without medical aid."""
    if payment.kind != PaymentKind.CHARGE or not payment.covered:
        return []
    parts = [
        (_("Price of the visit"), payment.amount + payment.covered),
        (_("Your medical aid pays"), payment.covered),
        (_("Your co-payment"), payment.co_payment),
        (_("Not covered"), payment.shortfall),
    ]
    return [(label, _shown(payment, amount)) for label, amount in parts if amount]


def _try(payment: Payment, attempt: Attempt) -> dict[str, Any]:
    return {"attempt": attempt, "amount": _shown(payment, attempt.amount) if attempt.amount else ""}


def _shown(payment: Payment, amount: Any) -> str:
    return money.shown(amount, payment.currency)
