"""Time that becomes free is offered to those who wait, in the order in which they came.

Lock order: people, appointments, payments, waiting entries, offers, cells. While a slot is being offered nobody is
waited for: an entry that another transaction holds at this moment is being offered another slot, or is claiming,
passing or leaving. So giving time free, which happens deep inside other changes, can't end in a circle of locks.

An entry has the status OFFERED exactly while it has one open offer, and a patient has at most one open offer, however
many entries they have. The offer's cells keep the doctor's time; what is past `expires_at` counts as free at once
(availability), and its task or any later one passes it on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling import events, rules
from scheduling.enums import OPEN, OfferStatus, WaitingStatus
from scheduling.models import Appointment, Referral, Schedule, Service, WaitingEntry, WaitingOffer

from . import cells, referral_queries, waiting_telling, waiting_timers
from .availability import free_slots, offered_modes
from .errors import SlotTaken
from .queries import services_for
from .slots import Slot

CLAIM_TIME = timedelta(minutes=15)
ACTIVE = (WaitingStatus.WAITING, WaitingStatus.OFFERED)


@transaction.atomic
def offer_freed(doctor_id: UUID, starts_at: datetime, ends_at: datetime) -> WaitingOffer | None:
    """Offer what is free of this stretch of the doctor's time to those who wait for it; returns the first offer made.

    Called in the transaction that freed it, after its cells were released: so nobody books it in between. A slot is
    offered when it touches the stretch, so a longer visit may also use free time beside it.
    """
    first: WaitingOffer | None = None
    doctor: User | None = None
    known: dict[tuple[UUID, str], list[Slot]] = {}
    for entry in _in_line(doctor_id, starts_at, ends_at):
        doctor = doctor or doctors().filter(pk=doctor_id).first()
        if doctor is None:
            return None
        kind = (entry.service_id, entry.mode)
        if kind not in known:
            known[kind] = _free(doctor, entry.service, entry.mode, starts_at, ends_at)
        if not known[kind]:
            continue
        offer = _offer_one_of(known[kind], entry, doctor)
        if offer is not None:
            first = first or offer
            known.clear()
    return first


def offer(entry: WaitingEntry, doctor: User, slot: Slot) -> WaitingOffer | None:
    """Keep this slot for the entry and tell its patient; None when the entry no longer waits, its patient has another
    offer to answer, or the time is taken. The caller has seen that the slot fits."""
    if not _still_waits(entry):
        return None
    kept = _keep(entry, doctor, slot)
    if kept is None:
        return None
    set_status(entry, WaitingStatus.OFFERED)
    waiting_timers.at_offer_end(kept)
    waiting_telling.offered(kept)
    _slots_changed(kept)
    return kept


def close(offer: WaitingOffer, to: OfferStatus, *, entry_to: WaitingStatus) -> None:
    """End a locked open offer of a locked entry: its time is free again. Whoever waits is not asked here."""
    offer.status = to
    offer.save(update_fields=["status", "updated_at"])
    cells.let_go(offer)
    set_status(offer.entry, entry_to)
    _slots_changed(offer)


def locked(offer_id: UUID | str) -> WaitingOffer:
    """The offer with its entry, both locked. Raises WaitingOffer.DoesNotExist."""
    entry_id = WaitingOffer.objects.values_list("entry", flat=True).get(pk=offer_id)
    entry = WaitingEntry.objects.select_for_update(of=("self",)).select_related("patient").get(pk=entry_id)
    found = WaitingOffer.objects.select_for_update(of=("self",)).select_related("doctor").get(pk=offer_id)
    found.entry = entry
    return found


@transaction.atomic
def lapse(offer_id: UUID | str) -> bool:
    """Pass on an offer that was not answered in time; the entry keeps its place. Does nothing, and returns False, for
    an offer that is answered, lapsed or still running."""
    found = locked(offer_id)
    if found.status != OfferStatus.OPEN or found.expires_at > timezone.now():
        return False
    close(found, OfferStatus.LAPSED, entry_to=back_to(found.entry))
    waiting_telling.lapsed(found)
    offer_freed(found.doctor_id, found.starts_at, found.ends_at)
    return True


def lapse_due(whose: Q | None = None) -> int:
    """Pass on every offer (of `whose`) that is past its time; returns how many."""
    due = WaitingOffer.objects.filter(
        whose or Q(), status=OfferStatus.OPEN, expires_at__lte=timezone.now()
    ).order_by("entry", "pk")
    return sum(lapse(pk) for pk in list(due.values_list("pk", flat=True)))


def back_to(entry: WaitingEntry) -> WaitingStatus:
    """What an entry is once it has no offer any more."""
    return WaitingStatus.OVER if entry.last_day < timezone.localdate() else WaitingStatus.WAITING


def fits(entry: WaitingEntry, doctor: User, slot: Slot, *, notice: timedelta) -> bool:
    """Whether this free slot is one that the entry waits for: its doctor, its days, early enough to be claimed to the
    last minute, not answered with no before, and earlier than the visit that would be given up for it."""
    if entry.doctor_id not in (None, doctor.pk) or slot.starts_at < timezone.now() + notice + CLAIM_TIME:
        return False
    if not entry.first_day <= timezone.localdate(slot.starts_at) <= entry.last_day:
        return False
    old = given_up(entry)
    if old is not None and (slot.starts_at >= old.starts_at or not rules.can_cancel(entry.patient, old)):
        return False
    refused = entry.offers.filter(doctor=doctor, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    return not refused.exists()


def given_up(entry: WaitingEntry) -> Appointment | None:
    """The later visit that a claim replaces, while it is still ahead."""
    old = entry.instead_of
    return old if old is not None and old.status in OPEN else None


def referral_for(entry: WaitingEntry) -> Referral | None:
    """The patient's open referral for what they wait for."""
    return referral_queries.waiting_for(entry.patient).filter(service=entry.service_id).first()


