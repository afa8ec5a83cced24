"""How long people will wait, reckoned from how long visits have really taken. Plain values, all times in minutes.

An honest answer is a range. Its near end is reached when everybody before takes a short visit and nobody comes who is
not here yet; its far end when each takes a long one, all who are expected come, and nobody is called before their time.
Short and long are percentiles of measured visits, or the planned minutes while too few were measured.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, floor

SHORT, TYPICAL, LONG = 0.25, 0.5, 0.8
# Percentiles of fewer visits say more about these visits than about the next one.
FEWEST = 8
# Shorter ones were clicked through, longer ones forgotten open.
SHORTEST, LONGEST = 1.0, 240.0
STEP = 5


class Basis(Enum):
    """What a pace was learnt from."""

    DOCTOR = "doctor"
    SERVICE = "service"
    PLAN = "plan"


@dataclass(frozen=True)
class Span:
    """From `soonest` to `latest`, 0 ≤ soonest ≤ latest."""

    soonest: float
    latest: float

    def rounded(self) -> "Span":
        """Outwards to whole STEPs: nobody is promised a minute."""
        return Span(floor(self.soonest / STEP) * STEP, ceil(self.latest / STEP) * STEP)


@dataclass(frozen=True)
class Pace:
    """How long visits of one kind take. `taken` (sorted) is empty when only the plan is known; `pause` is what the
    doctor needs between two visits."""

    planned: float
    pause: float = 0
    taken: tuple[float, ...] = ()
    basis: Basis = Basis.PLAN

    def quantile(self, share: float) -> float:
        return quantile(self.taken, share) if self.taken else self.planned

    def turn(self) -> Span:
        """A whole visit and the pause behind it."""
        return Span(self.quantile(SHORT) + self.pause, self.quantile(LONG) + self.pause)

    def left(self, elapsed: float) -> Span:
        """What is left of a visit that has been going on for `elapsed`: what those took that lasted longer."""
        longer = [minutes for minutes in self.taken or (self.planned,) if minutes > elapsed]
        if not longer:
            # It takes longer than any other did: it may end now, or go on for as long as a short one takes.
            return Span(self.pause, self.quantile(SHORT) + self.pause)
        return Span(
            quantile(longer, SHORT) - elapsed + self.pause, quantile(longer, LONG) - elapsed + self.pause
        )


@dataclass(frozen=True)
class Turn:
    """Someone in the line: how long theirs takes, in how many minutes it may be their turn at all (their time, or
    their coming when that was later; negative: so long ago), and whether they are here."""

    pace: Pace
    ready_in: float
    is_here: bool


def pace(planned: float, pause: float, measured: Sequence[tuple[Basis, Iterable[float]]] = ()) -> Pace:
    """The first of `measured` that holds enough visits, else the plan."""
    for basis, minutes in measured:
        taken = tuple(sorted(one for one in minutes if SHORTEST <= one <= LONGEST))
        if len(taken) >= FEWEST:
            return Pace(planned, pause, taken, basis)
    return Pace(planned, pause)


def quantile(ordered: Sequence[float], share: float) -> float:
    """By linear interpolation; of at least one value, in order."""
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def wait(ahead: Sequence[Turn], ready_in: float, running: Sequence[Span] = ()) -> Span:
    """How long until one is called whose turn may come in `ready_in`, with these `ahead` in their order, and after
    what is left of the visits `running` now. Never negative; another one ahead never makes it shorter."""
    soonest = max((span.soonest for span in running), default=0.0)
    latest = max((span.latest for span in running), default=0.0)
    for turn in ahead:
        span = turn.pace.turn()
        if turn.is_here:
            soonest += span.soonest
        latest = max(latest, turn.ready_in) + span.latest
    return Span(max(soonest, 0.0), max(latest, ready_in, soonest, 0.0))


def lateness(first: Turn | None, running: Sequence[tuple[Pace, float]]) -> float:
    """By how much the `first` in line will be called after their time, when the visits `running` (pace, minutes
    gone) take as long as usual. 0 when nobody is late."""
    if first is None:
        return 0.0
    free_in = max((max(one.quantile(TYPICAL) - gone, 0.0) + one.pause for one, gone in running), default=0.0)
    ready_in = first.ready_in if first.is_here else max(first.ready_in, 0.0)
    return max(0.0, free_in - ready_in)
