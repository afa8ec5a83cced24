"""Documents of a record: the list, adding one, one document, its file and its pages."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from records import rules
from records.domain import documents, previews, uploads
from records.domain.document_queries import documents_visible_to
from records.forms.documents import DocumentFilter, DocumentForm
from records.models import Document
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to

PER_PAGE = 20
IN_PANEL = 8
PREVIEW_TAKES = timedelta(minutes=2)


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The documents of one patient: for the patient, and for the doctors to whom the record is open. Doctors see with
    `?voided=1` also what was entered in error."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    with_voided = user.is_doctor and request.GET.get("voided") == "1"
    filters = DocumentFilter(request.GET)
    found = filters.narrow(documents_visible_to(user, voided=with_voided).filter(patient=patient))
    if request.GET.get("order") == "keep":
        found = found.order_by("keep_until", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    documents.note_listed(patient, user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "section": "documents",
        "filters": filters,
        "page_obj": page,
        "with_voided": with_voided,
        **_uploading(user, patient),
    }
    return render(request, "records/documents.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form. With JavaScript the file goes in parts (js/records/upload.js) and this view gets only the page."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    form = DocumentForm(request.POST or None, request.FILES or None, for_patient=user.is_patient)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            words = form.cleaned_data
            try:
                document = documents.add(
                    patient,
                    words["file"],
                    actor=user,
                    category=words["category"],
                    title=words["title"],
                    dated_on=words["dated_on"],
                    is_released=words.get("is_released", True),
                )
            except DomainError as refusal:
                form.take(refusal)
                status = refusal.status
            else:
                messages.success(request, _("The document is in the record."))
                return redirect("document", document.pk)
    context = {"patient": patient, "section": "documents", "form": form, **_uploading(user, patient)}
    return render(request, "records/document_new.html", context, status=status)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    user, document = cast(User, request.user), _visible(request, pk)
    documents.note_opened(document, user, by_itself=is_background(request))
    return render(request, "records/document.html", _about(user, document))


@login_required
@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file itself; `?download` to save it."""
    user, document = cast(User, request.user), _visible(request, pk)
    if not document.file:
        raise Http404
    documents.note_opened(document, user)
    return serve_private(
        document.file,
        content_type=document.content_type,
        name=document.name,
        download="download" in request.GET,
    )


@login_required
@require_safe
def preview(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    document = _visible(request, pk)
    if not document.preview:
        raise Http404
    return serve_private(document.preview, content_type="image/jpeg", name="preview.jpg")


@login_required
@require_safe
def page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A page of a PDF as a picture, to read without leaving the portal."""
    user, document = cast(User, request.user), _visible(request, pk)
    drawn = previews.page(document, number)
    if drawn is None:
        raise Http404
    documents.note_page_read(document, user)
    answer = HttpResponse(drawn, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=300"
    return answer


@login_required
@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, lambda user: documents.release(pk, actor=user), _("The patient sees it now."))


@login_required
@require_POST
def void(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = _visible(request, pk)
    reason = request.POST.get("reason", "")
    answer = _step(
        request,
        pk,
        lambda user: documents.void(pk, actor=user, reason=reason),
        _("It is no longer in the record."),
    )
    if answer.status_code != 302:
        return answer
    return redirect("record_documents", document.patient_id)


@login_required
@require_POST
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda user: documents.hold(pk, actor=user, reason=reason),
        _("It is kept until you let it go."),
    )


@login_required
@require_POST
def let_go(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(
        request, pk, lambda user: documents.let_go(pk, actor=user), _("It is kept as any other now.")
    )


@login_required
@never_cache
@require_safe
def panel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Beside the video, for the visit's doctor: the patient's latest documents."""
    user = cast(User, request.user)
    visit = get_object_or_404(appointments_visible_to(user).filter(doctor=user.pk), pk=appointment_id)
    if not rules.can_add_document(user, visit.patient):
        raise PermissionDenied
    documents.note_listed(visit.patient, user, by_itself=is_background(request))
    found = documents_visible_to(user).filter(patient=visit.patient_id)
    context = {"patient": visit.patient, "documents": found[:IN_PANEL], "count": found.count()}
    return render(request, "records/panel_documents.html", context)


def _step(request: HttpRequest, pk: UUID, step: Any, said: str) -> HttpResponse:
    user, document = cast(User, request.user), _visible(request, pk)
    try:
        step(user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise PermissionDenied from refusal
        context = {**_about(user, document), "refusal": refusal}
        return render(request, "records/document.html", context, status=refusal.status)
    messages.success(request, said)
    return redirect("document", pk)


def _about(user: User, document: Document) -> dict[str, Any]:
    return {
        "document": document,
        "patient": document.patient,
        "section": "documents",
        "can_change": rules.can_change_document(user, document),
        "can_hold": rules.can_hold_document(user, document),
        # A worker may have drawn it before the page's socket was open: then no event tells of it.
        "awaits_preview": bool(document.file and not document.preview)
        and document.created_at > timezone.now() - PREVIEW_TAKES,
    }


def _visible(request: HttpRequest, pk: UUID) -> Document:
    """Also what was entered in error, for doctors. Raises Http404."""
    user = cast(User, request.user)
    found = documents_visible_to(user, voided=True).select_related(
        "patient__patient_profile", "held_by", "voided_by"
    )
    return get_object_or_404(found, pk=pk)


def _uploading(user: User, patient: User) -> dict[str, Any]:
    """What js/records/upload.js has to know, and what it goes on with."""
    return {
        "unfinished": list(uploads.of(user, patient)) if rules.can_add_document(user, patient) else [],
        "max_bytes": settings.DOCUMENT_MAX_BYTES,
        "part_bytes": uploads.PART_MAX_BYTES,
    }
