"""Templates and phrases for notes: a doctor's own, and the clinic's, which management keeps."""

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
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from records import rules
from records.domain import note_words
from records.forms.note_words import PhraseForm, TemplateForm
from records.models import NoteTemplate, Phrase

PER_PAGE = 25
Words = TypeVar("Words", NoteTemplate, Phrase)


def for_writers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Doctors and management; everyone else: 403."""

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
    return _list(request, note_words.templates_for(_user(request)), "templates")


@for_writers
@require_safe
def phrases(request: HttpRequest) -> HttpResponse:
    return _list(request, note_words.phrases_for(_user(request)), "phrases")


@for_writers
def template(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """A new one, or one that this person may change; anybody else's: 404."""
    stored = _to_change(note_words.templates_for(_user(request)), pk, _user(request))
    form = TemplateForm(request.POST if request.method == "POST" else None, template=stored)
    if request.method == "POST" and form.is_valid():
        try:
            note_words.save_template(
                actor=_user(request),
                name=form.cleaned_data["name"],
                kind=form.cleaned_data["kind"],
                content=form.content,
                template_id=pk,
            )
        except DomainError as refused:
            form.take(refused)
        else:
            messages.success(request, _("The template is saved."))
            return redirect("note_templates")
    return _form(request, form, "template", stored)


@for_writers
def phrase(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    stored = _to_change(note_words.phrases_for(_user(request)), pk, _user(request))
    form = PhraseForm(request.POST if request.method == "POST" else None, phrase=stored)
    if request.method == "POST" and form.is_valid():
        try:
            note_words.save_phrase(actor=_user(request), phrase_id=pk, **form.cleaned_data)
        except DomainError as refused:
            form.take(refused)
        else:
            messages.success(request, _("The phrase is saved. Type its shortcut and a space in a note."))
            return redirect("note_phrases")
    return _form(request, form, "phrase", stored)


@for_writers
@require_POST
def template_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    stored = _to_change(note_words.templates_for(_user(request)), pk, _user(request))
    assert stored is not None
    note_words.remove(stored, actor=_user(request))
    messages.success(request, _("The template is removed. Notes that began from it stay as they are."))
    return redirect("note_templates")


@for_writers
@require_POST
def phrase_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    stored = _to_change(note_words.phrases_for(_user(request)), pk, _user(request))
    assert stored is not None
    note_words.remove(stored, actor=_user(request))
    messages.success(request, _("The phrase is removed."))
    return redirect("note_phrases")


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
    return render(request, "records/note_words.html", {"page_obj": page, "tab": tab})


def _form(request: HttpRequest, form: Any, what: str, stored: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "what": what, "stored": stored}
    return render(request, "records/note_words_form.html", context, status=status)
