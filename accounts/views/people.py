"""The people pages of management and admin: find, register, correct."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rules
from accounts.domain import completeness, invitations, people_list, registration
from accounts.domain.people import EmailTaken
from accounts.enums import Role
from accounts.forms.people import DETAILS, PeopleFilter, PersonForm
from accounts.models import User
from accounts.views.guards import for_people_keepers, managed_or_404
from clinic.core.errors import DomainError

PER_PAGE = 20


@for_people_keepers
@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    actor = cast(User, request.user)
    role = request.GET.get("role", "")
    if not (role in Role.values and rules.can_register(actor, role)):
        role = Role.PATIENT
    filters = PeopleFilter(request.GET, role)
    page = Paginator(filters.narrow(people_list.managed_by(actor)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    cards = [
        (person, completeness.of_patient(person).percent if person.is_patient else None)
        for person in page.object_list
    ]
    roles = [(value, label) for value, label in _TABS.items() if rules.can_register(actor, value)]
    context = {"filters": filters, "page_obj": page, "cards": cards, "role": role, "roles": roles}
    return render(request, "accounts/people.html", context)


@for_people_keepers
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, role: str) -> HttpResponse:
    actor = cast(User, request.user)
    if role not in Role.values or not rules.can_register(actor, role):
        raise Http404
    data = request.POST if request.method == "POST" else None
    account = PersonForm(data)
    details = DETAILS[role](data) if role in DETAILS else None
    if _are_valid(account, details):
        try:
            person = registration.register(
                role=role,
                account=account.cleaned_data,
                details=details.cleaned_data if details else {},
                actor=actor,
            )
        except DomainError as error:
            _show(request, error, account, details)
        else:
            if "invite" in request.POST:
                invitations.send(person, actor=actor, origin=request.build_absolute_uri("/").rstrip("/"))
                messages.success(request, _("%(name)s is registered and invited.") % {"name": person.name})
            else:
                messages.success(request, _("%(name)s is registered.") % {"name": person.name})
            return redirect("person", person.pk)
    return _form(request, account, details, role=role)


@for_people_keepers
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = managed_or_404(request, pk)
    shown = User.objects.get(pk=person.pk)  # The form writes on its own copy.
    data = request.POST if request.method == "POST" else None
    account = PersonForm(data, instance=shown)
    row = getattr(person, f"{person.role}_profile", None) if person.role in DETAILS else None
    details = DETAILS[person.role](data, instance=row) if person.is_patient or row else None  # type: ignore[arg-type]
    if _are_valid(account, details):
        try:
            registration.correct(
                person,
                account=account.cleaned_data,
                details=details.cleaned_data if details else None,
                actor=cast(User, request.user),
            )
        except DomainError as error:
            _show(request, error, account, details)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("person", person.pk)
    return _form(request, account, details, role=person.role, person=person)


def _are_valid(*given: forms.BaseForm | None) -> bool:
    """All of them are looked at, so that every mistake shows at once."""
    valid = [form.is_valid() for form in given if form is not None]
    return all(valid)


def _form(
    request: HttpRequest, account: PersonForm, details: Any, *, role: str, person: User | None = None
) -> HttpResponse:
    context = {
        "account": account,
        "details": details,
        "role": role,
        "role_label": Role(role).label,
        "person": person,
    }
    wrong = bool(account.errors or (details is not None and details.errors))
    return render(request, "accounts/person_form.html", context, status=422 if wrong else 200)


def _show(request: HttpRequest, error: DomainError, account: PersonForm, details: Any) -> None:
    if isinstance(error, EmailTaken):
        account.add_error("email", _taken(request, account.cleaned_data["email"]))
        return
    for name, texts in (error.fields or {"": [error.detail]}).items():
        form = next(
            (form for form in (account, details) if form is not None and name in form.fields), account
        )
        form.add_error(name if name in form.fields else None, texts)


def _taken(request: HttpRequest, email: str) -> str:
    """With a link to who has it, for those who look after that person."""
    owner = registration.owner_of(email)
    if owner is None or not rules.can_manage_account(cast(User, request.user), owner):
        return str(EmailTaken.message)
    return format_html(
        '{} <a class="link" href="{}">{}</a>',
        EmailTaken.message,
        reverse("person", args=[owner.pk]),
        owner.name,
    )


_TABS = {
    Role.PATIENT: gettext_lazy("Patients"),
    Role.DOCTOR: gettext_lazy("Doctors"),
    Role.MANAGEMENT: gettext_lazy("Management"),
    Role.ADMIN: gettext_lazy("Admins"),
}
