"""Invoices, receipts and credit notes: issued in the transaction that makes them true, numbered without gaps.

The caller holds the locks of appointment and payment. The row of the number series is locked last of all, in the
order credit note, invoice, receipt, and stays so until the transaction ends: whoever settles several payments takes a
transaction for each.
"""

from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from billing.enums import AttemptOutcome, DocumentKind, PaymentKind, PaymentStatus, RefundOutcome
from billing.models import Attempt, BillingDocument, NumberSeries, Payment, Refund
from clinic.core.errors import Conflict
from clinic.core.status import lock
from scheduling.models import Appointment

from . import document_content as contents

# What is owed, or paid: nothing else is invoiced.
_STANDS = frozenset(
    {PaymentStatus.DUE, PaymentStatus.SUBMITTED, PaymentStatus.REJECTED, PaymentStatus.CONFIRMED}
)


class NothingToCredit(Conflict):
    """409: there is no invoice, or all of it was credited before."""

    code = "nothing_to_credit"


def invoice_for(payment: Payment, *, actor: User | None) -> BillingDocument | None:
    """The invoice that stands for `payment`, issued if need be; None when nothing is owed: its visit was called off,
    the money goes back."""
    existing = standing_invoice(payment)
    if existing is not None or payment.status not in _STANDS:
        return existing
    last = payment.documents.filter(kind=DocumentKind.INVOICE).order_by("year", "number").last()  # type: ignore[attr-defined]
    return _issue(
        DocumentKind.INVOICE,
        payment,
        total=payment.amount,
        content=contents.invoice(payment),
        actor=actor,
        # After a credited invoice the new one names the note that took the old one back.
        corrects=last.corrections.order_by("year", "number").last() if last else None,
    )


def invoice_unpaid(appointment: Appointment, *, actor: User | None) -> None:
    """The visit will take place though it is not paid for: what is due is invoiced now. The caller holds the
    appointment's lock."""
    unpaid = appointment.payments.filter(kind=PaymentKind.CHARGE, received__lt=F("amount"))  # type: ignore[attr-defined]
    for payment_id in unpaid.order_by("pk").values_list("pk", flat=True):
        payment = lock(Payment, payment_id)
        payment.appointment = appointment
        invoice_for(payment, actor=actor)


def receipt_for(attempt: Attempt, *, actor: User | None) -> BillingDocument:
    """The receipt of an accepted attempt, issued if need be."""
    assert attempt.outcome == AttemptOutcome.ACCEPTED
    assert attempt.amount
    existing = BillingDocument.objects.filter(attempt=attempt).first()
    if existing is not None:
        return existing
    invoice = standing_invoice(attempt.payment)
    return _issue(
        DocumentKind.RECEIPT,
        attempt.payment,
        total=attempt.amount,
        content=contents.receipt(attempt, invoice),
        actor=actor,
        attempt=attempt,
    )


def on_arrival(payment: Payment, attempt: Attempt, *, actor: User | None) -> None:
    """Money has come in: the invoice, when it is the first, and the receipt."""
    attempt.payment = payment
    # One that was taken back as a whole (the insurer paid all of it) is not asked for anew.
    if not payment.documents.filter(kind=DocumentKind.INVOICE).exists():  # type: ignore[attr-defined]
        invoice_for(payment, actor=actor)
    receipt_for(attempt, actor=actor)


def credit_note_for(refund: Refund, *, actor: User | None) -> BillingDocument:
    """The credit note of a refund that was sent, issued if need be. Names the invoice as long as something of it
    stands."""
    assert refund.outcome == RefundOutcome.SENT
    existing = BillingDocument.objects.filter(refund=refund).first()
    if existing is not None:
        return existing
    invoice = standing_invoice(refund.payment)
    return _issue(
        DocumentKind.CREDIT_NOTE,
        refund.payment,
        total=refund.amount,
        content=contents.credit_note_of_refund(refund, invoice),
        actor=actor,
        corrects=invoice,
        refund=refund,
    )


def credit_invoice(
    payment: Payment, *, actor: User | None, reason: str, amount: Decimal | None = None
) -> BillingDocument:
    """A credit note that takes the payment's invoice back: `amount` of it, or all that is left. Asks no rule. Raises
    NothingToCredit when nothing, or less, is left."""
    invoice = standing_invoice(payment)
    left = not_credited(invoice) if invoice else Decimal(0)
    amount = left if amount is None else amount
    if invoice is None or amount > left:
        raise NothingToCredit(_("This invoice was credited before: there is nothing left to take back."))
    return _issue(
        DocumentKind.CREDIT_NOTE,
        payment,
        total=amount,
        content=contents.credit_note(invoice, amount, reason),
        actor=actor,
        corrects=invoice,
    )


def credit_unpaid(payment: Payment, *, actor: User | None) -> BillingDocument | None:
    """The visit was called off: what nobody has paid of its invoice is taken back at once, what was paid is with its
    refund. None when there is nothing to take back."""
    invoice = standing_invoice(payment)
    unpaid = not_credited(invoice) - payment.received if invoice else Decimal(0)
    if unpaid <= 0:
        return None
    reason = contents.in_language_of(payment, lambda: _("The appointment was called off."))
    return credit_invoice(payment, actor=actor, reason=reason, amount=unpaid)


def standing_invoice(payment: Payment) -> BillingDocument | None:
    """The payment's invoice of which something is not credited."""
    invoices = payment.documents.filter(kind=DocumentKind.INVOICE).order_by("year", "number")  # type: ignore[attr-defined]
    last: BillingDocument | None = invoices.last()
    return last if last and not_credited(last) > 0 else None


def not_credited(invoice: BillingDocument) -> Decimal:
    """What is left of an invoice after its credit notes."""
    notes = invoice.corrections.filter(kind=DocumentKind.CREDIT_NOTE)  # type: ignore[attr-defined]
    credited = notes.aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    return max(invoice.total - credited, Decimal(0))


def can_be_corrected(invoice: BillingDocument) -> bool:
    """Whether a new invoice may take its place: its payment stands, and nothing of it was credited so far."""
    return (
        invoice.kind == DocumentKind.INVOICE
        and invoice.payment.status in _STANDS
        and not_credited(invoice) == invoice.total
    )


@transaction.atomic
def _issue(
    kind: DocumentKind,
    payment: Payment,
    *,
    total: Decimal,
    content: contents.Content,
    actor: User | None,
    corrects: BillingDocument | None = None,
    attempt: Attempt | None = None,
    refund: Refund | None = None,
) -> BillingDocument:
    year = contents.today().year
    return BillingDocument.objects.create(
        kind=kind,
        year=year,
        number=_next_number(kind, year),
        payment=payment,
        attempt=attempt,
        refund=refund,
        corrects=corrects,
        total=total,
        currency=payment.currency,
        content=content,
        issued_by=actor,
    )


def _next_number(kind: DocumentKind, year: int) -> int:
    """The row stays locked until the document is committed with it, or neither is."""
    NumberSeries.objects.get_or_create(kind=kind, year=year)
    series = NumberSeries.objects.select_for_update().get(kind=kind, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last
