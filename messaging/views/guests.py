"""A guest's way into a call: the link of an invitation, and the page of the call without anything beside it."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from messaging import call_rules
from messaging.domain import calls, invitations
from messaging.models import CallInvitation
from messaging.views.calls import shut_door


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call_join(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link uses nothing up: mail programs and messengers look before a person does."""
    invitation = invitations.find(token)
    if invitation is None:
        raise Http404
    call = invitation.call
    if request.user.is_authenticated and calls.is_member(call.pk, cast(User, request.user).pk):
        return redirect("call", call.pk)
    own = guest_of(request, call.pk)
    if own is not None and own.pk == invitation.pk:
        return redirect("call_guest", call.pk)
    context = {"invitation": invitation, "call": call}
    try:
        if request.method != "POST":
            invitations.check(invitation)
            return render(request, "messaging/call_door.html", context)
        cookie = invitations.redeem(invitation.pk)
    except DomainError as error:
        return render(
            request, "messaging/call_door.html", {**context, "problem": error.detail}, status=error.status
        )
    response = redirect("call_guest", call.pk)
    response.set_cookie(
        invitations.cookie_name(call.pk),
        cookie,
        max_age=max(0, int((invitation.expires_at - timezone.now()).total_seconds())),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@never_cache
@ensure_csrf_cookie
@require_safe
def call_guest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As the page of a member (views/calls.py), without chat, records, or names of anyone but the host."""
    guest = guest_of(request, pk)
    if guest is None:
        raise Http404
    call = guest.call
    context = {
        "call": call,
        "guest": guest,
        "others": [call.host],
        "is_host": False,
        "is_rung": False,
    }
    if closed := shut_door(request, call, context):
        return closed
    context["runs_for"] = call_rules.runs_for(call)
    return render(request, "messaging/call.html", context)


def guest_of(request: HttpRequest, call_id: UUID) -> CallInvitation | None:
    """The guest whose browser this is."""
    return invitations.guest_of(call_id, request.COOKIES.get(invitations.cookie_name(call_id), ""))
