"""How and when a person is told: switches, quiet hours, their devices, a test message."""

import json
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from clinic.core import zones
from clinic.core.consumers import session_fingerprint
from clinic.core.errors import DomainError, Invalid
from messaging.domain import addresses, preferences, push, trial
from messaging.enums import Channel
from messaging.forms.notifications import PreferencesForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    now = preferences.for_user(user)
    form = PreferencesForm(request.POST if request.method == "POST" else None, now=now)
    if form.is_bound and form.is_valid():
        try:
            preferences.save(
                user,
                choices=form.choices,
                quiet_from=form.cleaned_data["quiet_from"],
                quiet_to=form.cleaned_data["quiet_to"],
            )
        except Invalid as error:
            for name, problems in error.fields.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            messages.success(request, _("Saved."))
            return redirect("notification_settings")
    context = _context(user, now) | {"form": form}
    return render(
        request, "messaging/notification_settings.html", context, status=422 if form.errors else 200
    )


@login_required
@require_POST
def notification_test(request: HttpRequest) -> HttpResponse:
    """One message to oneself by `channel`."""
    try:
        delivery = trial.send(cast(User, request.user), request.POST.get("channel", ""))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        label = Channel(delivery.channel).label
        messages.success(
            request,
            _("A test message is on its way (%(channel)s). It may take a minute.") % {"channel": label},
        )
    return redirect("notification_settings")


@login_required
@require_POST
def push_subscribe(request: HttpRequest) -> HttpResponse:
    """`PushSubscription.toJSON()` of this browser, and what to call it. 204, or 400 for anything else."""
    said = _json(request)
    device = said.get("device")
    push.subscribe(
        cast(User, request.user),
        said,
        device=device if isinstance(device, str) else "",
        session=session_fingerprint(request.session.session_key),
    )
    return HttpResponse(status=204)


@login_required
@require_POST
def push_unsubscribe(request: HttpRequest) -> HttpResponse:
    """`{"endpoint": …}` of this browser. 204, whether it was known or not."""
    endpoint = _json(request).get("endpoint")
    if not isinstance(endpoint, str):
        raise Invalid
    push.unsubscribe(cast(User, request.user), endpoint)
    return HttpResponse(status=204)


@login_required
@require_POST
def push_forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another device of one's own: nothing is sent there any more."""
    user = cast(User, request.user)
    push.unsubscribe(user, get_object_or_404(user.push_subscriptions, pk=pk).endpoint)
    messages.success(request, _("This device is told nothing any more."))
    return redirect("notification_settings")


def _context(user: User, now: preferences.Preferences) -> dict[str, Any]:
    devices = list(user.push_subscriptions.all()) if Channel.PUSH in now.channels else []
    return {
        "channels": now.channels,
        "zone": now.zone,
        "zone_place": zones.place(now.zone),
        "needs_number": Channel.SMS in now.channels and not addresses.mobile(user),
        "has_push": Channel.PUSH in now.channels,
        "vapid_key": settings.VAPID_PUBLIC_KEY,
        "devices": devices,
        "endpoints": [device.endpoint for device in devices],
    }


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Invalid from None
    if not isinstance(said, dict):
        raise Invalid
    return said
