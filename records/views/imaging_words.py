"""Templates and phrases for the reports of scans: a radiologist's own, and the clinic's, which management keeps."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from records import imaging_word_rules as rules
from records.domain.imaging import words
from records.forms.imaging_words import ImagingPhraseForm, ImagingTemplateForm
from records.models import ImagingPhrase, ImagingTemplate

PER_PAGE = 25
Words = TypeVar("Words", ImagingTemplate, ImagingPhrase)


def for_writers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Radiologists and management; everyone else: 403."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_use_words(cast(User, request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@for_writers
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    return _list(request, words.templates_for(_user(request)), "templates")


@for_writers
@require_safe
def phrases(request: HttpRequest) -> HttpResponse:
    return _list(request, words.phrases_for(_user(request)), "phrases")


@for_writers
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """A new one, or one that this person may change; anybody else's: 404."""
    stored = _to_change(words.templates_for(_user(request)), pk, _user(request))
    form = ImagingTemplateForm(request.POST if request.method == "POST" else None, template=stored)
    if request.method == "POST" and form.is_valid():
        try:
            words.save_template(
                actor=_user(request),
                name=form.cleaned_data["name"],
                service=form.cleaned_data["service"],
                content=form.content,
                template_id=pk,
            )
        except DomainError as refused:
            form.take(refused)
        else:
            messages.success(request, _("The template is saved."))
            return redirect("imaging_templates")
    return _form(request, form, "template", stored)


@for_writers
@require_http_methods(["GET", "HEAD", "POST"])
def phrase(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    stored = _to_change(words.phrases_for(_user(request)), pk, _user(request))
    form = ImagingPhraseForm(request.POST if request.method == "POST" else None, phrase=stored)
    if request.method == "POST" and form.is_valid():
        try:
            words.save_phrase(actor=_user(request), phrase_id=pk, **form.cleaned_data)
        except DomainError as refused:
            form.take(refused)
        else:
            messages.success(request, _("The phrase is saved. Type its shortcut and a space in a report."))
            return redirect("imaging_phrases")
    return _form(request, form, "phrase", stored)


@for_writers
@require_POST
def template_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    stored = _to_change(words.templates_for(_user(request)), pk, _user(request))
    assert stored is not None
    words.remove(stored, actor=_user(request))
    messages.success(request, _("The template is removed. Reports that began from it stay as they are."))
    return redirect("imaging_templates")


@for_writers
@require_POST
def phrase_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    stored = _to_change(words.phrases_for(_user(request)), pk, _user(request))
    assert stored is not None
    words.remove(stored, actor=_user(request))
    messages.success(request, _("The phrase is removed."))
    return redirect("imaging_phrases")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _to_change(found: QuerySet[Words], pk: UUID | None, user: User) -> Words | None:
    if pk is None:
        return None
    stored = found.filter(pk=pk).first()
    if stored is None:
        raise Http404
    if not rules.can_change_words(user, stored):
        raise PermissionDenied
    return stored


def _list(request: HttpRequest, found: QuerySet[Any], tab: str) -> HttpResponse:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/imaging/words.html", {"page_obj": page, "tab": tab})


def _form(request: HttpRequest, form: Any, what: str, stored: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "what": what, "stored": stored}
    return render(request, "records/imaging/words_form.html", context, status=status)
