"""That a record exists can be looked at here; what it says is for the patient and the care team."""

from django.contrib import admin

from clinic.core.admin import ReadOnly
from records.models import Feedback, FeedbackStatusChange, VisitNote


@admin.register(VisitNote)
class VisitNoteAdmin(ReadOnly, admin.ModelAdmin[VisitNote]):
    list_display = ["id", "appointment_id", "author", "status", "version", "signed_at", "created_at"]
    list_filter = ["status"]
    list_select_related = ["author"]
    search_fields = ["author__email", "author__last_name"]
    date_hierarchy = "created_at"
    fields = ["appointment_id", "author", "status", "version", "signed_at", "created_at", "updated_at"]


class FeedbackHistoryInline(ReadOnly, admin.TabularInline[FeedbackStatusChange, Feedback]):
    model = FeedbackStatusChange
    fields = readonly_fields = ("at", "from_status", "to_status", "actor", "reason")


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, admin.ModelAdmin[Feedback]):
    """Management publishes and hides on the page of reviews."""

    list_display = ["id", "doctor", "overall", "recommend", "status", "moderated_by", "created_at"]
    list_filter = ["status", "overall", "recommend"]
    list_select_related = ["appointment__doctor", "moderated_by"]
    search_fields = ["appointment__doctor__last_name", "appointment__doctor__email"]
    date_hierarchy = "created_at"
    fields = ["doctor", "overall", "staff", "facility", "clarity", "recommend", "status", "moderated_by"]
    inlines = [FeedbackHistoryInline]

    @admin.display(ordering="appointment__doctor__last_name")
    def doctor(self, feedback: Feedback) -> str:
        return feedback.appointment.doctor.name
