"""The page on which people look after their own profile."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain import completeness, profiles, second_factor, sessions
from accounts.forms.profile import AccountForm, DoctorForm, PatientForm
from accounts.models import DoctorProfile, PatientProfile, User
from clinic.core.errors import Invalid


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    user = User.objects.get(pk=request.user.id)
    data, uploads = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    account = AccountForm(data, uploads, instance=user, initial={"photo": user.photo})
    details = _details_form(user, data)
    if request.method == "POST" and all(form.is_valid() for form in (account, details) if form is not None):
        try:
            _save(user, account, details)
        except Invalid as error:
            _show(error, account, details)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("profile")
    context = {
        "person": request.user,
        "security": second_factor.overview(user),
        "account": account,
        "details": details,
        "doctor": DoctorProfile.objects.filter(user=user).select_related("specialty").first()
        if user.is_doctor
        else None,
        "completeness": completeness.of_patient(user) if user.is_patient else None,
    }
    status = 422 if account.errors or (details is not None and details.errors) else 200
    return render(request, "accounts/profile.html", context, status=status)


@login_required
@require_POST
def note_time_zone(request: HttpRequest) -> HttpResponse:
    """The browser's own time zone, told once (js/zones.js)."""
    assert isinstance(request.user, User)
    profiles.note_time_zone(request.user, request.POST.get("zone", ""))
    return HttpResponse(status=204)


@login_required
@require_POST
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Every browser and every program of this person, this one included."""
    assert isinstance(request.user, User)
    sessions.end_everywhere(request.user, sessions.LOGGED_OUT)
    logout(request)
    messages.success(request, _("You are logged out on every device."))
    return redirect("account_login")


def _details_form(user: User, data: Any) -> PatientForm | DoctorForm | None:
    if user.is_patient:
        row = PatientProfile.objects.filter(user=user).first()
        return PatientForm(data, instance=row)
    if user.is_doctor:
        doctor = DoctorProfile.objects.filter(user=user).first()
        return DoctorForm(data, instance=doctor) if doctor else None
    return None


def _save(user: User, account: AccountForm, details: forms.BaseForm | None) -> None:
    own = dict(account.cleaned_data)
    photo = own.pop("photo")
    cleaned = details.cleaned_data if details is not None else None
    profiles.update(
        user,
        account=own,
        patient=cleaned if user.is_patient else None,
        doctor=cleaned if user.is_doctor else None,
    )
    if photo is False:
        profiles.set_photo(user, None)
    elif "photo" in account.changed_data and photo:
        profiles.set_photo(user, photo)


def _show(error: Invalid, account: AccountForm, details: forms.BaseForm | None) -> None:
    for name, texts in error.fields.items():
        form = next(
            (form for form in (account, details) if form is not None and name in form.fields), account
        )
        form.add_error(name if name in form.fields else None, texts)
