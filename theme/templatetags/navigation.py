"""Who sees which places. One list; side navigation, bottom bar and tests read it."""

from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role

register = template.Library()


@dataclass(frozen=True)
class Place:
    """`also` names further URL names under which this place is the present one; `count` names a context variable;
    `short` is the label where there is little room; the phone's bar leaves out what has no `bar` place there; `heading`
    stands above it and names it with those that follow."""

    url_name: str
    label: str | Promise
    icon: str
    also: frozenset[str] = frozenset()
    count: str = ""
    short: str | Promise = ""
    bar: bool = True
    heading: str | Promise = ""


HOME = Place("home", _("Home"), "house")
_BOOKING = frozenset(
    {
        "doctor", "book", "book_details", "book_review",
        "book_any", "book_any_details", "book_any_review",
    }
)  # fmt: skip
BOOK = Place("doctors", _("Book"), "calendar-plus", _BOOKING)
DOCTORS = Place("doctors", _("Doctors"), "stethoscope", _BOOKING)
CALENDAR = Place(
    "calendar",
    _("Calendar"),
    "calendar-days",
    frozenset({"calendar_visit", "calendar_move", "working_hours", "working_dates"}),
)
QUEUE = Place("queue", _("Queue"), "list-ordered", frozenset({"queue_late"}))
APPOINTMENTS = Place(
    "appointments",
    _("Appointments"),
    "calendar-check",
    frozenset({"appointment", "appointment_reschedule", "appointment_action", "visit_note", "feedback"})
    | {"desk_book", "follow_up", "series", "series_new", "series_cancel"},
    short=_("Visits"),
)
PAYMENTS = Place("payments", _("Payments"), "wallet", frozenset({"payment", "credit"}))
OWN_AID = Place(
    "medical_aid", _("Medical aid"), "shield", frozenset({"medical_aid_end", "own_claims"}), bar=False
)
AID = Place(
    "memberships",
    _("Medical aid"),
    "shield",
    frozenset({"membership", "membership_enter", "plans", "plan_new", "plan", "plan_rate_new", "plan_rate"})
    | {
        "authorisations",
        "authorisation",
        "authorisation_new",
        "claims",
        "claim",
        "claim_answer",
        "claims_totals",
    }
    | {"claims_chosen"},
    bar=False,
)
INVOICES = Place(
    "billing_documents",
    _("Invoices"),
    "receipt-text",
    frozenset({"billing_document", "billing_document_correct"}),
    bar=False,
)
STATEMENTS = Place(
    "statements", _("Bank statements"), "landmark", frozenset({"statement", "statement_lines"}), bar=False
)
DESK = Place(
    "desk",
    _("Cash desk"),
    "banknote",
    frozenset({"desk_payment", "patient_credit", "shifts", "shift", "shift_open"}),
    bar=False,
)
REFUNDS = Place("refunds", _("Refunds"), "undo-2", frozenset({"refund", "cancellation_terms"}), bar=False)
MESSAGES = Place(
    "conversations",
    _("Messages"),
    "message-circle",
    frozenset({"conversation", "conversation_new"}),
    "unread_messages",
)
# Every page of a patient's record.
RECORD_PAGES = frozenset(
    {"patient_record", "prescription", "prescription_edit", "document"}
    | {"lab_report", "lab_report_new", "lab_report_edit", "record_lab_trends"}
    | {"record_explanations", "explanation"}
    | {
        f"record_{page}"
        for page in (
            "summary",
            "history",
            "fact",
            "fact_new",
            "fact_void",
            "vitals",
            "prescriptions",
            "adherence",
            "labs",
            "imaging",
            "notes",
            "documents",
            "document_new",
            "requests",
            "export",
        )
    }
)
PATIENTS = Place("patients", _("Patients"), "users", RECORD_PAGES | {"break_glass"})
OWN_RECORD = Place(
    "own_record",
    _("My record"),
    "folder-heart",
    RECORD_PAGES | {"imaging_report", "imaging_studies", "imaging_viewer"},
    bar=False,
)
ACTIVITY = Place(
    "activity", _("Activity"), "scroll-text", frozenset({"break_glass_list", "patient_care_team"}), bar=False
)
OWN_ACTIVITY = Place(
    "own_activity", _("Who opened my record"), "shield-check", frozenset({"care_team"}), bar=False
)
MEDICINES = Place(
    "medicines",
    _("My medicines"),
    "pill",
    frozenset({"medicines_history", "medicines_adherence"}),
    bar=False,
)
PEOPLE = Place(
    "people",
    _("People"),
    "users",
    frozenset({"person", "person_new", "person_edit", "person_deactivate", "person_role"}),
)
REFERRALS = Place(
    "referrals",
    _("Referrals"),
    "scan",
    frozenset({"referral", "referral_new", "referral_withdraw"}),
    bar=False,
)
IMAGING = Place(
    "imaging_worklist",
    _("Imaging"),
    "scan-eye",
    frozenset({"imaging_report", "imaging_report_action"})
    | {"imaging_studies", "imaging_identity", "imaging_viewer"}
    | {"imaging_templates", "imaging_template", "imaging_template_new"}
    | {"imaging_phrases", "imaging_phrase", "imaging_phrase_new"},
    bar=False,
)
REQUESTS = Place(
    "requests",
    _("Requests"),
    "clipboard-check",
    frozenset({"request", "request_action", "request_new"}),
    bar=False,
)
PRESCRIPTIONS = Place("prescriptions", _("Prescriptions"), "pill", bar=False)
NOTE_WORDS = Place(
    "note_templates",
    _("Note templates"),
    "notebook-pen",
    frozenset({"note_template", "note_template_new", "note_phrases", "note_phrase", "note_phrase_new"}),
    bar=False,
)
SERVICES = Place(
    "clinic_services",
    _("Services"),
    "list-checks",
    frozenset(
        {
            "clinic_service_new",
            "clinic_service",
            "clinic_service_retire",
            "resources",
            "resource_group_new",
            "resource_group",
            "resource_new",
            "resource",
        }
    ),
    bar=False,
)
CATALOGUE = Place(
    "medicine_catalogue",
    _("Medicines"),
    "pill",
    frozenset({"medicine", "medicine_new", "medicine_imports", "medicine_import"})
    | {"medicine_interactions", "medicine_interaction_new"},
    bar=False,
)
LABORATORY = Place(
    "lab_parameters",
    _("Laboratory"),
    "flask-conical",
    frozenset({"lab_parameter", "lab_parameter_new", "lab_range", "lab_range_new"})
    | {"lab_panels", "lab_panel", "lab_panel_new"},
    bar=False,
)
CRITICAL = Place(
    "critical_alerts", _("Critical findings"), "triangle-alert", frozenset({"critical_alert"}), bar=False
)
WAITING = Place(
    "waiting_list",
    _("Waiting list"),
    "hourglass",
    frozenset({"waiting_join", "waiting_by_hand", "waiting_offer"}),
    bar=False,
)
EXPORTS = Place("exports", _("Exports"), "sheet", frozenset({"export_new"}), bar=False)
FIGURES = Place("figures", _("Figures"), "chart-column", frozenset({"figures_behind"}), bar=False)
REVIEWS = Place("reviews", _("Reviews"), "star", bar=False)
TEXTS = Place(
    "notification_templates",
    _("Notification texts"),
    "mail-open",
    frozenset({"notification_template"}),
    bar=False,
)
DELIVERIES = Place("deliveries", _("Delivery log"), "send", bar=False)
ADMIN = Place("admin:index", _("Admin"), "settings")

