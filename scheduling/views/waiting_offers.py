"""A time that is kept for someone who waits: taking it, passing it on; management offers one by hand."""

from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from scheduling.domain import offers, waiting, waiting_queries
from scheduling.domain.pricing import charge
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import OfferStatus, WaitingStatus
from scheduling.models import WaitingOffer
from scheduling.views.guards import doctor_or_404, person, uuid_or_none
from scheduling.views.next_step import after_booking
from scheduling.views.picker import moment_of
from scheduling.views.waiting import entry_or_404

# Management looks at this many days of free times at once.
DAYS_SHOWN = 7


def offer_or_404(user: User, pk: UUID) -> WaitingOffer:
    return get_object_or_404(waiting_queries.offers_visible_to(user), pk=pk)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, offer_or_404(person(request), pk))


@login_required
@require_POST
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    offer_or_404(user, pk)
    try:
        visit = waiting.claim(pk, actor=user)
    except DomainError as refused:
        return _page(request, offer_or_404(user, pk), refusal=refused)
    messages.success(request, _("The time is yours."))
    return redirect(after_booking(appointments_visible_to(user).get(pk=visit.pk)))


@login_required
@require_POST
def pass_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    offer_or_404(user, pk)
    try:
        waiting.pass_on(pk, actor=user)
    except DomainError as refused:
        return _page(request, offer_or_404(user, pk), refusal=refused)
    messages.success(request, _("The next person is asked. You keep your place in line."))
    return redirect("waiting_list")


def _page(request: HttpRequest, offer: WaitingOffer, *, refusal: DomainError | None = None) -> HttpResponse:
    old = offers.given_up(offer.entry)
    same = old is not None and (old.doctor_id, old.service_id, old.mode) == (
        offer.doctor_id,
        offer.entry.service_id,
        offer.entry.mode,
    )
    context = {
        "offer": offer,
        "entry": offer.entry,
        "price": charge(offer.doctor, offer.entry.service),
        "is_open": offer.status == OfferStatus.OPEN and offer.expires_at > timezone.now(),
        "old": old,
        "moves": same,
        "refusal": refusal,
    }
    return render(
        request, "scheduling/waiting_offer.html", context, status=refusal.status if refusal else 200
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Management chooses one of the free times that suit (`?from=` a day), for whoever it is in line."""
    user = person(request)
    entry = entry_or_404(user, pk)
    if not user.is_management:
        raise PermissionDenied
    refusal: DomainError | None = None
    if request.method == "POST":
        doctor_id, starts_at = (
            uuid_or_none(request.POST.get("doctor")),
            moment_of(request.POST.get("starts_at")),
        )
        if doctor_id is None or starts_at is None:
            messages.error(request, _("Please choose a time first."))
            return redirect("waiting_by_hand", pk=pk)
        try:
            waiting.offer_by_hand(pk, doctor=doctor_or_404(doctor_id), starts_at=starts_at, actor=user)
        except DomainError as refused:
            refusal = refused
        else:
            messages.success(request, _("Offered. The patient has 15 minutes to take it."))
            return redirect("waiting_list")
    today = timezone.localdate()
    asked = _day(request.GET.get("from", ""))
    first = min(max(asked or today, today, entry.first_day), entry.last_day)
    last = min(first + timedelta(days=DAYS_SHOWN - 1), entry.last_day)
    found = waiting.free_times(entry, first, last)
    context = {
        "entry": entry,
        "waits": entry.status == WaitingStatus.WAITING,
        "days": [
            (day, list(times))
            for day, times in groupby(found, lambda one: timezone.localdate(one[0].starts_at))
        ],
        "first": first,
        "last": last,
        "before": first - timedelta(days=DAYS_SHOWN) if first > max(today, entry.first_day) else None,
        "after": last + timedelta(days=1) if last < entry.last_day else None,
        "refusal": refusal,
    }
    return render(
        request, "scheduling/waiting_by_hand.html", context, status=refusal.status if refusal else 200
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
