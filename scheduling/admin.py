"""What the admin may edit of scheduling. Appointments are only read here: they change through their own door."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from scheduling.models import Appointment, AppointmentStatusChange, DayOff, Schedule, Service


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    list_display = ["name", "kind", "minutes", "price", "price_from_doctor", "specialty", "is_active"]
    list_filter = ["kind", "is_active", "specialty"]
    search_fields = ["name"]
    list_select_related = ["specialty"]


@admin.register(Schedule)
class ScheduleAdmin(admin.ModelAdmin[Schedule]):
    list_display = ["doctor", "slot_minutes", "buffer_minutes", "notice_minutes", "horizon_days"]
    list_select_related = ["doctor"]
    autocomplete_fields = ["doctor"]


@admin.register(DayOff)
class DayOffAdmin(admin.ModelAdmin[DayOff]):
    list_display = ["doctor", "first_day", "last_day", "reason"]
    list_select_related = ["doctor"]
    date_hierarchy = "first_day"


class ReadOnly:
    """Nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
    date_hierarchy = "starts_at"
    exclude = ["reason"]
    inlines = [HistoryInline]
