"""What has become of a quote with the insurer, in words: its authorisation, then its claim."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.enums import AuthorisationStatus, ClaimStatus
from billing.models import Authorisation, Claim, Quote
from clinic.core import money

from . import authorisations


@dataclass(frozen=True)
class Word:
    """`tone` as of an alert: info, success, warning."""

    text: str
    tone: str = "info"


def words_about(quote: Quote) -> list[Word]:
    """In the order in which it happened; empty while nobody has said anything. An authorisation that is being asked is
    the quote's own warning (quote_words.py)."""
    found = []
    authorisation = authorisations.of_visit(quote.appointment_id)
    if authorisation is not None and authorisation.status != AuthorisationStatus.ASKED:
        found.append(_authorisation(authorisation, quote))
    claim = Claim.objects.filter(appointment=quote.appointment_id).first()
    if claim is not None:
        found.append(about_claim(claim))
    return found


def about_claim(claim: Claim) -> Word:
    """How a claim stands, for its patient and for the clinic alike. `history` may be prefetched."""
    if claim.status == ClaimStatus.READY:
        return Word(_("The clinic is about to send the claim to the medical aid."))
    if claim.status == ClaimStatus.SUBMITTED:
        return Word(_("The claim was sent to the medical aid, which has not answered yet."))
    if claim.status == ClaimStatus.WITHDRAWN:
        return Word(_("The clinic has withdrawn the claim. Nothing more is asked of the patient for it."))
    return _answer(claim, claim.actual or Decimal(0))


def _answer(claim: Claim, actual: Decimal) -> Word:
    if not actual:
        return Word(
            _with_reason(_("The medical aid has rejected the claim and pays nothing."), claim), "warning"
        )
    said = {
        "amount": money.shown(actual, claim.currency),
        "difference": money.shown(abs(claim.expected - actual), claim.currency),
    }
    if actual < claim.expected:
        text = _("The medical aid pays %(amount)s, which is %(difference)s less than expected.") % said
        return Word(_with_reason(text, claim), "warning")
    if actual > claim.expected:
        text = _("The medical aid pays %(amount)s, which is %(difference)s more than expected.") % said
        return Word(text, "success")
    return Word(_("The medical aid pays %(amount)s, as expected.") % said, "success")


def reason_of(claim: Claim) -> str:
    """What the insurer said with its last answer."""
    answers = (ClaimStatus.ACCEPTED, ClaimStatus.ACCEPTED_IN_PART, ClaimStatus.REJECTED)
    changes = [change for change in claim.history.all() if change.to_status in answers]
    return str(changes[-1].reason) if changes else ""


def _with_reason(text: str, claim: Claim) -> str:
    return _said(text, reason_of(claim))


def _said(text: str, reason: str) -> str:
    """`text` and, when it gave one, the insurer's reason."""
    says = _("It says:")
    return f"{text} {says} {reason}" if reason else text


def _authorisation(found: Authorisation, quote: Quote) -> Word:
    if found.status == AuthorisationStatus.REFUSED:
        change = found.history.last()
        text = _(
            "The medical aid has not authorised this visit: what it was to pay may be asked of the patient later."
        )
        return Word(_said(text, change.reason if change else ""), "warning")
    if found.status == AuthorisationStatus.EXPIRED:
        return Word(
            _("The authorisation of this visit is over: the clinic has to ask the medical aid again."),
            "warning",
        )
    said = [_("The medical aid has authorised this visit (number %(number)s).") % {"number": found.number}]
    tone = "success"
    if found.amount is not None:
        said.append(_("It pays at most %(amount)s.") % {"amount": money.shown(found.amount, quote.currency)})
        if found.amount < quote.covered:
            said.append(_("What is above that may be asked of the patient later."))
            tone = "warning"
    if found.valid_until is not None:
        day = {"day": date_format(found.valid_until, "DATE_FORMAT")}
        if found.valid_until < timezone.localdate(quote.appointment.starts_at):
            said.append(_("Its word ends on %(day)s, before the visit.") % day)
            tone = "warning"
        else:
            said.append(_("Its word holds until %(day)s.") % day)
    return Word(" ".join(said), tone)
