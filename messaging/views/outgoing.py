"""For management: what notifications say, and what became of those that left the portal."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import Conflict, Invalid
from clinic.core.wording import said
from messaging.domain import addresses, deliveries, delivery_log, template_overview, templates
from messaging.domain.catalogue import OCCASIONS
from messaging.enums import Channel, DeliveryStatus
from messaging.forms.outgoing import LogFilter, OverviewFilter, TextForm
from messaging.models import Delivery

PER_PAGE = 25
LATELY = timedelta(days=7)
_D = DeliveryStatus


def management_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not cast(User, request.user).is_management:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


# --- What they say ---


@management_only
@require_safe
def notification_templates(request: HttpRequest) -> HttpResponse:
    filters = OverviewFilter(request.GET)
    lines = template_overview.lines(
        kind=filters.cleaned_data.get("kind", ""), only_own=filters.cleaned_data.get("own", False)
    )
    context = {"lines": lines, "filters": filters, "channels": list(Channel)}
    return render(request, "messaging/notification_templates.html", context)


@management_only
@require_http_methods(["GET", "HEAD", "POST"])
def notification_template(request: HttpRequest, occasion: str, channel: str, language: str) -> HttpResponse:
    """One text: what holds now, what it may name, how it reads."""
    now = _current(occasion, channel, language)
    text = {"subject": now.text.subject, "body": now.text.body}
    form = TextForm(request.POST if request.method == "POST" else None, initial=text, channel=channel)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        try:
            templates.save(
                occasion,
                channel,
                language,
                subject=words.get("subject", ""),
                body=words["body"],
                actor=cast(User, request.user),
            )
        except Invalid as error:
            for name, problems in error.fields.items():
                form.add_error(name if name in form.fields else None, problems)
        else:
            messages.success(request, _("Saved. These words hold from now on."))
            return redirect("notification_template", occasion, channel, language)
    if form.is_bound:
        text = {name: request.POST.get(name, "") for name in text}
    context = _editor(occasion, channel, language) | {
        "form": form,
        "now": now,
        "preview": templates.preview(occasion, channel, language, subject=text["subject"], body=text["body"]),
    }
    return render(
        request, "messaging/notification_template.html", context, status=422 if form.errors else 200
    )


@management_only
@require_POST
def notification_template_preview(
    request: HttpRequest, occasion: str, channel: str, language: str
) -> HttpResponse:
    """How what is typed would read, and what stands in the way of saving it."""
    _current(occasion, channel, language)
    text = {name: request.POST.get(name, "")[:5000] for name in ("subject", "body")}
    problems: list[str] = []
    try:
        templates.check(occasion, channel, language, **text)
    except Invalid as error:
        problems = [problem for found in error.fields.values() for problem in found]
    context = {
        "preview": templates.preview(occasion, channel, language, subject=text["subject"], body=text["body"]),
        "problems": problems,
        "channel": channel,
        "language": language,
    }
    return render(request, "messaging/_template_preview.html", context)


@management_only
@require_POST
def notification_template_restore(
    request: HttpRequest, occasion: str, channel: str, language: str
) -> HttpResponse:
    _current(occasion, channel, language)
    templates.restore(occasion, channel, language, actor=cast(User, request.user))
    messages.success(request, _("The built-in words hold again."))
    return redirect("notification_template", occasion, channel, language)


def _current(occasion: str, channel: str, language: str) -> templates.Current:
    try:
        return templates.current(occasion, channel, language)
    except Invalid:
        raise Http404 from None


def _editor(occasion: str, channel: str, language: str) -> dict[str, Any]:
    entry = OCCASIONS[occasion]
    names = dict(template_overview.languages())
    return {
        "occasion": entry,
        "channel": Channel(channel),
        "language": language,
        "language_name": names[language],
        "languages": list(names.items()),
        "variables": [
            {
                "name": each.name,
                "label": each.label,
                "example": settings.CLINIC_NAME if each.name == "clinic" else said(each.example),
                "in_subject": each.safe_for_subject,
            }
            for each in templates.variables(occasion, channel)
        ],
    }


# --- What became of them ---


@management_only
@require_safe
def deliveries_page(request: HttpRequest) -> HttpResponse:
    """The newest first; addresses are masked and nothing says what was written."""
    user = cast(User, request.user)
    filters = LogFilter(request.GET)
    page = Paginator(filters.narrow(user), PER_PAGE).get_page(request.GET.get("page"))
    count = delivery_log.counts(user, timezone.now() - LATELY)
    context = {
        "filters": filters,
        "page_obj": page,
        "rows": [_row(delivery) for delivery in page.object_list],
        "lately": [
            (_("Sent"), count[_D.SENT], _D.SENT),
            (_("Waiting"), count[_D.QUEUED] + count[_D.SENDING], _D.QUEUED),
            (_("Tried again later"), count[_D.FAILED], _D.FAILED),
            (_("Given up"), count[_D.GIVEN_UP], _D.GIVEN_UP),
            (_("Not sent"), count[_D.SKIPPED], _D.SKIPPED),
        ],
    }
    return render(request, "messaging/deliveries.html", context)


@management_only
@require_POST
def delivery_resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = cast(User, request.user)
    get_object_or_404(delivery_log.visible_to(user), pk=pk)
    try:
        deliveries.resend(pk, actor=user)
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It is on its way again."))
    wanted = {name: value for name in LogFilter().fields if (value := request.POST.get(name))}
    return HttpResponseRedirect(f"{reverse('deliveries')}{'?' if wanted else ''}{urlencode(wanted)}")


def _row(delivery: Delivery) -> dict[str, Any]:
    notification = delivery.notification
    entry = OCCASIONS.get(notification.occasion)
    return {
        "delivery": delivery,
        "dialog": f"resend-{delivery.pk}",
        "person": notification.user,
        "about": entry.label if entry else notification.get_kind_display(),  # type: ignore[attr-defined]
        "to": delivery.to or _masked(delivery),
        "reason": delivery_log.reason(delivery),
        "is_uncertain": delivery.error.startswith(("uncertain", "broke")),
        "can_resend": delivery_log.can_resend(delivery),
    }


def _masked(delivery: Delivery) -> str:
    """Where it is to go; the log itself notes where it went."""
    user = delivery.notification.user
    if delivery.channel == Channel.EMAIL:
        return addresses.masked_email(user.email)
    number = addresses.mobile(user) if delivery.channel == Channel.SMS else ""
    return addresses.masked_number(number) if number else ""
