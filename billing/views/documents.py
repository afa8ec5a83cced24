"""Invoices, receipts and credit notes: the list, one of them, its PDF, a correction."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from billing import rules
from billing.domain import corrections, document_files, document_queries, documents
from billing.domain.document_sheet import sheet_of
from billing.enums import DocumentKind
from billing.forms.document import CorrectionForm
from billing.forms.payment import take_refusal
from billing.models import BillingDocument
from clinic.core import pdf
from clinic.core.errors import DomainError, NotAllowed
from clinic.core.files import serve_private

PAGE_SIZE = 20


@require_safe
@never_cache
@login_required
def documents_page(request: HttpRequest) -> HttpResponse:
    """Patients: their own. Management: all, by kind and search."""
    user = cast(User, request.user)
    found = _of(user)
    kind, search = request.GET.get("kind", ""), request.GET.get("q", "")[:120]
    if kind in DocumentKind.values:
        found = found.filter(kind=kind)
    context = {
        "page_obj": Paginator(document_queries.matching(found, search), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "kinds": DocumentKind.choices,
        "kind": kind if kind in DocumentKind.values else "",
        "search": search,
        "decides": rules.can_decide(user),
    }
    return render(request, "billing/documents.html", context)


@require_safe
@never_cache
@login_required
def document_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = cast(User, request.user)
    document = _one(user, pk)
    document_files.note_opened(document, user)
    decides = rules.can_decide(user)
    context = {
        "document": document,
        "sheet": sheet_of(document),
        "corrections": document.corrections.all(),  # type: ignore[attr-defined]
        "decides": decides,
        "can_correct": decides and documents.can_be_corrected(document),
        "pdf_possible": pdf.is_possible(),
    }
    return render(request, "billing/document.html", context)


@require_safe
@login_required
def document_pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    user = cast(User, request.user)
    document = _one(user, pk)
    return pdf_answer(document, user)


def pdf_answer(document: BillingDocument, user: User) -> HttpResponseBase:
    """Call it after a rule has said yes."""
    stored = document_files.file_of(document)
    document_files.note_opened(document, user)
    return serve_private(stored.file, content_type=pdf.PDF, name=f"{document.shown_number}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def document_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Management: what a correction does, and why it is needed."""
    user = cast(User, request.user)
    document = _one(user, pk)
    if not rules.can_decide(user):
        raise NotAllowed(_("Only the clinic's management corrects invoices."))
    if document.kind != DocumentKind.INVOICE:
        raise Http404
    form = CorrectionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                new = corrections.correct(pk, reason=form.cleaned_data["reason"], actor=user)
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(
                    request,
                    _("%(number)s takes its place. The patient is told.") % {"number": new.shown_number},
                )
                return redirect("billing_document", new.pk)
        else:
            status = 422
    context = {
        "document": document,
        "sheet": sheet_of(document),
        "form": form,
        "can_correct": documents.can_be_corrected(document),
    }
    return render(request, "billing/document_correct.html", context, status=status)


def _of(user: User) -> QuerySet[BillingDocument]:
    """Raises Http404 for who has no bills here: doctors see none."""
    if not (user.is_management or user.is_patient):
        raise Http404
    return document_queries.visible_to(user)


def _one(user: User, pk: UUID) -> BillingDocument:
    return get_object_or_404(_of(user), pk=pk)
