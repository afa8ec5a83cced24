"""Interactions of the catalogue, for management: found, added, switched off and on."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.core.errors import DomainError
from records.domain.medicines import interactions as domain
from records.forms.medicines import InteractionForm, take
from records.models import Interaction
from scheduling.views.guards import person, safe_next
from scheduling.views.holidays import for_management

PAGE_SIZE = 25
SEARCH_LENGTH = 100


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=` searches by name, code or words."""
    typed = request.GET.get("q", "").replace("\x00", "")[:SEARCH_LENGTH]
    page_obj = Paginator(domain.interactions(typed), PAGE_SIZE).get_page(request.GET.get("page"))
    names = domain.names_of({code for row in page_obj for code in (row.first, row.second)})
    context = {
        "page_obj": page_obj,
        "typed": typed,
        "rows": [(row, ", ".join(names[row.first]), ", ".join(names[row.second])) for row in page_obj],
    }
    return render(request, "records/medicines/interactions.html", context)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = InteractionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain.add(actor=person(request), values=form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Added. The safety check knows it from now on."))
            return redirect("medicine_interactions")
    return render(
        request, "records/medicines/interaction.html", {"form": form}, status=422 if form.is_bound else 200
    )


@for_management
@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`do=off` or `do=on`."""
    on = request.POST.get("do") == "on"
    try:
        domain.switch(pk, on, actor=person(request))
    except Interaction.DoesNotExist:
        raise Http404 from None
    messages.success(
        request, _("The safety check tells of it again.") if on else _("The safety check says nothing of it.")
    )
    return redirect(safe_next(request, reverse("medicine_interactions")))
