"""The waiting list: joining, leaving, and answering an offer."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.queries import doctors
from accounts.models import Specialty, User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from scheduling import events, rules
from scheduling.enums import OfferStatus, WaitingStatus
from scheduling.models import Appointment, Service, WaitingEntry, WaitingOffer

from . import booking, offers, progress, waiting_timers
from .availability import free_with_any, offered_modes
from .errors import AlreadyWaiting, OfferOver, SlotTaken
from .queries import services_for
from .slots import Slot

MAX_ENTRIES = 5
LONGEST_WINDOW = timedelta(days=365)


def can_act(user: User, entry: WaitingEntry) -> bool:
    """Leave, claim, pass: the patient who waits, and management for them."""
    return user.is_active and (user.is_management or user.pk == entry.patient_id)


@transaction.atomic
def join(
    *,
    patient: User,
    service: Service,
    mode: str,
    first_day: date,
    last_day: date,
    actor: User,
    doctor: User | None = None,
    specialty: Specialty | None = None,
    instead_of: Appointment | None = None,
) -> WaitingEntry:
    """A place at the end of the line for a time of `doctor`, or of any doctor of `specialty`, between these days.

    Raises NotAllowed, AlreadyWaiting (this patient waits for the same) and Invalid (fields patient, doctor, service,
    mode, first_day, last_day, instead_of).
    """
    if not (actor.is_active and (actor.is_management or (actor.is_patient and actor.pk == patient.pk))):
        raise NotAllowed
    if doctor is not None:
        specialty = doctor.doctor_profile.specialty
    entry = WaitingEntry(
        patient=patient,
        doctor=doctor,
        specialty=specialty,
        service=service,
        mode=mode,
        first_day=first_day,
        last_day=last_day,
        instead_of=instead_of,
    )
    if wrong := _mistakes(entry):
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    User.objects.select_for_update(no_key=True).get(
        pk=patient.pk
    )  # so that nobody joins more often than they may
    if WaitingEntry.objects.filter(patient=patient, status__in=offers.ACTIVE).count() >= MAX_ENTRIES:
        raise Invalid(
            _("You wait in %(count)s lines already. Leave one of them first.") % {"count": MAX_ENTRIES}
        )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyWaiting from error
    waiting_timers.at_window_end(entry)
    events.waiting_changed(entry)
    return entry


@transaction.atomic
def leave(entry_id: UUID | str, *, actor: User) -> WaitingEntry:
    """End the entry; an open offer goes to the next. Nothing happens to one that is over. Raises NotAllowed."""
    entry = lock(WaitingEntry, entry_id)
    if not can_act(actor, entry):
        raise NotAllowed
    if entry.status == WaitingStatus.OFFERED:
        offer = offers.locked(entry.offers.get(status=OfferStatus.OPEN).pk)
        offers.close(offer, OfferStatus.PASSED, entry_to=WaitingStatus.LEFT)
        offers.offer_freed(offer.doctor_id, offer.starts_at, offer.ends_at)
        return offer.entry
    if entry.status == WaitingStatus.WAITING:
        offers.set_status(entry, WaitingStatus.LEFT)
    return entry


@transaction.atomic
def pass_on(offer_id: UUID | str, *, actor: User) -> WaitingOffer:
    """Not this one: it goes to the next, the entry keeps its place. Raises NotAllowed and OfferOver."""
    offer = offers.locked(offer_id)
    if not can_act(actor, offer.entry):
        raise NotAllowed
    if offer.status == OfferStatus.PASSED:
        return offer
    if offer.status != OfferStatus.OPEN:
        raise OfferOver
    offers.close(offer, OfferStatus.PASSED, entry_to=offers.back_to(offer.entry))
    offers.offer_freed(offer.doctor_id, offer.starts_at, offer.ends_at)
    return offer


@transaction.atomic
def claim(offer_id: UUID | str, *, actor: User) -> Appointment:
    """Take the offered time; claiming again returns the same visit.

    A later visit that was to be given up with the same doctor, service and mode moves here, with its payment; any
    other one is cancelled under the usual rules. Raises NotAllowed, OfferOver, and whatever booking and cancelling
    raise; then the offer stays open.
    """
    seen = WaitingOffer.objects.select_related("entry__patient", "doctor").get(pk=offer_id)
    if not can_act(actor, seen.entry):
        raise NotAllowed
    people = User.objects.filter(pk__in=[seen.doctor_id, seen.entry.patient_id]).order_by("pk")
    list(people.select_for_update(no_key=True))
    offer = offers.locked(offer_id)
    if offer.status == OfferStatus.CLAIMED and offer.appointment:
        return offer.appointment
    if offer.status != OfferStatus.OPEN or offer.expires_at <= timezone.now():
        raise OfferOver
    entry = offer.entry
    old = offers.given_up(entry)
    if old is not None and (old.doctor_id, old.service_id, old.mode) == (
        offer.doctor_id,
        entry.service_id,
        entry.mode,
    ):
        offers.close(offer, OfferStatus.CLAIMED, entry_to=WaitingStatus.BOOKED)
        visit = booking.reschedule(old.pk, starts_at=offer.starts_at, actor=actor)
    else:
        visit = _book_instead(offer, old, actor)
        offers.close(offer, OfferStatus.CLAIMED, entry_to=WaitingStatus.BOOKED)
    offer.appointment = visit
    offer.save(update_fields=["appointment", "updated_at"])
    return visit


def _book_instead(offer: WaitingOffer, old: Appointment | None, actor: User) -> Appointment:
    """A visit of its own; `old` is cancelled, before only where it would be in the way."""
    in_the_way = old is not None and old.starts_at < offer.ends_at
    if old is not None and in_the_way:
        _let_go(old, actor)
    visit = booking.book(
        patient=offer.entry.patient,
        doctor=offer.doctor,
        service=offer.entry.service,
        starts_at=offer.starts_at,
        mode=offer.entry.mode,
        reason=old.reason if old else "",
        booked_by=actor,
        offer=offer,
        referral=offers.referral_for(offer.entry),
    )
    if old is not None and not in_the_way:
        _let_go(old, actor)
    return visit


def _let_go(old: Appointment, actor: User) -> None:
    """The clinic offered the earlier time: it keeps nothing of what was paid."""
    reason = _("An earlier time was free")
    progress.cancel(old.pk, actor=actor, reason=reason, at_patients_wish=False)


def hand_over(merged: User, *, to: User) -> None:
    """Two accounts of one patient become one: `to` takes the places in line, in the transaction of the merge. What was
    offered to `merged` goes to the next, and nobody stands twice in one line."""
    theirs = WaitingEntry.objects.select_for_update(of=("self",)).filter(patient=merged).order_by("pk")
    freed = []
    for entry in theirs:
        if entry.status == WaitingStatus.OFFERED:
            offer = offers.locked(entry.offers.get(status=OfferStatus.OPEN).pk)
            offers.close(offer, OfferStatus.PASSED, entry_to=WaitingStatus.WAITING)
            freed.append(offer)
            entry.status = WaitingStatus.WAITING
        line: dict[str, Any] = {"doctor": entry.doctor_id, "specialty": entry.specialty_id}
        line |= {"service": entry.service_id, "mode": entry.mode}
        double = WaitingEntry.objects.filter(patient=to, status__in=offers.ACTIVE, **line).exists()
        if entry.status == WaitingStatus.WAITING and double:
            entry.status = WaitingStatus.LEFT
        entry.patient = to
        entry.save(update_fields=["patient", "status", "updated_at"])
    for offer in freed:
        offers.offer_freed(offer.doctor_id, offer.starts_at, offer.ends_at)


def end_over() -> int:
    """End every entry whose last day has passed; an open offer may still be answered. Returns how many."""
    over = WaitingEntry.objects.filter(status=WaitingStatus.WAITING, last_day__lt=timezone.localdate())
    return sum(_end(pk) for pk in list(over.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _end(entry_id: UUID) -> bool:
    entry = lock(WaitingEntry, entry_id)
    if entry.status != WaitingStatus.WAITING or offers.back_to(entry) != WaitingStatus.OVER:
        return False
    offers.set_status(entry, WaitingStatus.OVER)
    return True


def _mistakes(entry: WaitingEntry) -> dict[str, list[str]]:
    """Of an entry that is not stored yet."""
    wrong: dict[str, list[str]] = {}
    if not (entry.patient.is_active and entry.patient.is_patient):
        wrong["patient"] = [_("Only patients with an active account can wait for a time.")]
    people = [] if entry.specialty_id is None else list(_who(entry))
    if not people:
        wrong["doctor"] = [_("Nobody can be booked there. Please choose another doctor.")]
    elif not any(_gives(doctor, entry.service, entry.mode) for doctor in people):
        wrong["service"] = [
            _("This is not offered there. Please choose another service or another way to meet.")
        ]
    elif not offers.has_what_it_needs(entry):
        wrong["service"] = [_("This needs a doctor's referral first.")]
    today = timezone.localdate()
    if entry.last_day < entry.first_day:
        wrong["last_day"] = [_("The last day is before the first one.")]
    elif entry.last_day < today:
        wrong["last_day"] = [_("These days have passed.")]
    elif entry.last_day > today + LONGEST_WINDOW:
        wrong["last_day"] = [_("Choose a day within a year.")]
    old = entry.instead_of
    if old is not None:
        if old.patient_id != entry.patient_id or not rules.can_cancel(entry.patient, old):
            wrong["instead_of"] = [_("This visit can't be given up any more.")]
        elif entry.first_day > timezone.localdate(old.starts_at):
            wrong["first_day"] = [_("These days are after the visit you would give up.")]
    return wrong


def _who(entry: WaitingEntry) -> QuerySet[User]:
    """The doctors any of whom would do."""
    if entry.doctor_id:
        return doctors().filter(pk=entry.doctor_id)
    return doctors().filter(doctor_profile__specialty=entry.specialty_id)


def _gives(doctor: User, service: Service, mode: str) -> bool:
    return mode in offered_modes(doctor, service) and services_for(doctor).filter(pk=service.pk).exists()


@transaction.atomic
def offer_by_hand(entry_id: UUID | str, *, doctor: User, starts_at: datetime, actor: User) -> WaitingOffer:
    """Management offers a chosen free time, whoever is before them in line. Raises NotAllowed, SlotTaken, and Conflict
    when the patient has an offer to answer already or waits no longer."""
    if not (actor.is_active and actor.is_management):
        raise NotAllowed
    entry = WaitingEntry.objects.select_related("patient", "service", "instead_of").get(pk=entry_id)
    day = timezone.localdate(starts_at)
    suits = [
        slot for slot, who in free_times(entry, day, day) if (slot.starts_at, who) == (starts_at, doctor)
    ]
    if not suits:
        raise SlotTaken
    made = offers.offer(entry, doctor, suits[0])
    if made is None:
        raise Conflict(
            _("This patient has another offer to answer, or waits no longer. Look at the list again.")
        )
    return made


def free_times(entry: WaitingEntry, first_day: date, last_day: date) -> list[tuple[Slot, User]]:
    """Free times of these days that suit the entry and its patient, each with every doctor who has it, in order of
    time; without the notice that patients have to keep. A constant number of queries."""
    people = {doctor.pk: doctor for doctor in _who(entry).order_by("first_name", "last_name", "pk")}
    found = free_with_any(
        people.values(),
        entry.service,
        max(first_day, entry.first_day),
        min(last_day, entry.last_day),
        mode=entry.mode,
        patient=entry.patient,
        ignoring=offers.given_up(entry),
        by_staff=True,
    )
    return [(Slot(free.starts_at, free.ends_at), people[pk]) for free in found for pk in free.doctor_ids]
