"""Medical aid: a patient's own membership, and the front desk's list of all."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.models import User
from billing.domain import cover, memberships
from billing.enums import Standing
from billing.forms.aid import MembershipForm, ReturnForm
from billing.forms.payment import take_refusal
from billing.models import Membership
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from scheduling.views.holidays import for_management

PAGE_SIZE = 20


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def medical_aid(request: HttpRequest) -> HttpResponse:
    """The patient's own membership; by POST they enter or change it."""
    user = _patient(request)
    newest = memberships.visible_to(user).first()
    form, saved, status = _entered(request, user, newest)
    if saved is not None:
        messages.success(request, _("Thank you. The clinic compares it with the card and tells you here."))
        return redirect("medical_aid")
    context = {
        **_standing(newest if newest and newest.ended_at is None else None),
        "returned": newest if newest and newest.ended_reason else None,
        "form": form,
    }
    return render(request, "billing/medical_aid.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def medical_aid_end(request: HttpRequest) -> HttpResponse:
    user = _patient(request)
    membership = cover.current(user.pk)
    if membership is None:
        return redirect("medical_aid")
    if request.method == "POST":
        memberships.end(membership.pk, actor=user)
        messages.success(request, _("Your medical aid no longer counts for new bookings."))
        return redirect("medical_aid")
    return render(request, "billing/medical_aid_end.html", {"membership": membership})


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those that wait to be checked, the oldest first; or all that run."""
    user = cast(User, request.user)
    rows = memberships.visible_to(user).filter(ended_at=None)
    waiting = rows.filter(verified_at=None)
    tab = "all" if request.GET.get("tab") == "all" else "waiting"
    shown = rows.order_by("-created_at", "pk") if tab == "all" else waiting.order_by("updated_at", "pk")
    search = request.GET.get("q", "")[:80]
    page = Paginator(memberships.matching(shown, search), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "tab": tab, "q": search, "waiting_count": waiting.count()}
    return render(request, "billing/memberships.html", context)


@for_management
@require_safe
def membership(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _visible_or_404(request, pk), ReturnForm())


@for_management
@require_POST
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _visible_or_404(request, pk)
    try:
        memberships.verify(pk, version=request.POST.get("version", ""), actor=cast(User, request.user))
    except DomainError as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, _("Checked. It counts for new bookings from now on."))
    return redirect("membership", found.pk)


@for_management
@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _visible_or_404(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        memberships.send_back(pk, reason=form.cleaned_data["reason"], actor=cast(User, request.user))
    except DomainError as refused:
        take_refusal(form, refused)
        status = 422 if refused.status == 400 else refused.status
        return _page(request, _visible_or_404(request, pk), form, status=status)
    messages.success(request, _("Sent back: the patient reads why and can enter it again."))
    return redirect("membership", found.pk)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The front desk enters or changes what a patient has on paper."""
    patient = get_object_or_404(User, pk=patient_id, role=Role.PATIENT)
    form, saved, status = _entered(request, patient, cover.current(patient.pk))
    if saved is not None:
        messages.success(request, _("Saved. Compare it with the card to make it count."))
        return redirect("membership", saved.pk)
    return render(request, "billing/membership_enter.html", {"form": form, "patient": patient}, status=status)


@login_required
@require_safe
def card(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The picture of the card: for its patient and for management."""
    found = _visible_or_404(request, pk)
    if not found.card:
        raise Http404
    memberships.note_opened(found, cast(User, request.user))
    return serve_private(found.card, content_type="image/jpeg", name=f"card-{found.number_key}.jpg")


def _entered(
    request: HttpRequest, patient: User, known: Membership | None
) -> tuple[MembershipForm, Membership | None, int]:
    """The form, what it stored (None: nothing yet) and the status of a page that shows it."""
    if request.method != "POST":
        return MembershipForm(known=known), None, 200
    form = MembershipForm(request.POST, request.FILES, known=known)
    if form.is_valid():
        try:
            saved = memberships.enter(patient, **form.cleaned_data, actor=cast(User, request.user))
        except DomainError as refused:
            take_refusal(form, refused)
        else:
            return form, saved, 200
    return form, None, 422


def _page(request: HttpRequest, found: Membership, form: ReturnForm, *, status: int = 200) -> HttpResponse:
    others = Membership.objects.filter(patient=found.patient_id).exclude(pk=found.pk).select_related("plan")
    context = {
        **_standing(found),
        "form": form,
        "others": others[:PAGE_SIZE],
        "version": memberships.version_of(found),
    }
    return render(request, "billing/membership.html", context, status=status)


def _standing(found: Membership | None) -> dict[str, Any]:
    """How it stands today, and what is left of the year's benefit (None: no limit)."""
    today = timezone.localdate()
    standing = cover.standing_on(found, today)
    context: dict[str, Any] = {"membership": found, "standing": standing, "standing_label": standing.label}
    if found is not None and standing == Standing.HOLDS:
        context["remaining"] = cover.remaining(found, today.year, settings.CLINIC_CURRENCY)
    return context


def _patient(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not user.is_patient:
        raise PermissionDenied
    return user


def _visible_or_404(request: HttpRequest, pk: UUID) -> Membership:
    return get_object_or_404(memberships.visible_to(cast(User, request.user)), pk=pk)
