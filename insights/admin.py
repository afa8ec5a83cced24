"""Exports in the Django admin: who asked for which, never the file."""

from django.contrib import admin

from clinic.core.admin import ReadOnly
from insights.models import Export


@admin.register(Export)
class ExportAdmin(ReadOnly, admin.ModelAdmin[Export]):
    list_display = ["created_at", "owner", "kind", "format", "status", "total"]
    list_filter = ["status", "kind", "format"]
    list_select_related = ["owner"]
    date_hierarchy = "created_at"
    # A filter may hold a patient's name.
    fields = [
        "owner",
        "role",
        "kind",
        "format",
        "status",
        "done",
        "total",
        "size",
        "finished_at",
        "expires_at",
    ]
