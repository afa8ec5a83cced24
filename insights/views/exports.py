"""Lists as files: choose, make at once or in the background, follow, download, cancel, start again."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core import pdf, sheets
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from insights.domain import exports
from insights.domain.lists.base import ExportedList
from insights.domain.lists.registry import LISTS, kinds_of, listed, may_export
from insights.enums import ExportFormat, ExportKind
from insights.models import Export

SHOWN = 20
CONTENT_TYPES = {
    ExportFormat.XLSX: sheets.XLSX,
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.PDF: pdf.PDF,
}
NOT_A_FILTER = ("kind", "format", "page", "tab")


def exporter(request: HttpRequest) -> User:
    """The signed-in person. Raises PermissionDenied for who has no lists to take."""
    user = cast(User, request.user)
    if not may_export(user):
        raise PermissionDenied
    return user


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = exporter(request)
    own = exports.visible_to(user)
    exports.notice_dead(own)
    shown = list(own[:SHOWN])
    context = {
        "exports": [(export, listed(export.kind, user, export.filters).chosen) for export in shown],
        "lists": [(kind.label, reverse(LISTS[kind].page)) for kind in kinds_of(user)],
        "under_way": any(export.is_under_way for export in shown),
        "kept_hours": int(exports.KEPT.total_seconds() // 3600),
    }
    return render(request, "insights/exports.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """GET: what would be in it. POST: the file itself, or the list of exports where a large one is being made.
    The address has the filters of the list it comes from."""
    user = exporter(request)
    kind = request.GET.get("kind", ExportKind.APPOINTMENTS)
    if kind not in LISTS:
        raise Http404
    if not may_export(user, kind):
        raise PermissionDenied
    chosen = listed(kind, user, _filters(request))
    if request.method != "POST":
        return _ask(request, chosen)
    wanted = request.POST.get("format", ExportFormat.XLSX)
    if wanted not in ExportFormat.values:
        messages.error(request, _("Please choose Excel or PDF."))
        return _ask(request, chosen, status=400)
    if not may_export(user, kind, wanted):
        raise PermissionDenied
    if chosen.errors:
        return _ask(request, chosen, status=422)
    try:
        if chosen.count() <= exports.SMALL:
            return _file(exports.make_now(chosen, wanted), wanted, kind)
        exports.ask(chosen, wanted)
    except DomainError as refused:
        messages.error(request, refused.detail)
        return _ask(request, chosen, status=refused.status)
    return redirect("exports")


@login_required
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, to its owner only, for as long as it is kept."""
    export = _own(request, pk)
    if not export.is_there:
        raise Http404
    exports.note_download(export)
    answer = serve_private(
        export.file,
        content_type=CONTENT_TYPES[ExportFormat(export.format)],
        name=_name(export.kind, export.format),
        download=True,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _try(request, exports.cancel, pk)


@login_required
@require_POST
def restart(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _try(request, exports.restart, pk)


def _try(request: HttpRequest, step: object, pk: UUID) -> HttpResponse:
    export = _own(request, pk)
    try:
        step(export)  # type: ignore[operator]
    except DomainError as refused:
        messages.error(request, refused.detail)
    return redirect("exports")


def _own(request: HttpRequest, pk: UUID) -> Export:
    return get_object_or_404(exports.visible_to(exporter(request)).select_related("owner"), pk=pk)


def _filters(request: HttpRequest) -> str:
    """The address's own filters, always in the same order."""
    wanted = request.GET.copy()
    for name in NOT_A_FILTER:
        wanted.pop(name, None)
    pairs = sorted((name, value) for name, values in wanted.lists() for value in values if value)
    clean = wanted.copy()
    clean.clear()
    for name, value in pairs:
        clean.appendlist(name, value)
    return clean.urlencode()


def _ask(request: HttpRequest, chosen: ExportedList, *, status: int = 200) -> HttpResponse:
    count = chosen.count()
    back = request.GET.copy()
    back.pop("kind", None)
    context = {
        "title": chosen.title,
        "back_url": f"{reverse(chosen.page)}{f'?{back.urlencode()}' if back and chosen.form else ''}",
        "chosen": chosen.chosen,
        "errors": chosen.errors,
        "count": count,
        "is_large": count > exports.SMALL,
        "formats": [
            option
            for option in ExportFormat
            if may_export(chosen.owner, chosen.kind, option)
            and (option != ExportFormat.PDF or pdf.is_possible())
        ],
    }
    return render(request, "insights/export_new.html", context, status=status)


def _file(content: bytes, file_format: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPES[ExportFormat(file_format)])
    answer["Content-Disposition"] = f'attachment; filename="{_name(kind, file_format)}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _name(kind: str, file_format: str) -> str:
    return f"{kind}-{timezone.localdate():%Y-%m-%d}.{file_format}"
