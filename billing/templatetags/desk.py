"""What other pages show of the cash desk."""

from typing import Any

from django import template

from accounts.models import User
from billing import rules
from billing.domain import credit
from billing.enums import PaymentStatus
from billing.models import Payment

register = template.Library()

_TAKES_MONEY = (PaymentStatus.DUE, PaymentStatus.REJECTED)


@register.inclusion_tag("billing/desk/offer.html", takes_context=True)
def desk_offer(context: dict[str, Any], payment: Payment) -> dict[str, Any]:
    """For a payment that waits for money: to management the way to the desk, to the patient the use of their credit."""
    user: User = context["user"]
    takes = payment.status in _TAKES_MONEY and payment.outstanding > 0 and not payment.has_lapsed
    own = takes and rules.can_submit(user, payment)
    available = credit.available(payment.appointment.patient_id, payment.currency) if own else 0
    return {
        "payment": payment,
        "credit": available,
        "used": min(available, payment.outstanding),
        "at_desk": takes and rules.can_use_desk(user),
        # Inclusion tags get a context of their own.
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("billing/desk/own_link.html")
def own_credit_link(user: User) -> dict[str, Any]:
    """To a patient with credit: how much, and where it comes from."""
    return {"balance": credit.balance(user.pk)}
