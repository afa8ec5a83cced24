"""What the admin pages of every app share, and those of the kernel's own workings."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django_tasks_db.models import DBTaskResult


class ReadOnly:
    """Nobody adds, changes or deletes here, one by one or by an action on many."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Kept(ReadOnly):
    """What exists may be changed; it comes and goes by its own door."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super(ReadOnly, self).has_change_permission(request, obj))  # type: ignore[misc]


# The library's own page shows arguments and tracebacks: mails with links that set a new password.
if admin.site.is_registered(DBTaskResult):
    admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What waits, runs and failed; not what with."""

    list_display = ("task_path", "status", "enqueued_at", "run_after", "started_at", "finished_at")
    list_filter = ["status", "task_path"]
    date_hierarchy = "enqueued_at"
    ordering = ["-enqueued_at"]
    fields = (*list_display, "queue_name", "priority", "exception_class_path")
    show_full_result_count = False


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What was done in these pages, by whom."""

    list_display = ["action_time", "user", "content_type", "object_id", "action_flag", "get_change_message"]
    list_filter = ["action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_id", "user__email"]
    date_hierarchy = "action_time"
    fields = ["action_time", "user", "content_type", "object_id", "action_flag", "get_change_message"]
    show_full_result_count = False
