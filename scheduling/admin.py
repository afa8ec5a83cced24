"""What the admin may edit of scheduling. Appointments are only read here: they change through their own door."""

from django.contrib import admin

from clinic.core.admin import Kept, ReadOnly
from scheduling.models import Appointment, AppointmentStatusChange, DayOff, Referral, Schedule, Service


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    list_display = ["name", "kind", "minutes", "price", "price_from_doctor", "specialty", "is_active"]
    list_filter = ["kind", "is_active", "specialty"]
    search_fields = ["name"]
    list_select_related = ["specialty"]
    autocomplete_fields = ["specialty"]


@admin.register(Schedule)
class ScheduleAdmin(Kept, admin.ModelAdmin[Schedule]):
    list_display = ["doctor", "slot_minutes", "buffer_minutes", "notice_minutes", "horizon_days"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    readonly_fields = ["doctor"]


@admin.register(DayOff)
class DayOffAdmin(admin.ModelAdmin[DayOff]):
    list_display = ["doctor", "first_day", "last_day", "reason"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    autocomplete_fields = ["doctor"]
    date_hierarchy = "first_day"


class HistoryInline(ReadOnly, admin.TabularInline[AppointmentStatusChange, Appointment]):
    model = AppointmentStatusChange
    fields = ["at", "from_status", "to_status", "actor"]
    readonly_fields = ["at"]
    extra = 0


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly, admin.ModelAdmin[Appointment]):
    """`reason` is the patient's own words and stays with the people of the appointment."""

    list_display = ["starts_at", "status", "doctor", "patient", "service", "mode"]
    list_filter = ["status", "mode", "service"]
    list_select_related = ["doctor", "patient", "service"]
    search_fields = ["doctor__last_name", "doctor__email", "patient__last_name", "patient__email"]
    date_hierarchy = "starts_at"
    exclude = ["reason"]
    inlines = [HistoryInline]


@admin.register(Referral)
class ReferralAdmin(ReadOnly, admin.ModelAdmin[Referral]):
    """`question` and the document are clinical and stay with the people of the referral."""

    list_display = ["created_at", "status", "priority", "patient", "referrer", "service"]
    list_filter = ["status", "priority", "service"]
    list_select_related = ["patient", "referrer", "service"]
    search_fields = ["patient__last_name", "patient__email", "referrer__last_name", "referrer__email"]
    date_hierarchy = "created_at"
    exclude = ["question", "document", "document_type", "document_name"]
