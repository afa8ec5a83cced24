"""A mistake on an invoice: a credit note takes it back, and a new one says it right."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import rules
from billing.enums import DocumentKind
from billing.models import BillingDocument
from clinic.core.errors import Conflict, NotAllowed

from . import documents, notices, payments


class NotCorrectable(Conflict):
    """409: the invoice was taken back before, or its visit was called off."""

    code = "not_correctable"


@transaction.atomic
def correct(invoice_id: UUID | str, *, reason: str, actor: User) -> BillingDocument:
    """Take the invoice back by a credit note and issue a new one with the names and sums of today, which is returned.
    The patient is told.

    Raises NotAllowed, Invalid (field `reason`, 3–240 characters), NotCorrectable and BillingDocument.DoesNotExist.
    """
    if not rules.can_decide(actor):
        raise NotAllowed(_("Only the clinic's management corrects invoices."))
    reason = payments.checked_reason(reason)
    invoice = BillingDocument.objects.get(pk=invoice_id)
    payment = payments.locked_with_appointment(invoice.payment_id)
    invoice.payment = payment
    if not documents.can_be_corrected(invoice):
        raise NotCorrectable(
            _("This invoice can't be corrected any more: it was taken back, or its visit was called off.")
        )
    documents.credit_invoice(payment, actor=actor, reason=reason)
    new = documents.invoice_for(payment, actor=actor)
    assert new is not None
    assert new.kind == DocumentKind.INVOICE
    trail.record(
        ActivityVerb.INVOICE_CORRECTED,
        actor=actor,
        target=invoice,
        patient=payment.appointment.patient_id,
        reason=new.shown_number,
    )
    notices.invoice_corrected(new)
    return new
