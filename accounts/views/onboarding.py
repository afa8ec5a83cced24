"""The first questions to a new patient."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain import completeness, onboarding, profiles
from accounts.enums import OnboardingStep
from accounts.forms.onboarding import FORMS
from accounts.models import PatientProfile, User
from clinic.core.errors import Invalid


def _patient(request: HttpRequest) -> User:
    """The signed-in patient. Raises PermissionDenied for staff, who have nothing to be asked here."""
    assert isinstance(request.user, User)
    user = User.objects.select_related("patient_profile").get(pk=request.user.id)
    if not user.is_patient:
        raise PermissionDenied
    return user


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To the first step that still misses something; to the profile when none does."""
    step = completeness.of_patient(_patient(request)).next_step
    return redirect("onboarding_step", step) if step else redirect("profile")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    user = _patient(request)
    if name not in OnboardingStep.values:
        raise Http404
    here = OnboardingStep(name)
    row = PatientProfile.objects.filter(user=user).first()
    data, uploads = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = FORMS[here](data, uploads, instance=row, initial={"phone": user.phone, "photo": user.photo})
    if request.method == "POST" and form.is_valid():
        try:
            _save(user, form)
        except Invalid as error:
            for field, texts in error.fields.items():
                form.add_error(field if field in form.fields else None, texts)
        else:
            return _go_on(request, here)
    steps = list(OnboardingStep)
    context = {
        "form": form,
        "step": here,
        "steps": steps,
        "number": steps.index(here) + 1,
        "before": onboarding.before(here),
        "after": onboarding.after(here),
        "completeness": completeness.of_patient(_patient(request)),
        "person": user,
    }
    return render(request, "accounts/onboarding.html", context, status=422 if form.errors else 200)


def _save(user: User, form: Any) -> None:
    data = dict(form.cleaned_data)
    has_photo, photo = "photo" in form.changed_data, data.pop("photo", None)
    account = {"phone": data.pop("phone")} if "phone" in data else None
    profiles.update(user, account=account, patient=data)
    if has_photo:
        profiles.set_photo(user, photo or None)


def _go_on(request: HttpRequest, here: OnboardingStep) -> HttpResponse:
    following = onboarding.after(here)
    if following:
        return redirect("onboarding_step", following)
    messages.success(request, _("Thank you. You can change all of this on your profile."))
    return redirect("home")
