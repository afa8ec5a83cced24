"""That people talk and meet can be looked at here; what they say can't."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinic.core.admin import ReadOnly
from messaging.models import Call, CallStatusChange, Conversation, Member


class MemberInline(ReadOnly, admin.TabularInline[Member, Conversation]):
    model = Member
    fields = readonly_fields = ("user", "last_delivered_seq", "last_read_seq", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).select_related("user")


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin[Conversation]):
    list_display = ["id", "last_seq", "last_message_at", "created_at"]
    search_fields = ["members__user__email", "members__user__last_name"]
    date_hierarchy = "created_at"
    exclude = ["pair"]
    inlines = [MemberInline]


class CallHistoryInline(ReadOnly, admin.TabularInline[CallStatusChange, Call]):
    model = CallStatusChange
    fields = readonly_fields = ("at", "from_status", "to_status", "actor", "reason")


@admin.register(Call)
class CallAdmin(ReadOnly, admin.ModelAdmin[Call]):
    list_display = ["id", "host", "media", "status", "opens_at", "started_at", "ended_at"]
    list_filter = ["status", "media"]
    list_select_related = ["host"]
    search_fields = ["host__email", "host__last_name"]
    date_hierarchy = "created_at"
    inlines = [CallHistoryInline]
