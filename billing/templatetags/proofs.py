"""What was and what was not verified of a proof, for management's pages."""

from typing import Any

from django import template

from billing.domain import proofs
from billing.models import Attempt, Payment

register = template.Library()


@register.inclusion_tag("billing/parts/proof_checks.html")
def proof_checks(payment: Payment, attempt: Attempt | None) -> dict[str, Any]:
    """The items of a list. Nothing for a payment without an attempt."""
    return {"checks": proofs.checks(payment, attempt) if attempt else []}
