"""The doctor or the front desk agrees on the visit after this one."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from clinic.core.errors import DomainError, InvalidTransition, NotAllowed
from scheduling import rules
from scheduling.domain import follow_ups
from scheduling.domain.errors import SlotTaken
from scheduling.forms.next_visits import FollowUpForm, NoteForm
from scheduling.models import Appointment
from scheduling.views import picker
from scheduling.views.appointments import appointment_page
from scheduling.views.guards import appointment_or_404, person

WEEKS = (1, 2, 4, 6, 12, 26)


def leading_on(request: HttpRequest, pk: UUID) -> Appointment | HttpResponse:
    """The visit from which the next one is agreed on, for those who may; else the answer that says why not.
    Raises Http404 and PermissionDenied."""
    user = person(request)
    visit = appointment_or_404(user, pk)
    if not rules.can_manage(user, visit):
        raise PermissionDenied
    if visit.status not in rules.LEADS_ON:
        return appointment_page(request, visit, refusal=InvalidTransition())
    if not rules.can_plan_next(user, visit):
        refusal = NotAllowed(
            _("You can book for this patient once they are in your care: after a confirmed visit.")
        )
        return appointment_page(request, visit, refusal=refusal)
    return visit


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a day (`?day= &service= &mode=`), take one of the free times near it."""
    visit = leading_on(request, pk)
    if isinstance(visit, HttpResponse):
        return visit
    asked = request.POST if request.method == "POST" else request.GET
    form = FollowUpForm(asked, visit=visit)
    note = NoteForm(request.POST if request.method == "POST" else None)
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid() and note.is_valid():
        wanted = picker.moment_of(request.POST.get("starts_at"))
        if wanted is None:
            refusal = DomainError(_("Please choose one of the times first."))
        else:
            made, refusal = _book(person(request), visit, form, note, wanted)
            if made is not None:
                text = _("The next visit is booked; %(name)s has been told and can pay now.")
                messages.success(request, text % {"name": visit.patient.name})
                return redirect("appointment", pk=made.pk)
    times = []
    if form.is_valid():
        chosen = form.cleaned_data
        times = follow_ups.times_around(visit, chosen["day"], chosen["service"], chosen["mode"])
    context: dict[str, Any] = {
        "visit": visit,
        "form": form,
        "note": note,
        "refusal": refusal,
        "days": _days(times),
        "chips": _chips(visit, form),
        "chosen": request.POST.get("starts_at", ""),
    }
    wrong = refusal.status if refusal else 422 if form.errors or note.errors else 200
    return render(request, "scheduling/follow_up.html", context, status=wrong)


def _book(
    user: User, visit: Appointment, form: FollowUpForm, note: NoteForm, wanted: Any
) -> tuple[Appointment | None, DomainError | None]:
    """The new visit, or why there is none. The same sent twice is the visit that there is already."""
    chosen = form.cleaned_data
    try:
        return follow_ups.book(
            visit.pk,
            actor=user,
            service=chosen["service"],
            starts_at=wanted,
            mode=chosen["mode"],
            reason=note.cleaned_data["reason"],
        ), None
    except SlotTaken as taken:
        own = taken.extra.get("appointment")
        same = Appointment.objects.filter(pk=own, follow_up_of=visit).first() if own else None
        return same, taken
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        return None, refused


def _days(times: list[Any]) -> list[tuple[date, list[Any]]]:
    found: dict[date, list[Any]] = {}
    for choice in picker.choices(times, ""):
        found.setdefault(timezone.localdate(choice.starts_at), []).append(choice)
    return list(found.items())


def _chips(visit: Appointment, form: FollowUpForm) -> list[dict[str, Any]]:
    """In so many weeks from today, with everything else as it is."""
    here = reverse("follow_up", args=[visit.pk])
    present = str(form.data.get("day", ""))
    chips = []
    for weeks in WEEKS:
        day = (timezone.localdate() + timedelta(weeks=weeks)).isoformat()
        query = {"service": form.data["service"], "mode": form.data["mode"], "day": day}
        label = ngettext("in %(count)s week", "in %(count)s weeks", weeks) % {"count": weeks}
        chips.append({"url": f"{here}?{urlencode(query)}", "label": label, "current": day == present})
    return chips
