"""Inviting, letting in and out, and giving roles: each is asked for first."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain import invitations, people
from accounts.enums import Role
from accounts.forms.people import ReasonForm, RoleForm
from accounts.models import User
from accounts.views.guards import for_people_keepers, managed_or_404
from clinic.core.errors import Conflict, Invalid


@for_people_keepers
@require_POST
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = managed_or_404(request, pk)
    try:
        invitations.send(
            person, actor=cast(User, request.user), origin=request.build_absolute_uri("/").rstrip("/")
        )
    except Conflict as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": person.email})
    return redirect("person", person.pk)


@for_people_keepers
@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = managed_or_404(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        people.deactivate(person, actor=cast(User, request.user), reason=form.cleaned_data["reason"])
        messages.success(
            request, _("%(name)s is deactivated and logged out everywhere.") % {"name": person.name}
        )
        return redirect("person", person.pk)
    context = {"person": person, "form": form}
    return render(request, "accounts/person_deactivate.html", context, status=422 if form.errors else 200)


@for_people_keepers
@require_POST
def activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = managed_or_404(request, pk)
    try:
        people.activate(person, actor=cast(User, request.user))
    except Conflict as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("%(name)s may log in again.") % {"name": person.name})
    return redirect("person", person.pk)


@for_people_keepers
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For admin only."""
    actor = cast(User, request.user)
    if actor.role != Role.ADMIN:
        raise PermissionDenied
    person = managed_or_404(request, pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": person.role})
    if form.is_valid():
        try:
            people.change_role(person, form.cleaned_data["role"], actor=actor)
        except Invalid as error:
            form.add_error("role", error.fields.get("role", [error.detail]))
        else:
            messages.success(request, _("The role of %(name)s is changed.") % {"name": person.name})
            return redirect("person", person.pk)
    context = {"person": person, "form": form}
    return render(request, "accounts/person_role.html", context, status=422 if form.errors else 200)
