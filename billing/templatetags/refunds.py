"""What a payment's page tells of money that goes back, and of what is kept."""

from typing import Any

from django import template

from accounts.models import User
from billing import rules
from billing.domain import refund_queries
from billing.enums import PaymentStatus, RefundOutcome
from billing.models import Payment

register = template.Library()


@register.inclusion_tag("billing/refunds/story.html", takes_context=True)
def refund_story(context: dict[str, Any], payment: Payment) -> dict[str, Any]:
    """Nothing for a payment of which nothing was ever owed back or kept."""
    user: User = context["user"]
    rows = refund_queries.of_payment(payment) if payment.refund_owed else []
    on_its_way = any(refund.outcome == RefundOutcome.PENDING for refund in rows)
    is_due = payment.status == PaymentStatus.REFUND_DUE
    return {
        "payment": payment,
        "rows": rows,
        "manages": rules.can_decide(user),
        "is_due": is_due,
        "may_keep": is_due and not on_its_way and rules.can_submit(user, payment),
        # Inclusion tags get a context of their own.
        "csrf_token": context.get("csrf_token"),
    }