PLACES: dict[str, tuple[Place, ...]] = {
    Role.PATIENT: (
        HOME,
        BOOK,
        APPOINTMENTS,
        PAYMENTS,
        MESSAGES,
        OWN_RECORD,
        MEDICINES,
        OWN_AID,
        OWN_ACTIVITY,
    ),
    Role.DOCTOR: (
        HOME,
        CALENDAR,
        QUEUE,
        replace(APPOINTMENTS, bar=False),
        PATIENTS,
        MESSAGES,
        REFERRALS,
        IMAGING,
        PRESCRIPTIONS,
        REQUESTS,
        CRITICAL,
        NOTE_WORDS,
    ),
    Role.MANAGEMENT: (
        HOME,
        QUEUE,
        CALENDAR,
        replace(APPOINTMENTS, bar=False),
        WAITING,
        MESSAGES,
        replace(PAYMENTS, heading=_("Money")),
        DESK,
        STATEMENTS,
        REFUNDS,
        AID,
        INVOICES,
        replace(REFERRALS, heading=_("Care")),
        IMAGING,
        REQUESTS,
        CATALOGUE,
        LABORATORY,
        CRITICAL,
        NOTE_WORDS,
        replace(PEOPLE, bar=False, heading=_("Clinic")),
        replace(DOCTORS, bar=False),
        SERVICES,
        REVIEWS,
        FIGURES,
        replace(EXPORTS, heading=_("Housekeeping")),
        TEXTS,
        DELIVERIES,
        ACTIVITY,
    ),
    Role.ADMIN: (HOME, PEOPLE, replace(ACTIVITY, bar=True), ADMIN),
}


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The places of the signed-in user's role: url, label, short, icon, bar, heading, current, count,
    count_key. Empty without a user."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return []
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    items = []
    for place in PLACES.get(user.role, ()):
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            # An app that brings no such page (yet) takes no place in the navigation.
            continue
        items.append(
            {
                "url": url,
                "label": place.label,
                "short": place.short or place.label,
                "icon": place.icon,
                "bar": place.bar,
                "heading": place.heading,
                "current": here == place.url_name or here in place.also,
                "count_key": place.count,
                "count": context.get(place.count) or 0 if place.count else 0,
            }
        )
    return items
