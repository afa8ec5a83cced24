"""Choices and status machines of money."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentKind(models.TextChoices):
    """What a payment is for."""

    CHARGE = "charge", _("Visit")
    SHORTFALL = "shortfall", _("Not covered by the medical aid")


class PaymentStatus(models.TextChoices):
    DUE = "due", _("Due")
    SUBMITTED = "submitted", _("Being checked")
    CONFIRMED = "confirmed", _("Paid")
    REJECTED = "rejected", _("Not accepted")
    EXPIRED = "expired", _("Expired")
    REFUND_DUE = "refund_due", _("Refund due")
    REFUNDED = "refunded", _("Refunded")


_S = PaymentStatus

# Due and rejected payments may be confirmed at the desk or online without a claim of the patient's, and may have to
# be paid back when a part had arrived. Money that comes for an expired payment is owed back. Of a visit called off too
# late, a part that was being checked is kept and the rest not asked for. A refund that the bank sent back is due again.
PAYMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    _S.DUE: frozenset({_S.SUBMITTED, _S.CONFIRMED, _S.EXPIRED, _S.REFUND_DUE}),
    _S.SUBMITTED: frozenset({_S.DUE, _S.CONFIRMED, _S.REJECTED, _S.EXPIRED, _S.REFUND_DUE}),
    _S.CONFIRMED: frozenset({_S.REFUND_DUE}),
    _S.REJECTED: frozenset({_S.SUBMITTED, _S.CONFIRMED, _S.EXPIRED, _S.REFUND_DUE}),
    _S.EXPIRED: frozenset({_S.REFUND_DUE}),
    _S.REFUND_DUE: frozenset({_S.REFUNDED}),
    _S.REFUNDED: frozenset({_S.REFUND_DUE}),
}


class PaymentMethod(models.TextChoices):
    """How money came or goes back."""

    QR = "qr", _("QR payment")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    MOBILE_MONEY = "mobile_money", _("Mobile money")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card at the desk")
    ONLINE = "online", _("Online")
    CREDIT = "credit", _("Credit with the clinic")


class AttemptOutcome(models.TextChoices):
    """What became of one attempt to pay. Started and abandoned: only those at an online gateway."""

    STARTED = "started", _("Started")
    PENDING = "pending", _("Being checked")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    ASKED_AGAIN = "asked_again", _("Asked again")
    ABANDONED = "abandoned", _("Given up")


class AskAgain(models.TextChoices):
    """What the patient should send again: sentences, since the patient reads them in their own language."""

    UNREADABLE = (
        "unreadable",
        _("The picture can't be read. Please send a sharper one that shows the whole receipt."),
    )
    NO_PICTURE = (
        "no_picture",
        _("Please add a picture of your receipt: we can't find the transfer by its reference."),
    )
    OTHER_PICTURE = (
        "other_picture",
        _("The picture shows another payment. Please send the one of this transfer."),
    )
    REFERENCE = (
        "reference",
        _("The bank reference is not the one of this transfer. Please copy it from your receipt."),
    )
    OTHER = "other", _("Something is missing.")


# Attempts whose reference and picture may be used again.
LET_GO = (AttemptOutcome.REJECTED, AttemptOutcome.ASKED_AGAIN, AttemptOutcome.ABANDONED)


class GatewaySource(models.TextChoices):
    """How a gateway's word came."""

    RETURN = "return", _("Brought back by the patient")
    LOOK_UP = "look_up", _("Told by the gateway's server")


class RefundOutcome(models.TextChoices):
    """What became of one attempt to send money back."""

    PENDING = "pending", _("To be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class CreditReason(models.TextChoices):
    OVERPAID = "overpaid", _("Paid too much")
    COVERED_MORE = "covered_more", _("The medical aid paid more than expected")
    REFUND = "refund", _("Refund kept as credit")
    USED = "used", _("Used for a payment")
    PAID_OUT = "paid_out", _("Paid out")
    MOVED = "moved", _("Moved from or to the patient's other account")


class CoPaymentKind(models.TextChoices):
    NONE = "none", _("None")
    FIXED = "fixed", _("Fixed amount")
    PERCENT = "percent", _("Percentage of the charge")


class Standing(models.TextChoices):
    """Whether a patient's medical aid counts for a visit, and if not, why not."""

    HOLDS = "holds", _("Checked: it counts")
    NONE = "none", _("No medical aid")
    UNCHECKED = "unchecked", _("Waiting to be checked")
    NOT_YET = "not_yet", _("Not valid yet")
    ENDED = "ended", _("No longer valid")
    PLAN_OVER = "plan_over", _("The clinic has no contract with this plan")


class AuthorisationStatus(models.TextChoices):
    ASKED = "asked", _("Asked")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")


_A = AuthorisationStatus

AUTHORISATION_TRANSITIONS: dict[str, frozenset[str]] = {
    _A.ASKED: frozenset({_A.GRANTED, _A.REFUSED, _A.EXPIRED}),
    _A.GRANTED: frozenset({_A.EXPIRED, _A.REFUSED}),
    _A.REFUSED: frozenset(),
    _A.EXPIRED: frozenset(),
}


class ClaimStatus(models.TextChoices):
    """FHIR Claim and ClaimResponse in one line."""

    READY = "ready", _("To be sent")
    SUBMITTED = "submitted", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    ACCEPTED_IN_PART = "accepted_in_part", _("Accepted in part")
    REJECTED = "rejected", _("Rejected")
    SETTLED = "settled", _("Paid by the insurer")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_C = ClaimStatus

CLAIM_TRANSITIONS: dict[str, frozenset[str]] = {
    _C.READY: frozenset({_C.SUBMITTED, _C.WITHDRAWN}),
    _C.SUBMITTED: frozenset({_C.ACCEPTED, _C.ACCEPTED_IN_PART, _C.REJECTED, _C.WITHDRAWN}),
    _C.ACCEPTED: frozenset({_C.SETTLED}),
    # An appeal brings a new answer to the same claim.
    _C.ACCEPTED_IN_PART: frozenset({_C.SETTLED, _C.SUBMITTED}),
    _C.REJECTED: frozenset({_C.SUBMITTED}),
    _C.SETTLED: frozenset(),
    _C.WITHDRAWN: frozenset(),
}


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    RECEIPT = "receipt", _("Receipt")
    CREDIT_NOTE = "credit_note", _("Credit note")


# What a document's number begins with, in every language.
NUMBER_MARKS = {DocumentKind.INVOICE: "INV", DocumentKind.RECEIPT: "REC", DocumentKind.CREDIT_NOTE: "CN"}


class StatementState(models.TextChoices):
    """Of the file of a bank statement."""

    UPLOADED = "uploaded", _("Columns to choose")
    READING = "reading", _("Being read")
    READ = "read", _("Read")
    FAILED = "failed", _("Not readable")


class LineState(models.TextChoices):
    """Of one line of a bank statement."""

    OPEN = "open", _("Not matched")
    CONFIRMED = "confirmed", _("Confirmed")
    IGNORED = "ignored", _("Set aside")
