"""One person, as management and admin see them."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rules
from accounts.domain import completeness, invitations
from accounts.enums import Role
from accounts.models import User
from accounts.views.guards import for_people_keepers, managed_or_404
from insights.domain.person_overview import overview


@for_people_keepers
@never_cache
@require_safe
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    viewer = cast(User, request.user)
    shown = managed_or_404(request, pk)
    context = {
        "person": shown,
        "patient": getattr(shown, "patient_profile", None) if shown.is_patient else None,
        "doctor": getattr(shown, "doctor_profile", None) if shown.is_doctor else None,
        "percent": completeness.of_patient(shown).percent if shown.is_patient else None,
        "can_invite": invitations.is_open(shown),
        "invitation_until": invitations.expires_at(shown),
        "overview": overview(shown, viewer=viewer),
        "sees_visits": viewer.is_management and (shown.is_patient or shown.is_doctor),
        "may_merge": rules.can_merge_patients(viewer) and shown.is_patient and not shown.merged_into_id,
        "may_change_role": viewer.role == Role.ADMIN,
    }
    return render(request, "insights/person.html", context)
