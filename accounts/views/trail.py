"""The activity trail for who reviews it, and a patient's own: who opened my record."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rules
from accounts.domain import trail, trail_queries
from accounts.enums import ActivityVerb
from accounts.forms.trail import TrailFilter
from accounts.models import User
from clinic.core import sheets

PER_PAGE = 50


def reviewer(request: HttpRequest) -> User:
    """The signed-in user. Raises PermissionDenied for who may not see the trail."""
    assert isinstance(request.user, User)
    if not rules.can_see_trail(request.user):
        raise PermissionDenied
    return request.user


@login_required
@never_cache
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """Everything that was written down, latest first, narrowed by the address (person, patient, verb, from, to)."""
    reviewer(request)
    filters = TrailFilter(request.GET)
    page = Paginator(filters.narrow(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(row, trail_queries.verb_label(row.verb)) for row in page.object_list],
        "filters": filters,
        "head": trail_queries.head(),
        "export_rows": trail_queries.EXPORT_ROWS,
    }
    return render(request, "accounts/activity.html", context)


@login_required
@never_cache
@require_safe
def activity_export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as a sheet, EXPORT_ROWS at most. That it was taken is written down too."""
    user = reviewer(request)
    rows = TrailFilter(request.GET).narrow()
    trail.record(ActivityVerb.TRAIL_EXPORTED, actor=user)
    name = f"activity-{timezone.localdate():%Y-%m-%d}.xlsx"
    header = trail_queries.EXPORT_HEADER
    return sheets.download(name, header, trail_queries.export_rows(rows), title="Activity")


@login_required
@never_cache
@require_safe
def own_activity(request: HttpRequest) -> HttpResponse:
    """A patient sees who looked into their record: who, in which role, what, when."""
    assert isinstance(request.user, User)
    if not request.user.is_patient:
        raise PermissionDenied
    rows = trail_queries.of_record(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "accesses": trail_queries.together(page.object_list)}
    return render(request, "accounts/own_activity.html", context)
