"""What a patient has chosen so far.

Service, mode, time and filters stand in the address, so that Back, reload and a second tab work; the reason and the
files, which are private, in the session (booking_draft.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.enums import Mode, SpokenLanguage
from accounts.models import Specialty, User
from scheduling.domain import referral_queries
from scheduling.domain.offering import Offer, offers_of, usual
from scheduling.domain.pricing import charge
from scheduling.enums import OCCUPYING, PartOfDay
from scheduling.models import Appointment, Referral, Service
from scheduling.rules import hold_lapsed
from scheduling.views.guards import person, uuid_or_none
from scheduling.views.picker import address_of, moment_of


@dataclass
class BookingState:
    """What the address says; what makes no sense there is replaced or None. `doctor` is None while it is any doctor
    of `specialty` and none has been chosen yet; `doctors` are those who may be."""

    specialty: Specialty
    is_any: bool
    doctors: list[User]
    doctor: User | None
    offers: list[Offer]
    offer: Offer
    mode: str
    starts_at: datetime | None
    part: str = ""
    language: str = ""
    referral: Referral | None = None

    @property
    def service(self) -> Service:
        return self.offer.service

    @property
    def givers(self) -> list[User]:
        """Who gives the service in this mode."""
        return self.offer.doctors_by(self.mode)

    @property
    def price(self) -> Any:
        """What it costs with the doctor; the lowest fee while there is none yet."""
        return charge(self.doctor, self.service) if self.doctor else self.offer.price

    @property
    def price_varies(self) -> bool:
        return self.doctor is None and self.offer.price_varies

    @property
    def mode_label(self) -> str:
        return str(Mode(self.mode).label)

    @property
    def mode_choices(self) -> list[tuple[str, str]]:
        return [(mode, str(Mode(mode).label)) for mode in self.offer.modes]

    @property
    def part_choices(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in PartOfDay.choices]

    @property
    def language_choices(self) -> list[tuple[str, str]]:
        """Languages that some of the doctors speak; none when there is nothing to choose."""
        spoken = {code for doctor in self.doctors for code in doctor.doctor_profile.languages}
        return [(code, str(label)) for code, label in SpokenLanguage.choices if code in spoken]

    @property
    def fees(self) -> list[tuple[User, Any, str]]:
        """Each doctor, what the service costs with them, and the way to their own free times."""
        return [
            (doctor, charge(doctor, self.service), self.address("time", doctor=doctor))
            for doctor in self.givers
        ]

    @property
    def key(self) -> str:
        """Under which the draft is kept: what was written for one doctor serves for the next of the specialty."""
        return self.specialty.slug

    def address(self, name: str, *, starts_at: datetime | None = None, doctor: User | None = None) -> str:
        """The address of step `name` (time, details, review) with these choices, and the time when one is given;
        `doctor`: the same step of that doctor's own booking."""
        query = {"service": str(self.service.pk), "mode": self.mode}
        if self.part:
            query["part"] = self.part
        if self.referral:
            query["referral"] = str(self.referral.pk)
        if self.is_any and doctor is None:
            if self.language:
                query["language"] = self.language
            path = reverse(f"book_any_{name}" if name != "time" else "book_any", args=[self.specialty.slug])
        else:
            chosen = doctor or self.doctor
            assert chosen is not None
            path = reverse(f"book_{name}" if name != "time" else "book", args=[chosen.pk])
        if starts_at is not None:
            query["at"] = address_of(starts_at)
        return f"{path}?{urlencode(query)}"

    @property
    def form_url(self) -> str:
        return self.time_url.partition("?")[0]

    @property
    def time_url(self) -> str:
        return self.address("time")

    @property
    def details_url(self) -> str:
        return self.address("details", starts_at=self.starts_at)

    @property
    def review_url(self) -> str:
        return self.address("review", starts_at=self.starts_at)

    @property
    def any_url(self) -> str:
        """The same with any doctor of the specialty, when there is another one."""
        return reverse("book_any", args=[self.specialty.slug]) + f"?{self._what}"

    @property
    def waiting_url(self) -> str:
        """Where to join the waiting list for this."""
        whom = {"specialty": self.specialty.slug} if self.doctor is None else {"doctor": str(self.doctor.pk)}
        return f"{reverse('waiting_join')}?{urlencode(whom)}&{self._what}"

    @property
    def _what(self) -> str:
        return urlencode({"service": str(self.service.pk), "mode": self.mode})


def read_state(
    request: HttpRequest, specialty: Specialty, doctors: Sequence[User], *, is_any: bool
) -> BookingState | None:
    """The state the address names; None when nothing is offered. An unknown service: Http404."""
    language = request.GET.get("language", "") if is_any else ""
    if language not in SpokenLanguage.values:
        language = ""
    speaking = [doctor for doctor in doctors if not language or language in doctor.doctor_profile.languages]
    offers = offers_of(speaking or doctors)
    if not offers:
        return None
    referral = _referral(request)
    offer = usual(offers)
    if wanted := request.GET.get("service"):
        found = [candidate for candidate in offers if candidate.service.pk == uuid_or_none(wanted)]
        if not found:
            raise Http404
        offer = found[0]
    elif referral:
        offer = next((o for o in offers if o.service.pk == referral.service_id), offer)
    mode = request.GET.get("mode", "")
    part = request.GET.get("part", "")
    if referral is None or referral.service_id != offer.service.pk:
        referral = _waiting_referral(person(request), offer.service)
    return BookingState(
        specialty=specialty,
        is_any=is_any,
        doctors=list(doctors),
        doctor=None if is_any else doctors[0],
        offers=offers,
        offer=offer,
        mode=mode if mode in offer.modes else offer.modes[0],
        starts_at=moment_of(request.GET.get("at")),
        part=part if part in PartOfDay.values else "",
        language=language if speaking else "",
        referral=referral,
    )


def _referral(request: HttpRequest) -> Referral | None:
    """The patient's own one that `?referral=` names, while it waits to be booked."""
    wanted = uuid_or_none(request.GET.get("referral"))
    return referral_queries.waiting_for(person(request)).filter(pk=wanted).first() if wanted else None


def _waiting_referral(patient: User, service: Service) -> Referral | None:
    """Nobody has to know that they have one: the one that waits for this scan is used."""
    if not service.needs_referral:
        return None
    return referral_queries.waiting_for(patient).filter(service=service).first()


def own_visit_at(patient: User, doctors: Sequence[User], starts_at: datetime) -> Appointment | None:
    """The visit that this patient already has with one of these doctors at this time; not a hold that has lapsed."""
    found = Appointment.objects.filter(
        patient=patient, doctor__in=doctors, starts_at=starts_at, status__in=OCCUPYING
    ).first()
    return None if found is None or hold_lapsed(found) else found
