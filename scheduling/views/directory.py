"""The public directory of doctors."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.domain import queries
from accounts.models import Specialty
from clinic.core.page_meta import briefly_kept
from scheduling.domain.availability import nearest_free, next_free
from scheduling.domain.directory import arranged
from scheduling.domain.offering import offers_of, usual
from scheduling.forms.directory import DirectoryFilter
from scheduling.views import picker
from scheduling.views.guards import doctor_or_404
from scheduling.views.indexing import directory_meta, doctor_meta

PER_PAGE = 12


@require_safe
@briefly_kept
def doctors(request: HttpRequest) -> HttpResponse:
    filters = DirectoryFilter(request.GET)
    found = filters.narrow(queries.doctors())
    mode = filters.cleaned_data.get("mode") or None
    service = filters.cleaned_data.get("service")
    listed, free = arranged(
        found,
        order=filters.order,
        free_within=filters.free_within,
        mode=mode,
        service=service,
        part=filters.cleaned_data.get("part", ""),
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    people = list(page.object_list)
    soonest = next_free(people, mode=mode) if free is None else free
    specialty = filters.cleaned_data.get("specialty")
    return render(
        request,
        "scheduling/doctors.html",
        {
            "meta": directory_meta(request, people, specialty=specialty, page=page.number),
            "filters": filters,
            "page_obj": page,
            "cards": [(person, soonest.get(person.pk)) for person in people],
            "specialties": Specialty.objects.annotate(
                people=Count("doctors", filter=Q(doctors__user__is_active=True))
            )
            .filter(people__gt=0)
            .order_by("name"),
            "chosen_specialty": specialty,
            "any_url": _any_url(specialty, filters.cleaned_data) if len(listed) > 1 else "",
            "book_query": _query(filters.cleaned_data),
        },
    )


def _query(wanted: dict[str, Any]) -> str:
    """The filters that booking knows too, as the query of its address."""
    service, language = wanted.get("service"), wanted.get("language")
    known = {
        "service": str(service.pk) if service else "",
        "mode": wanted.get("mode"),
        "part": wanted.get("part"),
        "language": language,
    }
    query = urlencode({name: value for name, value in known.items() if value})
    return f"?{query}" if query else ""


def _any_url(specialty: Specialty | None, wanted: dict[str, Any]) -> str:
    """Booking any doctor of the chosen specialty."""
    return reverse("book_any", args=[specialty.slug]) + _query(wanted) if specialty else ""


@require_safe
@briefly_kept
def doctor(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = doctor_or_404(pk)
    offers = offers_of([person])
    times: list[picker.Choice] = []
    if offers:
        first = usual(offers)
        mode = first.modes[0]
        choose = f"{reverse('book_details', args=[person.pk])}?service={first.service.pk}&mode={mode}"
        slots = nearest_free(person, first.service, timezone.now(), mode=mode, count=6)
        times = picker.choices(slots, choose)
    return render(
        request,
        "scheduling/doctor.html",
        {
            "meta": doctor_meta(request, person),
            "doctor": person,
            "profile": person.doctor_profile,
            "offers": offers,
            "times": times,
        },
    )
