"""What the front desk has chosen so far: for whom, with whom, what and when. All of it stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.domain.people_list import managed_by, matching
from accounts.domain.queries import doctors as active_doctors
from accounts.enums import Mode, Role
from accounts.models import Specialty, User
from scheduling.domain import referral_queries
from scheduling.domain.offering import Offer, offers_of, usual
from scheduling.domain.pricing import charge
from scheduling.forms.agenda import wall_clock
from scheduling.models import Referral, Service
from scheduling.views.guards import uuid_or_none
from scheduling.views.picker import address_of, moment_of

ANY = "any:"
MAX_FOUND = 8


@dataclass(frozen=True)
class DeskState:
    """`whom` is a doctor's id, `any:<specialty's slug>`, or "" while nobody is chosen; `doctor` the one it will be."""

    patient: User | None = None
    whom: str = ""
    doctors: Sequence[User] = ()
    doctor: User | None = None
    specialty: Specialty | None = None
    offers: Sequence[Offer] = field(default_factory=list)
    offer: Offer | None = None
    mode: str = ""
    starts_at: datetime | None = None
    outside: bool = False
    referral: Referral | None = None
    referrals: Sequence[Referral] = ()

    @property
    def is_any(self) -> bool:
        return self.whom.startswith(ANY)

    @property
    def service(self) -> Service | None:
        return self.offer.service if self.offer else None

    @property
    def givers(self) -> list[User]:
        return self.offer.doctors_by(self.mode) if self.offer else []

    @property
    def price(self) -> Any:
        return charge(self.doctor, self.offer.service) if self.doctor and self.offer else None

    @property
    def mode_label(self) -> str:
        return str(Mode(self.mode).label) if self.mode else ""

    @property
    def mode_choices(self) -> list[tuple[str, str]]:
        return [(mode, str(Mode(mode).label)) for mode in self.offer.modes] if self.offer else []

    @property
    def chosen(self) -> dict[str, str]:
        """The parameters of the address, without those that say nothing."""
        said = {
            "patient": str(self.patient.pk) if self.patient else "",
            "doctor": self.whom,
            "service": str(self.service.pk) if self.service else "",
            "mode": self.mode,
            "referral": str(self.referral.pk) if self.referral else "",
            "outside": "1" if self.outside else "",
            "at": address_of(self.starts_at) if self.starts_at else "",
        }
        return {name: value for name, value in said.items() if value}

    def address(self, **changes: str) -> str:
        """This page with other choices; "" drops one."""
        query = {name: value for name, value in {**self.chosen, **changes}.items() if value}
        return f"{reverse('desk_book')}?{urlencode(query)}" if query else reverse("desk_book")

    @property
    def url(self) -> str:
        return self.address()

    @property
    def times_url(self) -> str:
        """Without a time: where a picked one is added."""
        return self.address(at="")

    @property
    def inside_url(self) -> str:
        return self.address(outside="", at="")

    @property
    def outside_url(self) -> str:
        return self.address(outside="1")

    @property
    def other_patient_url(self) -> str:
        return self.address(patient="", referral="")

    @property
    def is_whole(self) -> bool:
        """Everything is chosen; whoever any doctor will be is chosen when it is booked."""
        return bool(self.patient and self.offer and self.starts_at)

    def with_doctor(self, doctor: User | None) -> "DeskState":
        return replace(self, doctor=doctor)


def read_desk(params: QueryDict, manager: User) -> DeskState:
    """What these parameters say; whatever makes no sense there is as good as not said."""
    patient = patients_of(manager).filter(pk=uuid_or_none(params.get("patient")) or manager.pk).first()
    waiting = list(referral_queries.waiting_for(patient)) if patient else []
    wanted = uuid_or_none(params.get("referral"))
    referral = next((found for found in waiting if found.pk == wanted), None)
    service_id = uuid_or_none(params.get("service")) or (referral.service_id if referral else None)
    whom, doctors, specialty = _whom(params.get("doctor", ""), service_id)
    offers = offers_of(doctors)
    offer = next((found for found in offers if found.service.pk == service_id), None)
    offer = offer or (usual(offers) if offers else None)
    mode = params.get("mode", "")
    if offer:
        mode = mode if mode in offer.modes else offer.modes[0]
        if referral is None or referral.service_id != offer.service.pk:
            referral = next((found for found in waiting if found.service_id == offer.service.pk), None)
    return DeskState(
        patient=patient,
        whom=whom,
        doctors=doctors,
        doctor=doctors[0] if doctors and not whom.startswith(ANY) else None,
        specialty=specialty,
        offers=offers,
        offer=offer,
        mode=mode if offer else "",
        starts_at=_moment(params),
        outside=bool(params.get("outside")),
        referral=referral if offer else None,
        referrals=waiting,
    )


def patients_of(manager: User) -> Any:
    return managed_by(manager).filter(role=Role.PATIENT, is_active=True)


def found_patients(manager: User, text: str) -> list[User]:
    """Who is meant by a part of a name, e-mail or phone number."""
    return list(matching(patients_of(manager), text.strip())[:MAX_FOUND]) if text.strip() else []


def _whom(wanted: str, service_id: Any) -> tuple[str, list[User], Specialty | None]:
    if pk := uuid_or_none(wanted):
        doctor = active_doctors().filter(pk=pk).first()
        return (str(doctor.pk), [doctor], doctor.doctor_profile.specialty) if doctor else ("", [], None)
    specialty = Specialty.objects.filter(slug=wanted.removeprefix(ANY)).first() if wanted else None
    if specialty is None and service_id:
        # A scan is booked with whoever does such scans.
        service = Service.objects.filter(pk=service_id).select_related("specialty").first()
        specialty = service.specialty if service else None
    if specialty is None:
        return "", [], None
    return ANY + specialty.slug, list(active_doctors().filter(doctor_profile__specialty=specialty)), specialty


def _moment(params: QueryDict) -> datetime | None:
    """A picked time (`at`, elsewhere also called `starts_at`), or one that was typed as day and clock."""
    if params.get("on") and params.get("clock"):
        return wall_clock(f"{params['on']}T{params['clock']}")
    return moment_of(params.get("at") or params.get("starts_at"))
