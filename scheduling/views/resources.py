"""Rooms and equipment, for management: groups, what is in them, when it is out and what that hits."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.core.errors import DomainError
from scheduling.domain import equipment
from scheduling.forms.catalogue import GroupForm, OutageForm, ResourceForm, take
from scheduling.models import Resource, ResourceGroup
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

SHOWN_HITS = 50


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "scheduling/resources.html", {"groups": equipment.groups()})


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: HttpRequest) -> HttpResponse:
    return _group_form(request, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _group_form(request, get_object_or_404(ResourceGroup, pk=pk))


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """One more room or machine of a group."""
    group = get_object_or_404(ResourceGroup, pk=group_id)
    form = ResourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = equipment.add_resource(group.pk, actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("%(name)s is in use from now on.") % {"name": made.name})
            return redirect("resources")
    context = {"form": form, "group": group}
    return render(request, "scheduling/resource_form.html", context, status=422 if form.is_bound else 200)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One room or machine. POST `do=rename` or `do=outage`; what is wrong is said at its form."""
    resource = get_object_or_404(Resource.objects.select_related("group"), pk=pk)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    names = ResourceForm(request.POST if do == "rename" else None, initial={"name": resource.name})
    outages = OutageForm(request.POST if do == "outage" else None)
    try:
        if do == "rename" and names.is_valid():
            equipment.rename(pk, actor=person(request), **names.cleaned_data)
            messages.success(request, _("The name is changed."))
            return redirect("resource", pk=pk)
        if do == "outage" and outages.is_valid():
            equipment.add_outage(pk, actor=person(request), **outages.cleaned_data)
            messages.success(request, _("Nothing new is booked on it in these days."))
            return redirect("resource", pk=pk)
    except DomainError as refused:
        take(names if do == "rename" else outages, refused)
    hits = equipment.visits_hit(resource)
    context: dict[str, Any] = {
        "resource": resource,
        "names": names,
        "outages_form": outages,
        "outages": resource.outages.filter(last_day__gte=timezone.localdate()),  # type: ignore[attr-defined]
        "hits": hits[:SHOWN_HITS],
        "hits_total": hits.count(),
        "others_in_use": Resource.objects.filter(group=resource.group, is_active=True).exclude(pk=pk).count(),
    }
    wrong = names.errors or outages.errors
    return render(request, "scheduling/resource.html", context, status=422 if wrong else 200)


@for_management
@require_POST
def use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`do=retire` takes it out of use, anything else puts it back."""
    resource = get_object_or_404(Resource, pk=pk)
    active = request.POST.get("do") != "retire"
    equipment.use(resource.pk, active, actor=person(request))
    messages.success(
        request, _("It is in use again.") if active else _("It is out of use. Nothing new is booked on it.")
    )
    return redirect("resource", pk=pk)


@for_management
@require_POST
def end_outage(request: HttpRequest, pk: UUID, outage_id: UUID) -> HttpResponse:
    resource = get_object_or_404(Resource, pk=pk)
    equipment.end_outage(resource.pk, outage_id, actor=person(request))
    messages.success(request, _("It can be booked on these days again."))
    return redirect("resource", pk=pk)


@for_management
@require_POST
def move_visits(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give what is hit another one of the group."""
    resource = get_object_or_404(Resource, pk=pk)
    moved, left = equipment.move_visits(resource, actor=person(request))
    if moved:
        text = ngettext(
            "%(count)s visit has another one now.", "%(count)s visits have another one now.", moved
        )
        messages.success(request, text % {"count": moved})
    if left:
        text = ngettext(
            "For %(count)s visit none is free then: please move or cancel it.",
            "For %(count)s visits none is free then: please move or cancel them.",
            left,
        )
        messages.warning(request, text % {"count": left})
    return redirect("resource", pk=pk)


def _group_form(request: HttpRequest, group: ResourceGroup | None) -> HttpResponse:
    initial = {"name": group.name, "kind": group.kind} if group else None
    form = GroupForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            equipment.save_group(group.pk if group else None, actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        except ResourceGroup.DoesNotExist as gone:
            raise Http404 from gone
        else:
            messages.success(request, _("The group is saved."))
            return redirect("resources")
    context = {"form": form, "group": group}
    return render(request, "scheduling/resource_group.html", context, status=422 if form.is_bound else 200)
