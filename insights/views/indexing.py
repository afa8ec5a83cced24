"""What search engines are told of the home page, and where they find the rest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as render_sitemap
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.domain.queries import doctors
from accounts.models import Specialty, User
from clinic.core.page_meta import PageMeta, clinic_data
from insights.domain.public import specialties

AN_HOUR = 3600
# Nothing to find there; calendars of free times have no end.
NOT_FOR_ROBOTS = ("/admin/", "/api/", "/book/")


def welcome_meta(request: HttpRequest, departments: Iterable[Specialty]) -> PageMeta:
    description = _("Real free times, payment by QR, video visits and chat with your own doctor.")
    return PageMeta(
        title=_("See a doctor by video or in person"),
        description=description,
        canonical=request.build_absolute_uri("/"),
        structured=(
            {
                **clinic_data(request),
                "description": description,
                "currenciesAccepted": settings.CLINIC_CURRENCY,
                "medicalSpecialty": [specialty.name for specialty in departments],
            },
        ),
    )


@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}" for prefix in NOT_FOR_ROBOTS),
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


class Pages(Sitemap[str]):
    def items(self) -> list[str]:
        return ["welcome", "doctors"]

    def location(self, item: str) -> str:
        return reverse(item)


class Departments(Sitemap[Specialty]):
    def items(self) -> QuerySet[Specialty]:
        return specialties()

    def location(self, item: Specialty) -> str:
        return f"{reverse('doctors')}?specialty={item.slug}"


class Doctors(Sitemap[User]):
    def items(self) -> QuerySet[User]:
        return doctors().order_by("created_at", "pk")

    def location(self, item: User) -> str:
        return reverse("doctor", args=[item.pk])

    def lastmod(self, item: User) -> datetime:
        return item.doctor_profile.updated_at


@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The home page, the directory by department, and every active doctor."""
    parts: dict[str, Any] = {"pages": Pages, "departments": Departments, "doctors": Doctors}
    return render_sitemap(request, parts)
