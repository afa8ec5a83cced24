"""The care team, as its patient sees it and as management corrects it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rules
from accounts.domain import care
from accounts.domain.queries import care_team
from accounts.enums import Role
from accounts.forms.care import AddCareForm, EndCareForm
from accounts.models import User
from clinic.core.errors import Invalid


@login_required
@never_cache
@require_safe
def own_care_team(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if not request.user.is_patient:
        raise PermissionDenied
    return render(request, "accounts/own_care_team.html", {"links": care_team(request.user)})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def patient_care_team(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Management adds (`doctor`, `reason`) and ends (`end`=doctor's id, `reason`) care links."""
    assert isinstance(request.user, User)
    actor = request.user
    if not rules.can_change_care_team(actor):
        raise PermissionDenied
    patient = get_object_or_404(User, pk=pk, role=Role.PATIENT)
    ending = request.method == "POST" and "end" in request.POST
    links = list(care_team(patient))
    form = AddCareForm(request.POST if request.method == "POST" and not ending else None, patient=patient)
    end_form = EndCareForm(request.POST if ending else None)
    wrong = end_form if ending else form
    if request.method == "POST" and wrong.is_valid():
        reason = wrong.cleaned_data["reason"]
        try:
            if ending:
                link = next((link for link in links if str(link.doctor_id) == request.POST["end"]), None)
                if link is not None:
                    care.end(patient, link.doctor, actor=actor, reason=reason)
                messages.success(request, _("The care team is changed."))
            else:
                care.add(patient, form.cleaned_data["doctor"], actor=actor, reason=reason)
                messages.success(request, _("The doctor is on the care team."))
        except Invalid as refused:
            for name, texts in refused.fields.items():
                wrong.add_error(name if name in wrong.fields else None, texts)
        else:
            return redirect("patient_care_team", pk=pk)
    context = {"patient": patient, "links": links, "form": form, "end_form": end_form}
    return render(request, "accounts/care_team.html", context, status=422 if wrong.errors else 200)
