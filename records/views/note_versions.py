"""What a visit note said before, for its author, and bringing it back."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records import rules
from records.domain import note_versions, notes, queries
from records.models import NoteVersion, VisitNote
from records.views.version_numbers import version_of

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def versions(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    user = cast(User, request.user)
    note = _own_note(user, appointment_id)
    notes.read([note], reader=user, by_itself=is_background(request))
    page = Paginator(note_versions.of(note), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "note": note,
        "appointment": note.appointment,
        "page_obj": page,
        "steps": note_versions.steps(note, list(page.object_list)),
        "may_write": rules.can_write_note(user, note.appointment) and note.can_become("final"),
    }
    return render(request, "records/note_versions.html", context)


@login_required
@require_POST
def bring_back(request: HttpRequest, appointment_id: UUID, number: int) -> HttpResponse:
    user = cast(User, request.user)
    note = _own_note(user, appointment_id)
    try:
        notes.bring_back(appointment_id, author=user, number=number, version=version_of(request))
    except NoteVersion.DoesNotExist:
        raise Http404 from None
    except DomainError as refused:
        if refused.status == 403:
            raise
        messages.error(request, refused.detail)
        return redirect("note_versions", note.appointment_id)
    messages.success(request, _("The note says again what it said then. Nothing was lost."))
    return redirect("visit_note", appointment_id)


def _own_note(user: User, appointment_id: UUID) -> VisitNote:
    note = queries.visible_to(user).filter(appointment=appointment_id).first()
    if note is None or not rules.can_see_versions(user, note):
        raise Http404
    return note
