"""The whole record as a file: ask, follow, download."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from clinic.core import pdf
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from records import rules
from records.domain import record_exports
from records.enums import ExportFormat, ExportState
from records.models import RecordExport
from records.views.opened import patient_of

SHOWN = 10
# FHIR's own media type for JSON.
CONTENT_TYPES = {ExportFormat.PDF: pdf.PDF, ExportFormat.FHIR: "application/fhir+json"}
ENDINGS = {ExportFormat.PDF: "pdf", ExportFormat.FHIR: "fhir.json"}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: what was asked for and how far it is. POST: ask for one, in `format`."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    status = 200
    if request.method == "POST":
        try:
            record_exports.ask(patient, actor=user, file_format=request.POST.get("format", ""))
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            status = refusal.status
        else:
            return redirect("record_export", pk)
    own = record_exports.of(user, patient)
    record_exports.notice_dead(own)
    shown = list(own[:SHOWN])
    context = {
        "patient": patient,
        "section": "export",
        "exports": shown,
        "under_way": any(export.state == ExportState.WAITING for export in shown),
        "kept_hours": int(record_exports.KEPT.total_seconds() // 3600),
    }
    return render(request, "records/export.html", context, status=status)


@login_required
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, to who asked for it as long as the record is open to them, and for a day."""
    user = cast(User, request.user)
    export = get_object_or_404(
        RecordExport.objects.select_related("patient", "asked_by").filter(asked_by=user), pk=pk
    )
    if not rules.can_download_export(user, export) or not export.is_there:
        raise Http404
    record_exports.note_download(export)
    kind = ExportFormat(export.format)
    answer = serve_private(
        export.file,
        content_type=CONTENT_TYPES[kind],
        name=f"record-{export.created_at:%Y-%m-%d}.{ENDINGS[kind]}",
        download=True,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
