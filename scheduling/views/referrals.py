"""Referrals: the list, asking for a scan, one referral, its document."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain.queries import patients_open_to
from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError, InvalidTransition, NotAllowed
from clinic.core.files import serve_private
from scheduling import referral_rules, rules
from scheduling.domain import referral_reading, referrals
from scheduling.domain.errors import AlreadyAsked
from scheduling.domain.referral_queries import history, visible_to
from scheduling.forms.appointments import ReasonForm
from scheduling.forms.referrals import ReferralFilter, ReferralForm
from scheduling.models import Referral
from scheduling.views.guards import person

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not (user.is_patient or user.is_doctor or user.is_management):
        raise PermissionDenied
    filters = ReferralFilter(request.GET, user=user)
    chosen = filters.narrow(visible_to(user))
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "scheduling/referrals.html", {"page_obj": page, "filters": filters})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A doctor asks for a scan for a patient whose record is open to them; other patients: 404."""
    user = person(request)
    if not user.is_doctor:
        raise PermissionDenied
    patient = patients_open_to(user).filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    form = ReferralForm(request.POST or None, request.FILES or None)
    status = 200
    other = ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = referrals.ask(patient=patient, referrer=user, **form.cleaned_data)
            except DomainError as refused:
                form.take(refused)
                status = refused.status
                if isinstance(refused, AlreadyAsked):
                    other = reverse("referral", args=[refused.extra["referral"]])
            else:
                messages.success(request, _("The scan is asked for; the patient has been told."))
                return redirect("referral", pk=made.pk)
    context = {"patient": patient, "form": form, "other": other}
    return render(request, "scheduling/referral_new.html", context, status=status)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return referral_page(request, referral_or_404(person(request), pk))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks, POST withdraws; a refusal is said on the referral's page."""
    user = person(request)
    referral = referral_or_404(user, pk)
    if not (user.is_management or user.pk == referral.referrer_id):
        raise PermissionDenied
    if not referral_rules.can_withdraw(user, referral):
        return referral_page(request, referral, refusal=InvalidTransition())
    form = ReasonForm(request.POST or None, needed=True, help_text=_("The patient reads this."))
    if request.method == "POST" and form.is_valid():
        try:
            referrals.withdraw(pk, actor=user, reason=form.cleaned_data["reason"])
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except DomainError as refused:
            return referral_page(request, referral_or_404(user, pk), refusal=refused)
        messages.success(request, _("The referral is withdrawn; the patient has been told."))
        return redirect("referral", pk=pk)
    status = 422 if request.method == "POST" else 200
    context = {"referral": referral, "form": form}
    return render(request, "scheduling/referral_withdraw.html", context, status=status)


@login_required
@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What the doctor added, to those who may read what is asked. Pictures and PDF open, nothing runs."""
    user = person(request)
    referral = referral_or_404(user, pk)
    if not referral_rules.can_read_question(user, referral):
        raise PermissionDenied
    if not referral.document:
        raise Http404
    referral_reading.note_opened(referral, user)
    return serve_private(
        referral.document,
        content_type=referral.document_type,
        name=referral.document_name,
        download="download" in request.GET,
    )


def referral_or_404(user: User, pk: UUID) -> Referral:
    """A referral that `user` may see. Raises Http404 for all others."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def referral_page(
    request: HttpRequest, referral: Referral, *, refusal: DomainError | None = None
) -> HttpResponse:
    """One referral. `refusal` is why what was just asked for did not happen."""
    user = person(request)
    reads = referral_rules.can_read_question(user, referral)
    if reads:
        referral_reading.note_read(referral, user, by_itself=is_background(request))
    context: dict[str, Any] = {
        "referral": referral,
        "history": history(referral),
        "reads_question": reads,
        "can_withdraw": referral_rules.can_withdraw(user, referral),
        "book_url": book_url(user, referral),
        "visit": referral.appointment,
        "opens_visit": referral.appointment is not None and rules.can_see(user, referral.appointment),
        "opens_record": user.is_doctor and patients_open_to(user).filter(pk=referral.patient_id).exists(),
        "refusal": refusal,
    }
    return render(request, "scheduling/referral.html", context, status=refusal.status if refusal else 200)


def book_url(user: User, referral: Referral) -> str:
    """Where this person books the scan; "" when they can't, now."""
    if not referral_rules.can_book(user, referral):
        return ""
    query = urlencode({"service": str(referral.service_id), "referral": str(referral.pk)})
    if user.is_management:
        return f"{reverse('desk_book')}?{query}&{urlencode({'patient': str(referral.patient_id)})}"
    specialty = referral.service.specialty
    if specialty is None:
        return f"{reverse('doctors')}?{query}"
    return f"{reverse('book_any', args=[specialty.slug])}?{query}"
