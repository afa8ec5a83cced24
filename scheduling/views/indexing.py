"""What search engines are told of the directory and of each doctor."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Specialty, User
from clinic.core import money
from clinic.core.page_meta import PageMeta, clinic_data, short


def directory_meta(
    request: HttpRequest, people: Iterable[User], *, specialty: Specialty | None, page: int
) -> PageMeta:
    """Specialty and page make an address of its own; every other filter is the same list in another order."""
    kept = {"specialty": specialty.slug} if specialty else {}
    if page > 1:
        kept["page"] = str(page)
    address = reverse("doctors") + (f"?{urlencode(kept)}" if kept else "")
    if specialty:
        title = _("%(specialty)s: our doctors") % {"specialty": specialty.name}
        text = _("%(specialty)s by video or in person: doctors, fees and free times. %(description)s") % {
            "specialty": specialty.name,
            "description": specialty.description,
        }
    else:
        title = _("Our doctors")
        text = _("Choose a doctor by specialty, language, fee and next free time, and book a visit.")
    listed = [
        {"@type": "ListItem", "position": number, "url": request.build_absolute_uri(_address(person))}
        for number, person in enumerate(people, start=1)
    ]
    return PageMeta(
        title=title,
        description=short(text),
        canonical=request.build_absolute_uri(address),
        structured=({"@type": "ItemList", "itemListElement": listed},) if listed else (),
    )


def doctor_meta(request: HttpRequest, doctor: User) -> PageMeta:
    """A rating is told only where there is one."""
    profile = doctor.doctor_profile
    fallback = _("%(name)s, %(specialty)s: services, fees and free times, by video or in person.") % {
        "name": doctor.name,
        "specialty": profile.specialty.name,
    }
    address = request.build_absolute_uri(_address(doctor))
    image = request.build_absolute_uri(doctor.photo_url) if doctor.photo else ""
    data: dict[str, Any] = {
        "@type": "Physician",
        "@id": address,
        "name": doctor.name,
        "url": address,
        "description": short(profile.biography or fallback),
        "medicalSpecialty": profile.specialty.name,
        "knowsLanguage": list(profile.languages),
        "priceRange": money.shown(profile.fee, settings.CLINIC_CURRENCY),
        "parentOrganization": clinic_data(request),
    }
    if image:
        data["image"] = image
    if profile.rating is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(profile.rating),
            "ratingCount": profile.rating_count,
            "bestRating": "5",
            "worstRating": "1",
        }
    return PageMeta(
        title=f"{doctor.name}, {profile.specialty.name}",
        description=data["description"],
        canonical=address,
        kind="profile",
        image=image,
        structured=(data,),
    )


def _address(doctor: User) -> str:
    return reverse("doctor", args=[doctor.pk])
