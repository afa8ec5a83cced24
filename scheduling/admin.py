"""What the admin may edit of scheduling. Appointments are only read here: they change through their own door."""

from typing import Any

from django.contrib import admin

from clinic.core.admin import Kept, ReadOnly
from scheduling.domain import hours
from scheduling.models import (
    Appointment,
    AppointmentStatusChange,
    DayOff,
    DelayNotice,
    Disruption,
    Holiday,
    Opening,
    Referral,
    Resource,
    ResourceGroup,
    ResourceOutage,
    Schedule,
    Service,
    WaitingEntry,
    WaitingOffer,
)


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    list_display = ["name", "kind", "minutes", "price", "price_from_doctor", "specialty", "is_active"]
    list_filter = ["kind", "is_active", "specialty"]
    search_fields = ["name"]
    list_select_related = ["specialty"]
    autocomplete_fields = ["specialty"]


class ChangesSlots:
    """Whoever looks at the doctor's slots hears of what is changed here, as they do of the editor's saves."""

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        hours.announce(obj.doctor_id)

    def delete_model(self, request: Any, obj: Any) -> None:
        super().delete_model(request, obj)  # type: ignore[misc]
        hours.announce(obj.doctor_id)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        doctor_ids = set(queryset.values_list("doctor", flat=True))
        super().delete_queryset(request, queryset)  # type: ignore[misc]
        for doctor_id in doctor_ids:
            hours.announce(doctor_id)


@admin.register(Schedule)
class ScheduleAdmin(ChangesSlots, Kept, admin.ModelAdmin[Schedule]):
    list_display = ["doctor", "slot_minutes", "buffer_minutes", "notice_minutes", "horizon_days"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    readonly_fields = ["doctor"]


@admin.register(DayOff)
class DayOffAdmin(ChangesSlots, admin.ModelAdmin[DayOff]):
    list_display = ["doctor", "first_day", "last_day", "starts", "ends", "reason"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    autocomplete_fields = ["doctor"]
    date_hierarchy = "first_day"


@admin.register(Opening)
class OpeningAdmin(ReadOnly, admin.ModelAdmin[Opening]):
    """Edited at /calendar/hours/dates/, which looks at what else is there."""

    list_display = ["doctor", "day", "starts", "ends"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    date_hierarchy = "day"


@admin.register(Holiday)
class HolidayAdmin(ReadOnly, admin.ModelAdmin[Holiday]):
    """Edited at /holidays/, which shows the appointments on those days."""

    list_display = ["name", "first_day", "last_day"]
    search_fields = ["name"]
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


@admin.register(DelayNotice)
class DelayNoticeAdmin(ReadOnly, admin.ModelAdmin[DelayNotice]):
    list_display = ["day", "doctor", "minutes", "told_by", "created_at"]
    list_select_related = ["doctor", "told_by"]
    search_fields = ["doctor__first_name", "doctor__last_name", "doctor__email"]
    date_hierarchy = "day"


@admin.register(ResourceGroup)
class ResourceGroupAdmin(admin.ModelAdmin[ResourceGroup]):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]


@admin.register(Resource)
class ResourceAdmin(admin.ModelAdmin[Resource]):
    list_display = ["name", "group", "is_active"]
    list_filter = ["group", "is_active"]
    list_select_related = ["group"]
    search_fields = ["name"]


@admin.register(ResourceOutage)
class ResourceOutageAdmin(admin.ModelAdmin[ResourceOutage]):
    list_display = ["resource", "first_day", "last_day", "reason"]
    list_filter = ["resource__group"]
    list_select_related = ["resource"]
    date_hierarchy = "first_day"


@admin.register(WaitingEntry)
class WaitingEntryAdmin(ReadOnly, admin.ModelAdmin[WaitingEntry]):
    list_display = [
        "created_at",
        "status",
        "patient",
        "doctor",
        "specialty",
        "service",
        "first_day",
        "last_day",
    ]
    list_filter = ["status", "specialty", "service"]
    list_select_related = ["patient", "doctor", "specialty", "service"]
    search_fields = ["patient__last_name", "patient__email", "doctor__last_name"]
    date_hierarchy = "created_at"


@admin.register(WaitingOffer)
class WaitingOfferAdmin(ReadOnly, admin.ModelAdmin[WaitingOffer]):
    list_display = ["created_at", "status", "doctor", "starts_at", "expires_at"]
    list_filter = ["status"]
    list_select_related = ["doctor"]
    date_hierarchy = "starts_at"


@admin.register(Disruption)
class DisruptionAdmin(ReadOnly, admin.ModelAdmin[Disruption]):
    list_display = ["first_day", "last_day", "status", "doctor", "decided_by", "created_at"]
    list_filter = ["status"]
    list_select_related = ["doctor", "decided_by"]
    date_hierarchy = "first_day"
