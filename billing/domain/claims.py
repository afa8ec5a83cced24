"""A claim: what the clinic asks the insurer for one visit, and what it answers.

Every step locks the visit's appointment first and then the claim, so that two people who answer one claim at once come
one after the other, and the second learns what the first has said.
"""

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import rules
from billing.enums import ClaimStatus
from billing.models import Claim, Quote
from clinic.core import money
from clinic.core.errors import Conflict, InvalidTransition, NotAllowed
from clinic.core.money import ZERO
from clinic.core.status import change_status, lock, record_start
from scheduling.models import Appointment

from . import amounts, claim_money, insurers_words
from .differences import Difference

_S = ClaimStatus
_BEFORE_ANSWER = frozenset({_S.READY, _S.SUBMITTED})


class AnsweredAlready(Conflict):
    """409: somebody has entered another answer of the insurer; it stands."""

    code = "answered_already"


def make_for(appointment: Appointment, *, actor: User | None) -> Claim | None:
    """The claim of a completed visit; a second call returns the first one. None where no medical aid pays. In the
    transaction that holds the appointment's lock."""
    quote = Quote.objects.filter(appointment=appointment, covered__gt=0).first()
    if quote is None or quote.membership_id is None:
        return None
    claim, made = Claim.objects.get_or_create(
        appointment=appointment,
        defaults={
            "membership_id": quote.membership_id,
            "expected": quote.covered,
            "currency": quote.currency,
        },
    )
    if made:
        record_start(claim, actor=actor)
    return claim


@transaction.atomic
def submit(claim_id: UUID, *, number: str = "", actor: User) -> Claim:
    """It was sent to the insurer; of one that was sent before, only the number changes. Raises NotAllowed, Invalid
    (`number`) and InvalidTransition."""
    claim = _locked(claim_id, actor)
    number = insurers_words.number(number)
    if claim.status == _S.SUBMITTED:
        if number and number != claim.number:
            claim.number = number
            claim.save(update_fields=["number", "updated_at"])
            _note(claim, actor, ["number"])
        return claim
    change_status(claim, _S.SUBMITTED, actor=actor, number=number or claim.number)
    _note(claim, actor)
    return claim


@transaction.atomic
def answer(claim_id: UUID, *, actual: Decimal, reason: str = "", actor: User) -> Claim:
    """The insurer pays `actual`: accepted when that is what was expected or more, in part when less, rejected when
    nothing (then with a `reason`). What it does not pay is asked of the patient, what it pays more is their credit
    (domain/claim_money.py). The same answer again changes nothing.

    Raises NotAllowed, Invalid (`actual`, `reason`), AnsweredAlready, and InvalidTransition for one that was not sent.
    """
    claim = _locked(claim_id, actor)
    actual = checked_actual(claim, actual)
    status = status_for(claim, actual)
    reason = insurers_words.reason(reason, needed=status == _S.REJECTED)
    if claim.status in claim_money.ANSWERED:
        if claim.actual == actual:
            return claim
        raise _answered_already(claim)
    change_status(claim, status, actor=actor, reason=reason, actual=actual)
    _note(claim, actor)
    claim_money.settle(claim, actual, actor=actor)
    return claim


@transaction.atomic
def appeal(claim_id: UUID, *, reason: str = "", actor: User) -> Claim:
    """The insurer is asked once more, or its answer was entered wrongly: sent again, and what the patient was asked
    for and has not paid is taken back. Being sent already: nothing changes. Raises NotAllowed, Invalid (`reason`) and
    InvalidTransition."""
    claim = _locked(claim_id, actor)
    if claim.status == _S.SUBMITTED:
        return claim
    reason = insurers_words.reason(reason)
    if claim.status == _S.READY:
        raise _not_answered()
    change_status(claim, _S.SUBMITTED, actor=actor, reason=reason, actual=None, round=claim.round + 1)
    _note(claim, actor)
    claim_money.take_back_unpaid(claim, actor=actor)
    return claim


