"""A document as it is read, on paper or on a page: its frozen content put into words of the language that is active."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.enums import DocumentKind, PaymentMethod
from billing.models import BillingDocument
from clinic.core import money


@dataclass(frozen=True)
class Sheet:
    kind: str
    title: str
    number: str
    clinic: dict[str, str]
    patient: str
    issued_on: str
    issued_on_bs: str
    facts: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    total_label: str
    total: str
    notes: list[str]


def sheet_of(document: BillingDocument) -> Sheet:
    content = document.content
    return Sheet(
        kind=document.kind,
        title=str(DocumentKind(document.kind).label),
        number=document.shown_number,
        clinic=content["clinic"],
        patient=content["patient"]["name"],
        issued_on=date_format(date.fromisoformat(content["issued_on"]), "DATE_FORMAT"),
        issued_on_bs=content["issued_on_bs"],
        facts=[(label, value) for label, value in _facts(document) if value],
        lines=[(line["text"], _shown(document, line["amount"])) for line in content["lines"]],
        total_label=_total_label(document),
        total=document.total_shown,
        notes=_notes(document),
    )


def _facts(document: BillingDocument) -> list[tuple[str, str]]:
    content = document.content
    visit = content["visit"]
    starts_at = date_format(datetime.fromisoformat(visit["starts_at"]), "DATETIME_FORMAT")
    day_bs = f" ({visit['day_bs']})" if visit["day_bs"] else ""
    method = content.get("method", "")
    return [
        (_("Doctor"), visit["doctor"]),
        (_("Visit"), f"{starts_at}{day_bs}"),
        (_("Our reference"), content["reference"]),
        (_("Invoice"), content.get("invoice", "")),
        (_("How"), str(PaymentMethod(method).label) if method else ""),
        (_("Bank reference"), content.get("bank_reference", "")),
        (_("Reason"), content.get("reason", "")),
    ]


def _total_label(document: BillingDocument) -> str:
    match document.kind:
        case DocumentKind.INVOICE:
            return _("To be paid by you")
        case DocumentKind.RECEIPT:
            return _("Received")
    return _("Credited")


def _notes(document: BillingDocument) -> list[str]:
    content = document.content
    notes = []
    if content.get("co_payment"):
        notes.append(
            _(
                "Of this, %(co_payment)s is your co-payment, and %(shortfall)s is not covered by the medical aid."
            )
            % {
                "co_payment": _shown(document, content["co_payment"]),
                "shortfall": _shown(document, content["shortfall"]),
            }
        )
    outstanding = content.get("outstanding", "")
    if outstanding:
        notes.append(
            _("Still to be paid: %(amount)s.") % {"amount": _shown(document, outstanding)}
            if Decimal(outstanding)
            else _("Paid in full. Thank you.")
        )
    if content.get("kept_as_credit"):
        notes.append(
            _("%(amount)s of it was more than was due. The clinic keeps it as your credit.")
            % {"amount": _shown(document, content["kept_as_credit"])}
        )
    if content.get("goes_back"):
        notes.append(_("This visit had been called off. The clinic will pay the money back."))
    return notes


def _shown(document: BillingDocument, amount: str) -> str:
    return money.shown(Decimal(amount), document.currency)
