"""Money is looked at here, never edited: every change goes through domain/payments.py."""

from django.contrib import admin

from billing.models import Attempt, BillingDocument, Payment, PaymentStatusChange
from clinic.core.admin import ReadOnly


class HistoryInline(ReadOnly, admin.TabularInline[PaymentStatusChange, Payment]):
    model = PaymentStatusChange
    fields = readonly_fields = ("at", "from_status", "to_status", "actor", "reason")


class AttemptInline(ReadOnly, admin.TabularInline[Attempt, Payment]):
    model = Attempt
    fields = readonly_fields = (
        "created_at",
        "bank_reference",
        "outcome",
        "reason",
        "decided_by",
        "decided_at",
    )
    show_change_link = True


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin[Payment]):
    list_display = ["reference", "patient", "amount", "currency", "status", "submitted_at", "created_at"]
    list_filter = ["status"]
    list_select_related = ["appointment__patient"]
    search_fields = ["reference", "appointment__patient__email", "appointment__patient__last_name"]
    date_hierarchy = "created_at"
    inlines = [AttemptInline, HistoryInline]

    @admin.display(ordering="appointment__patient__first_name")
    def patient(self, payment: Payment) -> str:
        return payment.appointment.patient.name


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, admin.ModelAdmin[Attempt]):
    list_display = ["bank_reference", "payment", "outcome", "created_at", "decided_by", "decided_at"]
    list_filter = ["outcome"]
    list_select_related = ["payment", "decided_by"]
    search_fields = ["bank_reference", "reference_key", "payment__reference"]
    # The file has no public address (clinic/core/files.py): it is seen in the queue.
    exclude = ["proof"]


@admin.register(BillingDocument)
class BillingDocumentAdmin(ReadOnly, admin.ModelAdmin[BillingDocument]):
    list_display = ["shown_number", "kind", "patient", "total", "currency", "created_at", "issued_by"]
    list_filter = ["kind", "year"]
    list_select_related = ["payment__appointment__patient", "issued_by"]
    search_fields = ["=number", "payment__reference", "payment__appointment__patient__last_name"]
    date_hierarchy = "created_at"

    @admin.display(ordering="payment__appointment__patient__first_name")
    def patient(self, document: BillingDocument) -> str:
        return document.payment.appointment.patient.name
