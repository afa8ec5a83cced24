"""A person's visits for their own calendar program: the page with the address, the feed itself, one visit as a file."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from clinic.core import address, limits
from scheduling.domain import feeds, ics
from scheduling.views.guards import appointment_or_404, person


def owner(request: HttpRequest) -> User:
    """The signed-in person. Raises PermissionDenied for who has no visits to show."""
    user = person(request)
    if not feeds.may_have_feed(user):
        raise PermissionDenied
    return user


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request, owner(request))


@login_required
@never_cache
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Show the new address, this once: it is in no page that a reload or the Back button could bring again."""
    user = owner(request)
    path = reverse("feed_file", args=[feeds.renew(user)])
    return _page(request, user, address=request.build_absolute_uri(path))


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    if feeds.revoke(owner(request)):
        messages.success(
            request, _("The address is closed: no calendar can read your visits with it any more.")
        )
    return redirect("feed")


def _page(request: HttpRequest, user: User, *, address: str = "") -> HttpResponse:
    back, ahead = feeds.window(user)
    context = {
        "feed": feeds.of(user),
        "days_back": back,
        "days_ahead": ahead,
        "address": address,
        # Calendar programs open this kind of address by themselves.
        "subscribe": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return render(request, "scheduling/feed.html", context)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar that the secret opens: no log-in, no cookie. Whatever opens nothing gets one and the same 404."""
    found = feeds.opened_by(secret)
    if found is None:
        waits = limits.spend("feed_guess", address.current() or "unknown")
        return _refused(404) if waits is None else _refused(429, waits)
    waits = limits.spend("feed", str(found.pk))
    if waits is not None:
        return _refused(429, waits)
    feeds.note_read(found)
    state = feeds.state(found.user)
    etag, changed = quote_etag(state.etag), int(state.changed_at.timestamp())
    answer = get_conditional_response(request, etag=etag, last_modified=changed)
    if answer is None:
        content = ics.calendar(feeds.visits(found.user), found.user, link=request.build_absolute_uri)
        answer = _calendar_file(content, "visits.ics", inline=True)
    answer["ETag"], answer["Last-Modified"] = etag, http_date(changed)
    # Kept by the program alone, and asked about each time.
    answer["Cache-Control"] = "private, no-cache"
    return answer


@login_required
@never_cache
@require_safe
def visit_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One visit, to be put into a calendar by hand."""
    user = person(request)
    appointment = appointment_or_404(user, pk)
    content = ics.file(appointment, user, link=request.build_absolute_uri)
    return _calendar_file(content, ics.FILE_NAME)


def _calendar_file(content: bytes, name: str, *, inline: bool = False) -> HttpResponse:
    answer = HttpResponse(content, content_type=f"{ics.CONTENT_TYPE}; charset=utf-8")
    answer["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _refused(status: int, waits: int | None = None) -> HttpResponse:
    answer = HttpResponse("No calendar here.\n", content_type="text/plain; charset=utf-8", status=status)
    answer["Cache-Control"] = "private, no-store"
    if waits is not None:
        answer["Retry-After"] = str(waits)
    # Django logs refusals with their path, and this path is (or was) a key.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