@transaction.atomic
def settle(claim_id: UUID, *, reference: str = "", actor: User) -> Claim:
    """The insurer's money has come. Settled already: nothing changes. Raises NotAllowed, Invalid (`reference`) and
    InvalidTransition."""
    claim = _locked(claim_id, actor)
    if claim.status == _S.SETTLED:
        return claim
    reference = insurers_words.number(reference, field="reference")
    if claim.status in _BEFORE_ANSWER:
        raise _not_answered()
    change_status(claim, _S.SETTLED, actor=actor, reason=reference)
    _note(claim, actor)
    return claim


@transaction.atomic
def withdraw(claim_id: UUID, *, reason: str, actor: User) -> Claim:
    """The clinic asks the insurer no more, and bears what it does not pay: nothing is asked of the patient, and what
    they have paid of it is their credit. Raises NotAllowed, Invalid (`reason`) and InvalidTransition."""
    claim = _locked(claim_id, actor)
    if claim.status == _S.WITHDRAWN:
        return claim
    reason = insurers_words.reason(reason)
    change_status(claim, _S.WITHDRAWN, actor=actor, reason=reason)
    _note(claim, actor)
    claim_money.settle(claim, claim.expected, actor=actor)
    return claim


def checked_actual(claim: Claim, actual: Decimal) -> Decimal:
    """Raises Invalid (`actual`): an insurer pays nothing, or up to what the visit cost."""
    actual = amounts.checked(actual, claim.currency, field="actual", may_be_zero=True)
    charge = Quote.objects.values_list("charge", flat=True).get(appointment=claim.appointment_id)
    if actual > charge:
        raise amounts.refused(
            "actual",
            _("The visit cost %(charge)s: an insurer does not pay more. Please check the amount.")
            % {"charge": money.shown(charge, claim.currency)},
        )
    return actual


def status_for(claim: Claim, actual: Decimal) -> ClaimStatus:
    if actual == 0:
        return _S.REJECTED
    return _S.ACCEPTED if actual >= claim.expected else _S.ACCEPTED_IN_PART


def would_follow(claim: Claim, *, actual: Decimal, reason: str) -> Difference:
    """What `answer` would bring, checked as it checks. Raises Invalid, AnsweredAlready and InvalidTransition."""
    actual = checked_actual(claim, actual)
    insurers_words.reason(reason, needed=actual == ZERO)
    if claim.status in claim_money.ANSWERED:
        raise _answered_already(claim)
    if claim.status != _S.SUBMITTED:
        raise _not_sent()
    return claim_money.would_follow(claim, actual)


def _locked(claim_id: UUID, actor: User) -> Claim:
    if not rules.can_run_medical_aid(actor):
        raise NotAllowed(_("Only the clinic's management deals with insurers."))
    appointment = lock(Appointment, Claim.objects.values_list("appointment_id", flat=True).get(pk=claim_id))
    claim = lock(Claim, claim_id)
    claim.appointment = appointment
    return claim


def _answered_already(claim: Claim) -> AnsweredAlready:
    change = claim.history.select_related("actor").filter(to_status__in=claim_money.ANSWERED).last()
    return AnsweredAlready(
        _("%(name)s entered an answer at %(time)s: %(status)s, %(amount)s. Nothing was changed.")
        % {
            "name": change.actor.name if change and change.actor else settings.CLINIC_NAME,
            "time": date_format(timezone.localtime(change.at), "DATETIME_FORMAT") if change else "",
            "status": ClaimStatus(claim.status).label,
            "amount": money.shown(claim.actual or ZERO, claim.currency),
        }
    )


def _not_sent() -> InvalidTransition:
    return InvalidTransition(_("This claim was not sent to the insurer yet, or was withdrawn."))


def _not_answered() -> InvalidTransition:
    return InvalidTransition(_("The insurer has not answered this claim yet."))


def _note(claim: Claim, actor: User, changed: tuple[str, ...] | list[str] = ("status",)) -> None:
    patient = claim.appointment.patient_id
    trail.record(ActivityVerb.CLAIM_CHANGED, actor=actor, target=claim, patient=patient, changed=changed)
