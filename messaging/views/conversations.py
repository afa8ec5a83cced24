"""The pages of conversations: the list, one of them beside it, and whom to write to."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from messaging import rules
from messaging.domain import conversations as domain
from messaging.domain import messages, queries, reading
from messaging.models import Conversation

from .chat import chat_of

ROWS = 25
PEOPLE = 24


@login_required
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """The list; htmx gets only the list, with `?open=` marked as the present one."""
    context = {"page_obj": _list(request), "search": _search(request), "open_id": request.GET.get("open", "")}
    template = (
        "messaging/_conversation_list.html" if _wants_fragment(request) else "messaging/conversations.html"
    )
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation. POST is how a browser without scripts sends."""
    user = cast(User, request.user)
    shown = get_object_or_404(queries.conversations_visible_to(user), pk=pk)
    draft, error = "", ""
    if request.method == "POST":
        draft = request.POST.get("text", "")
        try:
            message = messages.post(
                shown, sender=user, text=draft, client_id=request.POST.get("client_id", "")
            )
        except Invalid as refusal:
            error = refusal.detail
        else:
            shown.refresh_from_db()
            reading.mark_read(shown, user, message.seq)
            return redirect("conversation", pk=shown.pk)
    chat = chat_of(shown, user, before=_before(request), draft=draft, error=error)
    context = {"chat": chat, "page_obj": _list(request), "search": _search(request), "open_id": str(shown.pk)}
    return render(request, "messaging/conversation.html", context, status=400 if error else 200)


@login_required
@require_safe
def new_conversation(request: HttpRequest) -> HttpResponse:
    """Whom this person may write to."""
    people = queries.people_to_talk_to(cast(User, request.user), _search(request))
    page = Paginator(people.order_by("first_name", "last_name", "pk"), PEOPLE).get_page(
        request.GET.get("page")
    )
    template = "messaging/_people.html" if _wants_fragment(request) else "messaging/new_conversation.html"
    return render(request, template, {"page_obj": page, "search": _search(request)})


@login_required
@require_POST
def conversation_with(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Open the conversation with one person, made if there is none."""
    user = cast(User, request.user)
    other = get_object_or_404(User, pk=user_id, is_active=True)
    if not rules.can_find(user, other):
        raise Http404
    if not rules.can_talk(user, other):
        raise NotAllowed
    return redirect("conversation", pk=domain.between(user, other).pk)


def _list(request: HttpRequest) -> Page[Conversation]:
    found = queries.conversation_list(cast(User, request.user), _search(request))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.other = next((member.user for member in row.people if member.user_id != request.user.pk), None)
        row.last = next(iter(row.last_messages), None)
    return page


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:100]


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 10 else None


def _wants_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
