"""Who finds which places in line, and how far ahead they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When

from accounts.models import User
from scheduling.enums import OfferStatus, WaitingStatus
from scheduling.models import WaitingEntry, WaitingOffer

from .offers import ACTIVE


def visible_to(user: User | AnonymousUser) -> QuerySet[WaitingEntry]:
    """A patient's own, all for management, none for anyone else; with people, service and the open offer loaded."""
    return (
        WaitingEntry.objects.filter(_visible_to(user))
        .select_related("patient", "doctor", "specialty", "service", "instead_of")
        .prefetch_related(
            Prefetch(
                "offers",
                WaitingOffer.objects.filter(status=OfferStatus.OPEN).select_related("doctor"),
                to_attr="open_offers",
            )
        )
    )


def active_of(patient: User) -> QuerySet[WaitingEntry]:
    """What the patient waits for: those with an offer to answer first."""
    offered_first = Case(
        When(status=WaitingStatus.OFFERED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return visible_to(patient).filter(status__in=ACTIVE).order_by(offered_first, "created_at", "pk")


def offers_visible_to(user: User | AnonymousUser) -> QuerySet[WaitingOffer]:
    """As the entries; with all that the claim page shows."""
    return WaitingOffer.objects.filter(
        entry__in=WaitingEntry.objects.filter(_visible_to(user))
    ).select_related(
        "entry__patient", "entry__service", "entry__instead_of__doctor", "doctor__doctor_profile__specialty"
    )


def places(entries: Iterable[WaitingEntry]) -> dict[UUID, int]:
    """How many stand in the same line (doctor or specialty, service and mode) up to each of these, themselves included.
    One query however many. Days and other visits may let someone behind be asked first, so it is no promise."""
    wanted = [entry for entry in entries if entry.status in ACTIVE]
    if not wanted:
        return {}
    lines = WaitingEntry.objects.filter(
        status__in=ACTIVE, service__in={entry.service_id for entry in wanted}
    ).values_list("specialty_id", "doctor_id", "service_id", "mode", "created_at", "pk")
    rows = list(lines)
    return {
        entry.pk: sum(
            specialty == entry.specialty_id
            and (service, mode) == (entry.service_id, entry.mode)
            and (doctor is None or entry.doctor_id is None or doctor == entry.doctor_id)
            and (created, pk) <= (entry.created_at, entry.pk)
            for specialty, doctor, service, mode, created, pk in rows
        )
        for entry in wanted
    }


@dataclass(frozen=True)
class Card:
    """A place in line (None once it is over) and the offer that waits for an answer."""

    entry: WaitingEntry
    place: int | None
    offer: WaitingOffer | None


def cards_of(entries: Sequence[WaitingEntry]) -> list[Card]:
    """Of entries from `visible_to`; one query."""
    where = places(entries)
    return [
        Card(entry, where.get(entry.pk), next(iter(entry.open_offers), None))  # type: ignore[attr-defined]
        for entry in entries
    ]


def _visible_to(user: User | AnonymousUser) -> Q:
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    if user.is_management:
        return Q()
    if user.is_patient:
        return Q(patient=user)
    return Q(pk__in=[])
