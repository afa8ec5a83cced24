"""Invoices, receipts and credit notes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import NUMBER_MARKS, DocumentKind
from clinic.core import money
from clinic.core.models import BaseModel

from .attempt import Attempt
from .desk import Refund
from .payment import Payment


class NumberSeries(models.Model):
    """The last number given out of one kind in one year. Its row is locked while a document is issued, and the
    document is in the same transaction: no number is lost, none given twice."""

    kind = models.CharField(max_length=12, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class BillingDocument(BaseModel):
    """FHIR Invoice and its kin; never changed or deleted (the database refuses it). `content` is all that stands on
    it, frozen: names, lines, sums; its PDF is made of that alone. A correction is a credit note that names it
    (`corrects`), and a new invoice that names the credit note."""

    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="documents")
    # A receipt is for one attempt; a credit note for one refund, or for an invoice whose visit fell through.
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="receipt"
    )
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_note"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    total = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    content = models.JSONField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "number"], name="billing_document_number_once"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(kind=DocumentKind.INVOICE, corrects__isnull=True),
                name="billing_document_one_invoice",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=models.Q(kind=DocumentKind.INVOICE),
                name="billing_document_one_new_invoice",
            ),
            models.CheckConstraint(
                condition=models.Q(total__gt=0, number__gt=0), name="billing_document_total_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=DocumentKind.RECEIPT) | models.Q(attempt__isnull=False),
                name="billing_document_receipt_has_attempt",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """As it stands on the paper: INV-2026-00012."""
        return f"{NUMBER_MARKS[DocumentKind(self.kind)]}-{self.year}-{self.number:05d}"

    @property
    def total_shown(self) -> str:
        return money.shown(self.total, self.currency)


class DocumentFile(BaseModel):
    """The one PDF of a document, made when it is first opened and served ever after. `digest` is the SHA-256 of its
    bytes: a file that was changed on the disk is not handed out (domain/document_files.py)."""

    document = models.OneToOneField(BillingDocument, on_delete=models.PROTECT, related_name="pdf")
    file = models.FileField(upload_to="billing_documents/")
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.digest
