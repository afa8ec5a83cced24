"""What an online gateway has said, in words: to the patient who waits, and to management who decides."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.enums import AttemptOutcome, GatewaySource, PaymentMethod
from billing.models import Attempt, GatewayEvent, Payment
from clinic.core import money

from . import gateways

# So long a patient who left to pay, and did not come back, is reminded on the payment's page.
REMINDED_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Waiting:
    """An attempt whose end is not known yet. `is_paid`: the patient brought the gateway's signed word back."""

    attempt: Attempt
    label: str
    is_paid: bool


def waiting(payment: Payment) -> Waiting | None:
    """The newest attempt at a gateway that the patient should know of. From the prefetched attempts."""
    started = [one for one in payment.attempts.all() if one.outcome == AttemptOutcome.STARTED]  # type: ignore[attr-defined]
    if not started:
        return None
    told = set(
        GatewayEvent.objects.filter(
            attempt__in=started, source=GatewaySource.RETURN, amount__isnull=False
        ).values_list("attempt_id", flat=True)
    )
    recent = timezone.now() - REMINDED_FOR
    shown = [one for one in started if one.pk in told or one.created_at >= recent]
    if not shown:
        return None
    attempt = max(shown, key=lambda one: (one.pk in told, one.created_at))
    return Waiting(attempt, gateways.label_of(attempt.scheme), attempt.pk in told)


def named(attempt: Attempt) -> Decimal | None:
    """The amount that the gateway's own server named last, if any. From the prefetched messages."""
    found = [one for one in attempt.gateway_events.all() if one.source == GatewaySource.LOOK_UP]  # type: ignore[attr-defined]
    newest = max(found, key=lambda one: one.created_at, default=None)
    return newest.amount if newest else None


def facts(attempt: Attempt) -> list[tuple[bool, str]]:
    """For management: what the patient was asked to pay, and each word of the gateway; true where it agrees."""
    if attempt.method != PaymentMethod.ONLINE or attempt.asked is None:
        return []
    label, currency = gateways.label_of(attempt.scheme), attempt.payment.currency
    asked = money.shown(attempt.asked, currency)
    found = [(True, _("%(gateway)s was asked for %(amount)s.") % {"gateway": label, "amount": asked})]
    for event in sorted(attempt.gateway_events.all(), key=lambda one: one.created_at):  # type: ignore[attr-defined]
        words = {"gateway": label, "status": event.status, "amount": ""}
        if event.amount is None:
            said = _("%(gateway)s answered: %(status)s, no payment.")
        elif event.source == GatewaySource.RETURN:
            said = _("The patient brought back, signed by %(gateway)s: %(status)s, %(amount)s.")
        else:
            said = _("%(gateway)s answered: %(status)s, %(amount)s.")
        if event.amount is not None:
            words["amount"] = money.shown(event.amount, currency)
        found.append((event.amount == attempt.asked, said % words))
    return found
