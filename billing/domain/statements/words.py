"""The sentences of what could not be read, and of why a line fits."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.core import money

from .matching import Proposal, Standing, Why

PROBLEMS: dict[str, str | Promise] = {
    "amount": gettext_lazy("The amount can't be read."),
    "decimals": gettext_lazy("The amount has more than two decimal places."),
    "too_much": gettext_lazy("The amount is too large."),
    "nothing": gettext_lazy("There is no amount."),
    "both": gettext_lazy("There is money in and money out in one row."),
    "direction": gettext_lazy("It can't be told whether this is money in or out."),
    "currency": gettext_lazy("The currency is not known."),
    "day": gettext_lazy("The date can't be read."),
    "future": gettext_lazy("The date lies in the future. Is the order of day and month right?"),
}

_WHY: dict[Why, str | Promise] = {
    Why.OUR_REFERENCE: gettext_lazy("Our reference is in the line."),
    Why.BANK_REFERENCE: gettext_lazy("The bank reference is the one the patient sent."),
    Why.LIKE_OURS: gettext_lazy("A word looks like our reference."),
    Why.LIKE_BANKS: gettext_lazy("The bank reference looks like the one the patient sent."),
    Why.AMOUNT: gettext_lazy("The amount is right."),
    Why.DAY: gettext_lazy("The days fit."),
    Why.NAME: gettext_lazy("The patient's name is in the line."),
    Why.LET_GO: gettext_lazy("What the patient sent was not accepted before."),
    Why.CALLED_OFF: gettext_lazy("The visit was called off: the money then has to go back."),
    Why.ACCEPTED: gettext_lazy("Confirmed before: the line only proves it, no money is added."),
    Why.MAYBE_BEFORE: gettext_lazy(
        "The same amount was accepted for this payment before: is this other money?"
    ),
    Why.NAMES_TWO: gettext_lazy("The line names references of more than one payment."),
}


def problem(code: str) -> str:
    return str(PROBLEMS.get(code, PROBLEMS["amount"]))


def why(proposal: Proposal, currency: str) -> list[str]:
    """The reasons, those that warn last."""
    said = [str(_WHY[one]) for one in proposal.why if one in _WHY]
    if Why.OTHER_AMOUNT in proposal.why:
        said.append(_amount_differs(proposal, currency))
    if Why.ALSO_FITS in proposal.why:
        said.append(
            ngettext(
                "%(number)s other payment fits as well.",
                "%(number)s other payments fit as well.",
                proposal.others,
            )
            % {"number": proposal.others}
        )
    return said


def _amount_differs(proposal: Proposal, currency: str) -> str:
    line, expected = proposal.line.amount, proposal.candidate.expected
    if proposal.candidate.standing == Standing.ACCEPTED:
        return _("It was confirmed with another amount: %(amount)s.") % {
            "amount": money.shown(expected, currency)
        }
    if line < expected:
        return _("It is %(amount)s less than expected: the rest stays to be paid.") % {
            "amount": money.shown(expected - line, currency)
        }
    return _("It is %(amount)s more than expected: that becomes the patient's credit.") % {
        "amount": money.shown(line - expected, currency)
    }
