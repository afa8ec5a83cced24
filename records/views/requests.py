"""Requests: management's queue and a doctor's own, asking from the visit, one request and its steps."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records import request_rules
from records.domain import record_requests, request_queries
from records.enums import RecordRequestKind, RecordRequestStatus
from records.forms.requests import RequestForm
from records.models import RecordRequest
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to
from scheduling.models import Appointment

PER_PAGE = 25
_S = RecordRequestStatus
# In the order of the work.
TABS = {
    True: (_S.REQUESTED, _S.IN_PROGRESS, _S.PREPARED, _S.COMPLETED, _S.DECLINED, _S.CANCELLED),
    False: (_S.PREPARED, _S.REQUESTED, _S.IN_PROGRESS, _S.COMPLETED, _S.DECLINED, _S.CANCELLED),
}


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Management: the queue. A doctor: what they asked for."""
    user = cast(User, request.user)
    if not (user.is_management or user.is_doctor):
        raise PermissionDenied
    found = request_queries.requests_visible_to(user)
    if user.is_doctor:
        found = found.filter(doctor=user)
    tabs = TABS[user.is_management]
    wanted = request.GET.get("status", "")
    status = wanted if wanted in _S.values else str(tabs[0])
    counts = request_queries.counts(found)
    page = Paginator(request_queries.in_turn(found, status), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "status": status,
        "tabs": [(str(tab), tab.label, counts[tab] if tab in request_rules.OPEN else 0) for tab in tabs],
    }
    return render(request, "records/requests/queue.html", context)


@login_required
@never_cache
@require_safe
def record_requests_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The section of a patient's record, for doctors."""
    user = cast(User, request.user)
    if not user.is_doctor:
        raise PermissionDenied
    patient = patient_of(request, pk)
    found = request_queries.requests_visible_to(user).filter(patient=patient).order_by("-created_at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"patient": patient, "section": "requests", "page_obj": page}
    return render(request, "records/requests/record.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Ask from the visit, on a page of its own or (htmx) beside the video."""
    user = cast(User, request.user)
    visit = _visit(user, appointment_id)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = record_requests.ask(visit.pk, doctor=user, **form.cleaned_data)
        except DomainError as refused:
            form.take(refused)
        else:
            if request.htmx:  # type: ignore[attr-defined]
                return _panel(request, visit, RequestForm(), asked=True)
            messages.success(request, _("It is in the clinic's queue."))
            return redirect("request", made.pk)
    if request.htmx and request.method == "POST":  # type: ignore[attr-defined]
        return _panel(request, visit, form)
    status = 422 if request.method == "POST" else 200
    return render(request, "records/requests/new.html", {"visit": visit, "form": form}, status=status)


@login_required
@never_cache
@require_safe
def visit_panel_requests(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The tab beside the video."""
    return _panel(request, _visit(cast(User, request.user), appointment_id), RequestForm())


@login_required
@never_cache
@require_safe
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _one(request, pk))


@login_required
@require_POST
def act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """A step; a refusal is said on the request's page, with the reason that was typed."""
    user = cast(User, request.user)
    found = _one(request, pk)
    reason = request.POST.get("reason", "")
    steps: dict[str, tuple[Any, str]] = {
        "take": (lambda: record_requests.take(pk, actor=user), _("It is yours to prepare.")),
        "let-go": (lambda: record_requests.let_go(pk, actor=user), _("It is back in the queue.")),
        "begin": (lambda: record_requests.begin_prescription(pk, actor=user), ""),
        "hand-over": (lambda: record_requests.hand_over(pk, actor=user), _("It is with the doctor now.")),
        "send-back": (
            lambda: record_requests.send_back(pk, actor=user, reason=reason),
            _("It is sent back to be changed."),
        ),
        "decline": (
            lambda: record_requests.decline(pk, actor=user, reason=reason),
            _("It is declined; the doctor has been told."),
        ),
        "withdraw": (lambda: record_requests.withdraw(pk, actor=user), _("The request is withdrawn.")),
    }
    if action not in steps:
        raise Http404
    does, said = steps[action]
    try:
        done = does()
    except DomainError as refused:
        if refused.status == 403:
            raise PermissionDenied from refused
        found.refresh_from_db()
        return _page(request, found, refusal=refused, refused=action, typed=reason)
    if action == "begin":
        return redirect("prescription_edit", done.pk)
    messages.success(request, said)
    return redirect("request", pk)


def _one(request: HttpRequest, pk: UUID) -> RecordRequest:
    found = request_queries.requests_visible_to(cast(User, request.user)).prefetch_related("panels")
    return cast(RecordRequest, get_object_or_404(found, pk=pk))


def _page(
    request: HttpRequest,
    found: RecordRequest,
    *,
    refusal: DomainError | None = None,
    refused: str = "",
    typed: str = "",
) -> HttpResponse:
    user = cast(User, request.user)
    reads = request_rules.can_read(user, found)
    if reads:
        request_queries.read(found, reader=user, by_itself=is_background(request))
    decides = request_rules.can_decide(user, found)
    context = {
        "asked": found,
        "reads": reads,
        "history": request_queries.history(found),
        "refusal": refusal,
        "refused": refused,
        "typed": typed,
        "may_take": request_rules.can_take(user, found),
        "prepares": request_rules.prepares(user, found),
        "may_let_go": request_rules.can_let_go(user, found),
        "may_decline": request_rules.can_decline(user, found),
        "decides": decides,
        "may_withdraw": decides and found.can_become(_S.CANCELLED),
        "may_send_back": decides and found.status == _S.PREPARED,
        "sent_back": request_queries.sent_back(found),
        "result_url": _result_url(user, found),
        "lab_new_url": f"{reverse('lab_report_new', args=[found.patient_id])}?request={found.pk}",
    }
    return render(request, "records/requests/one.html", context, status=refusal.status if refusal else 200)


def _result_url(user: User, found: RecordRequest) -> str:
    """Where what is prepared is to be seen by this person; "" when there is nothing (any more)."""
    if found.kind == RecordRequestKind.LAB_REPORT:
        report = found.lab_report
        if report is None or report.status == "discarded":
            return ""
        page = (
            "lab_report_edit"
            if report.status == "preliminary" and request_rules.prepares(user, found)
            else "lab_report"
        )
        return reverse(page, args=[report.pk])
    draft = found.prescription
    if draft is None or draft.status == "discarded":
        return ""
    return reverse("prescription_edit" if draft.status == "draft" else "prescription", args=[draft.pk])


def _panel(
    request: HttpRequest, visit: Appointment, form: RequestForm, *, asked: bool = False
) -> HttpResponse:
    user = cast(User, request.user)
    found = request_queries.requests_visible_to(user).filter(appointment=visit).order_by("-created_at", "-pk")
    context = {"visit": visit, "form": form, "requests": found[:PER_PAGE], "asked": asked}
    # htmx puts an answer in its place only when it is a success.
    return render(request, "records/requests/panel.html", context)


def _visit(user: User, appointment_id: UUID) -> Appointment:
    visit = appointments_visible_to(user).filter(pk=appointment_id).first()
    if visit is None:
        raise Http404
    if not request_rules.can_ask(user, visit):
        raise PermissionDenied
    return visit
