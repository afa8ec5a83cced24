"""What a payment's page shows of paying online."""

from typing import Any

from django import template

from accounts.models import User
from billing import rules
from billing.domain import online, online_words
from billing.models import Attempt, Payment

register = template.Library()


@register.inclusion_tag("billing/parts/online_offer.html", takes_context=True)
def online_offer(context: dict[str, Any], payment: Payment) -> dict[str, Any]:
    """For the patient: the gateways that are offered, and what is known of a visit to one."""
    user: User = context["user"]
    own = rules.can_submit(user, payment)
    waiting = online_words.waiting(payment) if own else None
    return {
        "payment": payment,
        "waiting": waiting,
        # Who has paid is not asked to pay again.
        "offered": online.offered_for(payment) if own and not (waiting and waiting.is_paid) else [],
        # Inclusion tags get a context of their own.
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def gateway_words(attempt: Attempt) -> list[str]:
    """What was asked of a gateway and what it said, for management; nothing for an attempt made another way."""
    return [text for _agrees, text in online_words.facts(attempt)]
