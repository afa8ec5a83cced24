"""Two accounts of one patient: find the other, compare, choose, look once more, confirm."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rules
from accounts.domain import merging, people_list
from accounts.domain.people import AlreadyMerged
from accounts.enums import Role
from accounts.forms.merging import ChoiceForm, ConfirmForm
from accounts.models import User
from accounts.views.guards import for_people_keepers
from clinic.core.errors import Conflict, Invalid
from insights.domain.merging import holdings

PER_PAGE = 10


@for_people_keepers
@never_cache
@require_safe
def choose_other(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person's other account, by name, e-mail or phone (`?q=`); without it those of the same last name."""
    person = _patient_or_404(request, pk)
    if person.merged_into_id:
        return _is_done(request, person)
    search = request.GET.get("q", "")[:120].strip()
    found = people_list.matching(_patients(request), search or person.last_name)
    found = found.filter(merged_into=None).exclude(pk=person.pk).order_by("first_name", "last_name", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"person": person, "search": search, "page_obj": page}
    return render(request, "insights/merge_search.html", context)


@for_people_keepers
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: UUID, other_pk: UUID) -> HttpResponse:
    """GET compares and asks; with the answers in the address it shows what will happen; POST does it."""
    person, other = _patient_or_404(request, pk), _patient_or_404(request, other_pk)
    if person.pk == other.pk:
        raise Http404
    for one in (person, other):
        if one.merged_into_id:
            return _is_done(request, one)
    choices = ChoiceForm(request.GET if "stays" in request.GET else None, person, other)
    if not choices.is_valid():
        if request.method == "POST":
            messages.warning(request, _("Please choose once more: these accounts have changed meanwhile."))
        return _compare(request, choices, status=422 if choices.errors or request.method == "POST" else 200)
    confirmation = ConfirmForm(
        request.POST if request.method == "POST" else None, {person.last_name, other.last_name}
    )
    if confirmation.is_valid():
        try:
            kept = merging.merge(
                choices.kept_id, choices.merged_id, keep=choices.keep, actor=cast(User, request.user)
            )
        except AlreadyMerged:
            return _is_done(request, _patient_or_404(request, choices.merged_id))
        except (Conflict, Invalid) as error:
            confirmation.add_error(None, error.detail)
        else:
            messages.success(request, _("The two accounts are one now."))
            return redirect("person", kept.pk)
    by_id = {one.pk: one for one in (person, other)}
    context = {
        "choices": choices,
        "form": confirmation,
        "person": person,
        "kept": by_id[choices.kept_id],
        "merged": by_id[choices.merged_id],
        "moving": holdings(by_id[choices.merged_id]),
    }
    return render(request, "insights/merge_confirm.html", context, status=422 if confirmation.errors else 200)


def _compare(request: HttpRequest, choices: ChoiceForm, *, status: int) -> HttpResponse:
    one, other = choices.people.values()
    context = {
        "form": choices,
        "person": one,
        "sides": [(one, holdings(one)), (other, holdings(other))],
    }
    return render(request, "insights/merge_compare.html", context, status=status)


def _patients(request: HttpRequest) -> QuerySet[User]:
    """Raises PermissionDenied for who may not merge."""
    actor = cast(User, request.user)
    if not rules.can_merge_patients(actor):
        raise PermissionDenied
    return people_list.managed_by(actor).filter(role=Role.PATIENT)


def _patient_or_404(request: HttpRequest, pk: UUID) -> User:
    found = _patients(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _is_done(request: HttpRequest, person: User) -> HttpResponse:
    """A second click, or somebody else was faster: to the account that is left."""
    messages.info(request, AlreadyMerged.message)
    return redirect("person", person.merged_into_id or person.pk)
