"""Management's lists of money: payments of one tab of its queue, and claims of one."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Role
from billing.domain import claim_queries, queries
from billing.enums import ClaimStatus, PaymentStatus
from billing.models import Claim, Payment, Plan
from insights.enums import ExportKind

from .base import Column, ExportedList


class _TabForm(forms.Form):
    """The filters of a queue's page: a tab of which one is always open, and what is looked for."""

    first = ""

    def __init__(self, wanted: QueryDict) -> None:
        # As the page reads its address: what is no status is the first tab.
        data = wanted.dict()
        if data.get("status") not in dict(self.base_fields["status"].choices):  # type: ignore[attr-defined]
            data["status"] = self.first
        data["q"] = str(data.get("q", "")).replace("\x00", "")[: self.base_fields["q"].max_length]  # type: ignore[attr-defined]
        super().__init__(data)
        self.is_valid()

    @property
    def wanted(self) -> dict[str, Any]:
        return self.cleaned_data


class PaymentFilter(_TabForm):
    first = PaymentStatus.SUBMITTED
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=PaymentStatus.choices)
    q = forms.CharField(label=gettext_lazy("Search"), max_length=120, required=False)


class ClaimFilter(_TabForm):
    first = ClaimStatus.READY
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=ClaimStatus.choices)
    q = forms.CharField(label=gettext_lazy("Search"), max_length=80, required=False)
    plan = forms.ModelChoiceField(Plan.objects.all(), label=gettext_lazy("Plan"), required=False)


class PaymentList(ExportedList):
    kind = ExportKind.PAYMENTS
    roles = frozenset({Role.MANAGEMENT})
    page = "payments"

    def read(self, wanted: QueryDict) -> None:
        self.form = PaymentFilter(wanted)

    def visible(self) -> QuerySet[Payment]:
        return queries.visible_to(self.owner)

    def narrowed(self, rows: QuerySet[Payment]) -> QuerySet[Payment]:
        found = queries.in_state(rows, self.form.wanted.get("status", PaymentStatus.SUBMITTED))
        return queries.matching(found, self.form.wanted.get("q", ""))

    def columns(self) -> list[Column]:
        return [
            Column(_("Reference"), 16, 11, lambda one: one.reference),
            Column(_("Status"), 20, 12, lambda one: one.get_status_display()),
            Column(_("For"), 20, 12, lambda one: one.get_kind_display()),
            Column(_("Patient"), 28, 19, lambda one: one.appointment.patient.name),
            Column(_("Doctor"), 28, 16, lambda one: one.appointment.doctor.name),
            Column(_("Service"), 24, 0, lambda one: one.appointment.service.name),
            Column(_("Visit"), 18, 12, lambda one: one.appointment.starts_at, "number left"),
            Column(_("Amount"), 12, 9, lambda one: one.amount, "number"),
            Column(_("Currency"), 10, 0, lambda one: one.currency),
            Column(_("Sent"), 18, 0, lambda one: one.submitted_at),
            Column(_("Bank references"), 30, 0, _bank_references),
            Column(_("Made"), 18, 9, lambda one: one.created_at, "number left"),
        ]


class ClaimList(ExportedList):
    kind = ExportKind.CLAIMS
    roles = frozenset({Role.MANAGEMENT})
    page = "claims"

    def read(self, wanted: QueryDict) -> None:
        self.form = ClaimFilter(wanted)

    def visible(self) -> QuerySet[Claim]:
        return claim_queries.visible_to(self.owner)

    def narrowed(self, rows: QuerySet[Claim]) -> QuerySet[Claim]:
        wanted = self.form.wanted
        plan = wanted.get("plan")
        found = claim_queries.in_state(rows, wanted.get("status", ClaimStatus.READY))
        return claim_queries.matching(found, wanted.get("q", ""), plan.pk if plan else None)

    def columns(self) -> list[Column]:
        return [
            Column(_("Claim number"), 20, 11, lambda one: one.number),
            Column(_("Status"), 20, 12, lambda one: one.get_status_display()),
            Column(_("Insurer"), 24, 16, lambda one: one.membership.plan.insurer),
            Column(_("Plan"), 24, 0, lambda one: one.membership.plan.name),
            Column(_("Patient"), 28, 19, lambda one: one.appointment.patient.name),
            Column(_("Service"), 24, 11, lambda one: one.appointment.service.name),
            Column(_("Visit"), 18, 12, lambda one: one.appointment.starts_at, "number left"),
            Column(_("Expected"), 12, 9, lambda one: one.expected, "number"),
            Column(_("Paid by the insurer"), 16, 9, lambda one: one.actual, "number"),
            Column(_("Currency"), 10, 0, lambda one: one.currency),
            Column(_("How often asked"), 10, 0, lambda one: one.round),
        ]


def _bank_references(payment: Payment) -> str:
    attempts = payment.attempts.all()  # type: ignore[attr-defined]
    return ", ".join(one.bank_reference for one in attempts if one.bank_reference)
