"""The soonest free times over several doctors, a page at a time, each one click from the review."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from scheduling.domain.soonest import soonest
from scheduling.views.booking_state import BookingState
from scheduling.views.picker import address_of, moment_of, topics_of

PER_PAGE = 8
# So many doctors are named at one time; "any of them" leads on to the rest.
MAX_NAMED = 3


@dataclass(frozen=True)
class Chance:
    """A doctor at a time, what it costs, and the way on."""

    doctor: User
    price: object
    url: str


@dataclass(frozen=True)
class Time:
    """`any_url` books whoever is free, where more are than are named."""

    starts_at: datetime
    value: str
    chances: list[Chance]
    free: int
    any_url: str


@dataclass(frozen=True)
class SoonestList:
    """`url` is this very page, for refetching; `topics` tell of changes on it."""

    days: list[tuple[date, list[Time]]]
    url: str
    next_url: str
    first_url: str
    topics: str


def build(state: BookingState, params: QueryDict, *, patient: User) -> SoonestList:
    """The page from the time that `from` names; a broken one is the first page."""
    since = moment_of(params.get("from"))
    if since is not None and since <= timezone.now():
        since = None
    slots = soonest(
        state.givers,
        state.service,
        mode=state.mode,
        count=PER_PAGE + 1,
        since=since,
        part=state.part,
        patient=patient,
    )
    people = {doctor.pk: doctor for doctor in state.givers}
    prices = dict(zip((doctor.pk for doctor in state.offer.doctors), state.offer.prices, strict=True))
    days: dict[date, list[Time]] = {}
    for slot in slots[:PER_PAGE]:
        chances = [
            Chance(
                people[pk], prices[pk], state.address("review", starts_at=slot.starts_at, doctor=people[pk])
            )
            for pk in slot.doctor_ids[:MAX_NAMED]
        ]
        free = len(slot.doctor_ids)
        any_url = state.address("review", starts_at=slot.starts_at) if free > MAX_NAMED else ""
        time = Time(slot.starts_at, address_of(slot.starts_at), chances, free, any_url)
        days.setdefault(timezone.localdate(slot.starts_at), []).append(time)
    today = timezone.localdate()
    return SoonestList(
        days=list(days.items()),
        url=_page(state, since),
        next_url=_page(state, slots[PER_PAGE].starts_at) if len(slots) > PER_PAGE else "",
        first_url=_page(state, None) if since else "",
        # Nothing free: today's topics at least, so that a cancelled visit shows at once.
        topics=topics_of(
            [(pk, timezone.localdate(slot.starts_at)) for slot in slots for pk in slot.doctor_ids]
            or [(pk, today) for pk in people]
        ),
    )


def _page(state: BookingState, since: datetime | None) -> str:
    return state.time_url + (f"&{urlencode({'from': address_of(since)})}" if since else "")
