"""How long people will wait, reckoned from how long visits have really taken. Plain values, all times in minutes.

An honest answer is a range. One visit takes from SHORT to LONG (percentiles of measured visits, or the planned minutes
while too few were measured). Several do not all take long on the same day, so their deviations add up as squares; the
range stays right about as often for six people ahead as for one. Its near end counts those who are here only; its far
end all who are expected too, and nobody called before their time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, floor, hypot
from statistics import fmean

SHORT, LONG = 0.1, 0.9
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
class Length:
    """How long something takes: usually, and how much shorter or longer it may be."""

    usual: float
    shorter: float
    longer: float


@dataclass(frozen=True)
class Pace:
    """How long visits of one kind take. `taken` (sorted) is empty when only the plan is known; `pause` is what the
    doctor needs between two visits."""

    planned: float
    pause: float = 0
    taken: tuple[float, ...] = ()
    basis: Basis = Basis.PLAN

    def turn(self) -> Length:
        """A whole visit and the pause behind it."""
        return _length(self.taken or (self.planned,), self.pause)

    def left(self, elapsed: float) -> Length:
        """What is left of a visit that has been going on for `elapsed`: what those took that lasted longer."""
        all_taken = self.taken or (self.planned,)
        longer = [minutes - elapsed for minutes in all_taken if minutes > elapsed]
        # When it takes longer than any did: it may end now, or go on for as long as the shortest one takes.
        return _length(longer or (0.0, all_taken[0]), self.pause)


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


def wait(ahead: Sequence[Turn], ready_in: float, running: Sequence[Length] = ()) -> Span:
    """How long until one is called whose turn may come in `ready_in`, with these `ahead` in their order, and after
    what is left of the visits `running` now. Never negative; another one ahead never makes it shorter."""
    current = max(running, key=lambda length: length.usual + length.longer, default=None)
    present = [current] if current else []
    here = present + [turn.pace.turn() for turn in ahead if turn.is_here]
    soonest = sum(length.usual for length in here) - hypot(*(length.shorter for length in here))
    # The doctor is busy without a gap from someone's turn on: from whose, nobody knows; so the latest of all counts.
    latest, usual, spread = ready_in, 0.0, 0.0
    for turn in reversed(ahead):
        length = turn.pace.turn()
        usual, spread = usual + length.usual, hypot(spread, length.longer)
        latest = max(latest, max(turn.ready_in, 0.0) + usual + spread)
    for length in present:
        latest = max(latest, usual + length.usual + hypot(spread, length.longer))
    soonest = max(soonest, 0.0)
    return Span(soonest, max(latest, soonest))


def lateness(first: Turn | None, going_in: Sequence[Turn], running: Sequence[Length]) -> float:
    """By how much the `first` in line will be called after their time, when the visits `running` and those `going_in`
    now take as long as usual. 0 when nobody is late."""
    if first is None:
        return 0.0
    free_in = max((length.usual for length in running), default=0.0)
    free_in += sum(turn.pace.turn().usual for turn in going_in)
    # Who is late themselves is not kept waiting.
    ready_in = first.ready_in if first.is_here else max(first.ready_in, 0.0)
    return max(0.0, free_in - ready_in)


def _length(ordered: Sequence[float], pause: float) -> Length:
    usual = fmean(ordered)
    return Length(
        usual + pause, max(0.0, usual - quantile(ordered, SHORT)), max(0.0, quantile(ordered, LONG) - usual)
    )
