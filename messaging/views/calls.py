"""The page of a call: device check, waiting room, call, and what comes after (theme/static/js/calls)."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from accounts.models import User
from messaging import call_rules
from messaging.domain import call_records, calls
from messaging.models import Call, Member
from messaging.views.chat import chat_of


@login_required
@never_cache
@ensure_csrf_cookie
@require_safe
def call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Outside its window the page says when the call opens, or that it is over."""
    user = cast(User, request.user)
    call = get_object_or_404(calls.calls_visible_to(user).select_related("conversation"), pk=pk)
    others = Member.objects.filter(conversation=call.conversation_id).exclude(user=user.pk)
    context = {
        "call": call,
        "conversation": call.conversation,
        "others": [member.user for member in others.select_related("user")],
        "is_host": call_rules.is_host(user, call),
        "is_rung": call_rules.is_rung(call),
    }
    if closed := shut_door(request, call, context):
        return closed
    context["runs_for"] = call_rules.runs_for(call)
    context["chat"] = chat_of(call.conversation, user)
    return render(request, "messaging/call.html", context)


def shut_door(request: HttpRequest, call: Call, context: dict[str, Any]) -> HttpResponse | None:
    """What stands in the page's place outside the call's window; None inside it."""
    if call_rules.is_over(call):
        return render(request, "messaging/call_over.html", context)
    if call_rules.is_too_early(call):
        opens_in = {"opens_in": call_rules.opens_in(call)}
        return render(request, "messaging/call_early.html", context | opens_in)
    return None


@login_required
@never_cache
@require_safe
def call_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who was in the call, when, how long, and how good the line was."""
    user = cast(User, request.user)
    call = get_object_or_404(call_records.visible_to(user), pk=pk)
    call_records.note_reading(call, user, by_itself=is_background(request))
    talked = call.ended_at - call.started_at if call.started_at and call.ended_at else None
    context = {
        "call": call,
        "attendances": call_records.attendances(call),
        "talked": calls.length_text(talked) if talked else "",
        "is_member": calls.is_member(call.pk, user.pk),
    }
    return render(request, "messaging/call_record.html", context)
