"""A bank statement of the demo clinic, as a bank in Nepal exports it: it fits some payments exactly, some nearly."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from billing.domain.statements import importing, preview
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment, Statement

_HEADINGS = "Txn Date,Particulars,Cheque No,Debit,Credit"


def seed(manager: User, today: date) -> None:
    """Uploaded and read once; its lines wait to be confirmed."""
    if Statement.objects.exists():
        return
    rows = "".join(f"{today:%d/%m/%Y},{row}\n" for row in _rows())
    upload = SimpleUploadedFile(f"statement-{today}.csv", f"{_HEADINGS}\n{rows}".encode())
    statement, _new = importing.upload(upload, actor=manager)
    importing.begin(statement.pk, preview.suggest(statement)[1], actor=manager)


def _rows() -> Iterator[str]:
    pending = Attempt.objects.filter(outcome=AttemptOutcome.PENDING).select_related(
        "payment__appointment__patient"
    )
    for at, attempt in enumerate(pending.order_by("created_at", "pk")[:4]):
        name = attempt.payment.appointment.patient.name
        # The last one came without its reference.
        reference = attempt.bank_reference if at < 3 else ""
        yield f'FPQR {name},{reference},,"{attempt.payment.outstanding:,.2f}"'
    unpaid = Payment.objects.filter(status=PaymentStatus.DUE).order_by("created_at", "pk")
    for at, payment in enumerate(unpaid[:2]):
        # The second one brings a part.
        amount = payment.outstanding if at == 0 else payment.outstanding / 2
        yield f'MOBILE TRF {payment.reference},NT{payment.reference[::-1]},,"{amount.quantize(Decimal(1))}"'
    yield 'RENT REFUND,CHQ 000412,,"12,500.00"'
    yield "SMS CHARGE,,25.00,"
