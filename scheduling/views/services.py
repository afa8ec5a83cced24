"""What the clinic offers, for management: list, new, edit, retire."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.core.errors import DomainError
from scheduling.domain import catalogue
from scheduling.forms.catalogue import ServiceForm, take
from scheduling.models import Service
from scheduling.views.guards import person
from scheduling.views.holidays import for_management


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "scheduling/services.html", {"services": catalogue.all_services()})


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = catalogue.create(actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("%(name)s can be booked from now on.") % {"name": made.name})
            return redirect("clinic_services")
    return _form(request, form, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    service = _service_or_404(pk)
    form = ServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.change(pk, actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Saved. It holds for new bookings from now on."))
            return redirect("clinic_services")
    return _form(request, form, service)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET says what it hits, POST retires; POST `do=offer` offers it again."""
    service = _service_or_404(pk)
    if request.method != "POST":
        return render(request, "scheduling/service_retire.html", {"service": service})
    again = request.POST.get("do") == "offer"
    try:
        catalogue.offer(pk, again, actor=person(request))
    except DomainError as refused:
        messages.error(request, refused.fields.get("name", [refused.detail])[0])
        return redirect("clinic_service", pk=pk)
    messages.success(
        request,
        _("It is offered again.") if again else _("It can't be booked any more. What is booked takes place."),
    )
    return redirect("clinic_services")


def _service_or_404(pk: UUID) -> Service:
    found = catalogue.all_services().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, form: ServiceForm, service: Service | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "scheduling/service_form.html", {"form": form, "service": service}, status=status)
