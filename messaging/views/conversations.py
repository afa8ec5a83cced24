"""The pages of conversations: the list, one of them beside it, and whom to write to."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from messaging import rules
from messaging.domain import conversations as domain
from messaging.domain import messages, queries, reading, search
from messaging.models import Conversation, Member, Message

from .chat import chat_of

ROWS = 25
PEOPLE = 24
FOUND = 20
# A single letter is in nearly every message.
SHORTEST_SEARCH = 2


@login_required
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """The list; htmx gets only the list, with `?open=` marked as the present one."""
    context = {**_list(request), "open_id": request.GET.get("open", "")}
    template = (
        "messaging/_conversation_list.html" if _wants_fragment(request) else "messaging/conversations.html"
    )
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation; `?at=` shows the place of one message, `?find=` the messages with these words (htmx gets
    only those). POST is how a browser without scripts sends."""
    user = cast(User, request.user)
    shown = get_object_or_404(queries.conversations_visible_to(user), pk=pk)
    words = request.GET.get("find", "")[:100]
    hits = _hits(shown, words, _number(request, "from"))
    if "find" in request.GET and _wants_fragment(request):
        return render(request, "messaging/_found.html", {"conversation": shown, "find": words, "hits": hits})
    draft, error, status = "", "", 200
    if request.method == "POST":
        draft = request.POST.get("text", "")
        try:
            message = messages.post(
                shown, sender=user, text=draft, client_id=request.POST.get("client_id", "")
            )
        except (Invalid, NotAllowed) as refusal:
            error, status = refusal.detail, refusal.status
        else:
            shown.refresh_from_db()
            reading.mark_read(shown, user, message.seq)
            return redirect("conversation", pk=shown.pk)
    before, at = _number(request, "before"), _number(request, "at")
    chat = chat_of(shown, user, before=before, at=at, draft=draft, error=error)
    context = {**_list(request), "open_id": str(shown.pk), "conversation": shown, "chat": chat}
    context |= {"finding": "find" in request.GET, "find": words, "hits": hits}
    return render(request, "messaging/conversation.html", context, status=status)


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


def _list(request: HttpRequest) -> dict[str, Any]:
    """The conversations, and under them the messages with the searched words."""
    user, words = cast(User, request.user), _search(request)
    page = Paginator(queries.conversation_list(user, words), ROWS).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.other = _other(row, user)
        row.last = next(iter(row.last_messages), None)
        row.words = _words(row.last) if row.last else ""
    found: list[Message] = []
    if len(words.strip()) >= SHORTEST_SEARCH:
        found = list(search.everywhere(user, words).order_by("-created_at")[:FOUND])
        for message in found:
            message.other = _other(message.conversation, user)  # type: ignore[attr-defined]
            message.words = _words(message)  # type: ignore[attr-defined]
    return {"page_obj": page, "search": words, "found": found}


def _other(conversation: Conversation, user: User) -> User | None:
    people: list[Member] = conversation.people  # type: ignore[attr-defined]
    return next((member.user for member in people if member.user_id != user.pk), None)


def _words(message: Message) -> str:
    """Its text, or the name of its file."""
    names = (file.name for file in message.attachments.all())  # type: ignore[attr-defined]
    return message.text or next(names, "")


def _hits(conversation: Conversation, words: str, before: int | None) -> search.Stretch | None:
    """Messages of one conversation, the last ones first; None when nothing was asked."""
    return search.in_conversation(conversation, words, before, FOUND) if words.strip() else None


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:100]


def _number(request: HttpRequest, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 10 else None


def _wants_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
