"""What a patient has chosen so far.

Service, mode and time stand in the address, so that Back, reload and a second tab work; the reason and the files,
which are private, in the session under the doctor's id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.enums import Mode
from accounts.models import User
from scheduling.domain import drafts
from scheduling.domain.drafts import DraftFile
from scheduling.domain.pricing import charge
from scheduling.domain.queries import services_for
from scheduling.enums import OCCUPYING
from scheduling.models import Appointment, Service
from scheduling.rules import hold_lapsed
from scheduling.views.guards import uuid_or_none
from scheduling.views.picker import address_of, moment_of

SESSION_KEY = "booking"


class Draft(TypedDict):
    reason: str
    files: list[DraftFile]


@dataclass
class Offer:
    """A service as this doctor gives it."""

    service: Service
    price: Any
    modes: list[str]

    @property
    def mode_labels(self) -> str:
        return ", ".join(str(Mode(mode).label) for mode in self.modes)


@dataclass
class BookingState:
    """`service`, `mode` and `starts_at` of the address; what makes no sense there is replaced or None."""

    doctor: User
    offers: list[Offer]
    offer: Offer
    mode: str
    starts_at: datetime | None

    @property
    def service(self) -> Service:
        return self.offer.service

    @property
    def mode_label(self) -> str:
        return str(Mode(self.mode).label)

    @property
    def mode_choices(self) -> list[tuple[str, str]]:
        return [(mode, str(Mode(mode).label)) for mode in self.offer.modes]

    def address(self, name: str, *, starts_at: datetime | None = None) -> str:
        """The address of step `name` with these choices, and the time when one is given."""
        query = {"service": str(self.service.pk), "mode": self.mode}
        if starts_at is not None:
            query["at"] = address_of(starts_at)
        return f"{reverse(name, args=[self.doctor.pk])}?{urlencode(query)}"

    @property
    def time_url(self) -> str:
        return self.address("book")

    @property
    def details_url(self) -> str:
        return self.address("book_details", starts_at=self.starts_at)

    @property
    def review_url(self) -> str:
        return self.address("book_review", starts_at=self.starts_at)


def offers_of(doctor: User) -> list[Offer]:
    """What this doctor gives, each service in the modes that both the service and the doctor allow."""
    own_modes = doctor.doctor_profile.modes
    return [
        Offer(service, charge(doctor, service), modes)
        for service in services_for(doctor)
        if (modes := [mode for mode in Mode.values if mode in service.modes and mode in own_modes])
    ]


def usual(offers: list[Offer]) -> Offer:
    """What most people come for: the consultation at the doctor's own fee, else the first."""
    return next((offer for offer in offers if offer.service.price_from_doctor), offers[0])


def read_state(request: HttpRequest, doctor: User) -> BookingState | None:
    """The state the address names; None when the doctor offers nothing. An unknown service: Http404."""
    offers = offers_of(doctor)
    if not offers:
        return None
    offer = usual(offers)
    if wanted := request.GET.get("service"):
        found = [candidate for candidate in offers if candidate.service.pk == uuid_or_none(wanted)]
        if not found:
            raise Http404
        offer = found[0]
    mode = request.GET.get("mode", "")
    return BookingState(
        doctor=doctor,
        offers=offers,
        offer=offer,
        mode=mode if mode in offer.modes else offer.modes[0],
        starts_at=moment_of(request.GET.get("at")),
    )


def read_draft(request: HttpRequest, doctor_id: UUID) -> Draft:
    stored = request.session.get(SESSION_KEY, {}).get(str(doctor_id))
    return {"reason": stored["reason"], "files": stored["files"]} if stored else {"reason": "", "files": []}


def write_draft(request: HttpRequest, doctor_id: UUID, draft: Draft) -> None:
    request.session[SESSION_KEY] = {**request.session.get(SESSION_KEY, {}), str(doctor_id): draft}


def forget_draft(request: HttpRequest, doctor_id: UUID) -> None:
    """The booking is made: its draft and the files' first copies go."""
    drafts.drop(read_draft(request, doctor_id)["files"])
    kept = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(str(doctor_id), None)
    request.session[SESSION_KEY] = kept


def own_visit_at(patient: User, doctor: User, starts_at: datetime) -> Appointment | None:
    """The visit that this patient already has with this doctor at this time; not a hold that has lapsed."""
    found = Appointment.objects.filter(
        patient=patient, doctor=doctor, starts_at=starts_at, status__in=OCCUPYING
    ).first()
    return None if found is None or hold_lapsed(found) else found