def has_what_it_needs(entry: WaitingEntry) -> bool:
    return not entry.service.needs_referral or referral_for(entry) is not None


def notice_of(doctor: User) -> timedelta:
    minutes = Schedule.objects.filter(doctor=doctor).values_list("notice_minutes", flat=True).first()
    return timedelta(minutes=minutes or 0)


def _in_line(doctor_id: UUID, starts_at: datetime, ends_at: datetime) -> Iterator[WaitingEntry]:
    """Those who may want time of this doctor on these days, first come first. Nothing is asked beyond one query
    when nobody waits."""
    if ends_at <= timezone.now():
        return
    last = ends_at - timedelta(microseconds=1)
    found = WaitingEntry.objects.filter(
        Q(doctor=doctor_id) | Q(doctor=None, specialty__doctors__user=doctor_id),
        status=WaitingStatus.WAITING,
        first_day__lte=timezone.localdate(last),
        last_day__gte=timezone.localdate(starts_at),
        patient__is_active=True,
    )
    yield from found.select_related("patient", "service", "instead_of").order_by("created_at", "pk")


def _free(doctor: User, service: Service, mode: str, starts_at: datetime, ends_at: datetime) -> list[Slot]:
    """Free slots that touch this stretch of time."""
    if mode not in offered_modes(doctor, service) or not services_for(doctor).filter(pk=service.pk).exists():
        return []
    last = timezone.localdate(ends_at - timedelta(microseconds=1))
    found = free_slots(doctor, service, timezone.localdate(starts_at), last, mode=mode)
    return [slot for slot in found if slot.starts_at < ends_at and slot.ends_at > starts_at]


def _offer_one_of(free: list[Slot], entry: WaitingEntry, doctor: User) -> WaitingOffer | None:
    notice = notice_of(doctor)
    good = [slot for slot in free if fits(entry, doctor, slot, notice=notice)]
    if not good or _served(entry) or not has_what_it_needs(entry):
        return None
    days = [timezone.localdate(slot.starts_at) for slot in (good[0], good[-1])]
    for_them = free_slots(
        doctor,
        entry.service,
        *days,
        mode=entry.mode,
        patient=entry.patient,
        ignoring=given_up(entry),
    )
    suitable = set(for_them)
    for slot in good:
        if slot in suitable and (made := offer(entry, doctor, slot)):
            return made
    return None


def _served(entry: WaitingEntry) -> bool:
    """The patient has found such a visit without the list since they joined it."""
    found = Appointment.objects.filter(
        patient=entry.patient_id, service=entry.service_id, status__in=OPEN, created_at__gte=entry.created_at
    )
    if entry.instead_of_id:
        found = found.exclude(pk=entry.instead_of_id)
    if entry.doctor_id:
        found = found.filter(doctor=entry.doctor_id)
    return any(
        entry.first_day <= timezone.localdate(moment) <= entry.last_day
        for moment in found.values_list("starts_at", flat=True)
    )


def _still_waits(entry: WaitingEntry) -> bool:
    """Lock all that the patient waits for, without waiting ourselves; False when another transaction is at it."""
    own = WaitingEntry.objects.filter(patient=entry.patient_id, status__in=ACTIVE).order_by("pk")
    all_of_them = set(own.values_list("pk", flat=True))
    held = {row.pk: row.status for row in own.select_for_update(skip_locked=True)}
    return (
        set(held) >= all_of_them
        and held.get(entry.pk) == WaitingStatus.WAITING
        and WaitingStatus.OFFERED not in held.values()
    )


def _keep(entry: WaitingEntry, doctor: User, slot: Slot) -> WaitingOffer | None:
    """The offer with its cells; None when the doctor's time has gone."""
    try:
        with transaction.atomic():
            made = WaitingOffer.objects.create(
                entry=entry,
                doctor=doctor,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                expires_at=timezone.now() + CLAIM_TIME,
            )
            cells.keep(made)
    except SlotTaken:
        return None
    return made


def set_status(entry: WaitingEntry, status: WaitingStatus) -> None:
    """Of a locked entry; its people are told."""
    entry.status = status
    entry.save(update_fields=["status", "updated_at"])
    events.waiting_changed(entry)


def _slots_changed(offer: WaitingOffer) -> None:
    events.schedule_changed(offer.doctor_id, timezone.localdate(offer.starts_at), days=1)
