"""The sentences beside the figures of a quote. Made from its frozen basis, so each reader has them in their own
language."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from billing.enums import CoPaymentKind, Standing
from clinic.core import money

from .quotes import Terms, benefit_before_limits, own_share
from .quoting import terms_of


class Divided(Protocol):
    """A stored quote, or the parts of an estimate."""

    @property
    def charge(self) -> Decimal: ...
    @property
    def covered(self) -> Decimal: ...
    @property
    def co_payment(self) -> Decimal: ...
    @property
    def shortfall(self) -> Decimal: ...


@dataclass(frozen=True)
class Line:
    """One part: its name as in the API, what it is called, how much it is, and why."""

    name: str
    label: str
    amount: Decimal
    sentence: str


@dataclass(frozen=True)
class Spoken:
    """A quote in words. `warning` is said where the cover is not certain, "" where it is."""

    lines: tuple[Line, ...]
    to_pay: Decimal
    standing: str
    warning: str
    currency: str


def speak(parts: Divided, basis: Mapping[str, Any], *, currency: str, authorisation_open: bool) -> Spoken:
    """Every part with its sentence: the charge first, then who pays what of it."""
    terms = terms_of(dict(basis))
    plan = str(basis.get("plan", ""))
    lines = [Line("charge", _("Price"), parts.charge, _("What the visit costs."))]
    if terms is not None:
        covered = _covered(parts, terms, plan, currency)
        lines.append(Line("covered", _("Medical aid pays"), parts.covered, covered))
        if parts.co_payment:
            sentence = _co_payment(terms, currency)
            lines.append(Line("co_payment", _("Co-payment"), parts.co_payment, sentence))
        lines.append(
            Line("shortfall", _("Not covered"), parts.shortfall, _shortfall(parts, bool(parts.covered)))
        )
    return Spoken(
        tuple(lines),
        parts.co_payment + parts.shortfall,
        _standing(str(basis.get("standing", Standing.NONE)), plan),
        _not_certain() if authorisation_open else "",
        currency,
    )


def _covered(parts: Divided, terms: Terms, plan: str, currency: str) -> str:
    def shown(amount: Decimal) -> str:
        return money.shown(amount, currency)

    benefit = benefit_before_limits(parts.charge, terms, currency)
    if not benefit:
        return _("%(plan)s does not pay for this service.") % {"plan": plan}
    if terms.remaining is not None and terms.remaining <= 0:
        return _("This year's benefit of %(plan)s is used up.") % {"plan": plan}
    if terms.scheme_rate is not None:
        said = [
            _("%(plan)s pays its own rate of %(rate)s for this service.")
            % {"plan": plan, "rate": shown(terms.scheme_rate)}
        ]
    else:
        said = [
            _("%(plan)s pays %(percent)s%% of the price.")
            % {"plan": plan, "percent": _percent(terms.cover_percent)}
        ]
    if terms.remaining is not None and terms.remaining < min(benefit, parts.charge):
        said.append(_("Only %(amount)s of this year's benefit is left.") % {"amount": shown(terms.remaining)})
    if own_share(parts.charge, terms, currency):
        said.append(_("The co-payment is taken off."))
    if terms.granted is not None and parts.covered == terms.granted:
        said.append(_("More than %(amount)s was not authorised.") % {"amount": shown(terms.granted)})
    return " ".join(said)


def _co_payment(terms: Terms, currency: str) -> str:
    if terms.co_payment_kind == CoPaymentKind.PERCENT:
        return _("The plan asks its members to pay %(percent)s%% of the price themselves.") % {
            "percent": _percent(terms.co_payment)
        }
    return _("The plan asks its members to pay %(amount)s of each visit themselves.") % {
        "amount": money.shown(terms.co_payment, currency)
    }


def _shortfall(parts: Divided, covered: bool) -> str:
    if not parts.shortfall:
        return _("Nothing else is left to pay.")
    return _("What the plan does not pay.") if covered else _("The plan pays nothing of it.")


def _standing(standing: str, plan: str) -> str:
    """Why no medical aid counts; "" when one does."""
    words = {
        Standing.NONE: _("No medical aid is on file, so nothing is covered."),
        Standing.UNCHECKED: _(
            "The membership of %(plan)s waits to be checked by the clinic. Until then it does not count."
        ),
        Standing.NOT_YET: _("The membership of %(plan)s is not valid yet on the day of the visit."),
        Standing.ENDED: _("The membership of %(plan)s is no longer valid on the day of the visit."),
        Standing.PLAN_OVER: _("The clinic has no contract with %(plan)s on the day of the visit."),
    }
    return words[Standing(standing)] % {"plan": plan} if standing in words else ""


def _not_certain() -> str:
    return _(
        "The authorisation is open: this is not a guarantee. What the medical aid does not pay in the end is asked "
        "of the patient later."
    )


def _percent(value: Decimal) -> str:
    return number_format(f"{value.normalize():f}")
