"""Lists of scans: the radiologists' worklist, what a doctor asked for, management's view of states and times, the
section of a record and the tab beside the video."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from accounts.rules import may_open_record
from clinic.core.errors import DomainError
from records.domain.imaging import lists, queries, reading
from records.domain.reading import note_record
from records.forms.imaging import ImagingFilter
from records.imaging_word_rules import is_reader
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to

PER_PAGE = 25
IN_PANEL = 6
ASKED = "asked"
LABELS: dict[str, str | Promise] = {
    lists.WRITE: gettext_lazy("To read"),
    lists.AUTHORISE: gettext_lazy("To authorise"),
    lists.COMING: gettext_lazy("On the way"),
    lists.DONE: gettext_lazy("Done"),
    lists.ALL: gettext_lazy("All"),
    ASKED: gettext_lazy("Asked for by me"),
}
READERS = (lists.WRITE, lists.AUTHORISE, lists.COMING, lists.DONE, ASKED)
OTHERS = (lists.ALL, lists.COMING, lists.WRITE, lists.AUTHORISE, lists.DONE)


@login_required
@never_cache
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """Radiologists: what waits for them. Other doctors: the scans they asked for. Management: states and times.
    Patients find theirs in their record."""
    user = cast(User, request.user)
    if user.is_patient:
        return redirect("record_imaging", pk=user.pk)
    if not (user.is_doctor or user.is_management):
        raise PermissionDenied
    reader = is_reader(user)
    tabs = READERS if reader else OTHERS
    wanted = request.GET.get("tab", "")
    tab = wanted if wanted in tabs else tabs[0]
    filters = ImagingFilter(request.GET)
    whole = _scans_of(user, reader)
    chosen = lists.asked_by(user) if tab == ASKED else whole
    found = lists.in_turn(filters.narrow(chosen), lists.ALL if tab == ASKED else tab)
    context = {
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "reader": reader,
        "tab": tab,
        "tabs": [(name, LABELS[name]) for name in tabs],
        "figures": lists.figures(whole),
        "days": lists.LATELY.days,
    }
    return render(request, "records/imaging/worklist.html", context)


@login_required
@require_POST
def read_next(request: HttpRequest) -> HttpResponse:
    """The next scan that nobody reads, begun by this radiologist."""
    user = cast(User, request.user)
    if not is_reader(user):
        raise PermissionDenied
    for report_id in lists.next_to_read(user):
        try:
            reading.claim(report_id, reader=user)
        except DomainError:
            # Somebody was faster.
            continue
        return redirect("imaging_report", report_id)
    messages.info(request, _("Nothing waits to be read."))
    return redirect("imaging_worklist")


@login_required
@never_cache
@require_safe
def record_imaging(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The section of a record: for the patient what was released, for doctors what they may see."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    note_record(patient, reader=user, by_itself=is_background(request))
    page = Paginator(queries.of_patient(user, patient), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "patient": patient,
        "section": "imaging",
        "page_obj": page,
        "may_ask": user.is_doctor and may_open_record(user, patient),
    }
    return render(request, "records/imaging/record.html", context)


@login_required
@never_cache
@require_safe
def visit_panel_imaging(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Beside the video, for the visit's doctor: the latest scans, and a way to ask for one."""
    user = cast(User, request.user)
    visit = get_object_or_404(appointments_visible_to(user), pk=appointment_id)
    if visit.doctor_id != user.pk or not may_open_record(user, visit.patient):
        raise Http404
    note_record(visit.patient, reader=user, by_itself=is_background(request))
    reports = queries.of_patient(user, visit.patient)[:IN_PANEL]
    context = {"visit": visit, "patient": visit.patient, "reports": reports}
    return render(request, "records/imaging/visit_panel.html", context)


def _scans_of(user: User, reader: bool) -> QuerySet[Any, Any]:
    if user.is_management:
        return queries.states_visible_to(user)
    return lists.read_by(user) if reader else lists.asked_by(user)
