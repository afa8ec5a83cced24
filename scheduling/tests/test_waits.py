"""The estimate of a wait: pure, honest about its range, and right about as often as it claims."""

import random

from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.waits import (
    FEWEST,
    Basis,
    Length,
    Pace,
    Span,
    Turn,
    lateness,
    pace,
    quantile,
    wait,
)

minutes = st.floats(1, 240, allow_nan=False)
samples = st.lists(minutes, max_size=40)
paces = st.builds(
    lambda planned, pause, taken: pace(planned, pause, [(Basis.DOCTOR, taken)]),
    st.integers(5, 120),
    st.integers(0, 30),
    samples,
)
turns = st.builds(Turn, paces, st.floats(-300, 300, allow_nan=False), st.booleans())
running = st.lists(st.builds(lambda one, gone: one.left(gone), paces, st.floats(0, 600)), max_size=2)
ready = st.floats(-300, 300, allow_nan=False)


@given(st.lists(turns, max_size=6), ready, running)
def test_a_wait_is_never_negative_and_its_ends_are_in_order(
    ahead: list[Turn], ready_in: float, now: list[Length]
) -> None:
    span = wait(ahead, ready_in, now)
    assert 0 <= span.soonest <= span.latest
    assert span.latest >= ready_in
    rounded = span.rounded()
    assert rounded.soonest <= span.soonest
    assert rounded.latest >= span.latest
    assert rounded.soonest % 5 == rounded.latest % 5 == 0


@given(st.lists(turns, max_size=5), turns, st.integers(0, 5), ready, running)
def test_another_one_ahead_never_makes_it_shorter(
    ahead: list[Turn], other: Turn, place: int, ready_in: float, now: list[Length]
) -> None:
    before = wait(ahead, ready_in, now)
    after = wait([*ahead[:place], other, *ahead[place:]], ready_in, now)
    assert after.soonest >= before.soonest - 1e-6
    assert after.latest >= before.latest - 1e-6
    if other.ready_in >= max(0, ready_in, *(turn.ready_in for turn in ahead)):
        assert after.latest > before.latest


@given(st.lists(turns, max_size=5), ready)
def test_who_is_not_here_yet_moves_only_the_far_end(ahead: list[Turn], ready_in: float) -> None:
    here = [one for one in ahead if one.is_here]
    assert wait(ahead, ready_in).soonest == wait(here, ready_in).soonest


@given(paces, st.floats(0, 600))
def test_what_is_left_of_a_visit(one: Pace, gone: float) -> None:
    left = one.left(gone)
    assert left.usual - left.shorter >= one.pause - 1e-6
    assert left.longer >= 0


@given(st.lists(minutes, min_size=1, max_size=40).map(sorted), st.floats(0, 1))
def test_a_quantile_lies_among_its_values(ordered: list[float], share: float) -> None:
    assert ordered[0] - 1e-9 <= quantile(ordered, share) <= ordered[-1] + 1e-9


@given(st.lists(turns, max_size=1), running)
def test_lateness_is_never_negative(first: list[Turn], now: list[Length]) -> None:
    assert lateness(first[0] if first else None, first, now) >= 0


def test_too_few_visits_fall_back_to_the_clinics_and_then_to_the_plan() -> None:
    few, many = [20.0] * (FEWEST - 1), [40.0] * FEWEST
    assert pace(30, 5, [(Basis.DOCTOR, many), (Basis.SERVICE, few)]).basis == Basis.DOCTOR
    by_all = pace(30, 5, [(Basis.DOCTOR, few), (Basis.SERVICE, many)])
    assert (by_all.basis, by_all.turn()) == (Basis.SERVICE, Length(45, 0, 0))
    planned = pace(30, 5, [(Basis.DOCTOR, few), (Basis.SERVICE, [])])
    assert (planned.basis, planned.turn()) == (Basis.PLAN, Length(35, 0, 0))


def test_what_was_clicked_through_or_forgotten_is_not_measured() -> None:
    odd = [0.2] * FEWEST + [900.0] * FEWEST
    assert pace(30, 0, [(Basis.DOCTOR, odd)]).basis == Basis.PLAN


def test_an_idle_doctor_may_call_early_but_need_not() -> None:
    assert wait([], ready_in=25) == Span(0, 25)


def test_a_doctor_who_overruns_is_late_for_whom_is_next() -> None:
    planned = Pace(30)
    waiting = Turn(planned, ready_in=-20, is_here=True)
    assert lateness(waiting, [], []) == 20
    assert lateness(waiting, [], [planned.left(25)]) == 25
    assert lateness(waiting, [waiting], [planned.left(25)]) == 55
    assert lateness(Turn(planned, ready_in=-20, is_here=False), [], []) == 0, "they are late, not the doctor"
    assert lateness(None, [], [planned.left(90)]) == 0


def test_the_range_holds_for_some_four_waits_of_five() -> None:
    """Visits as clinics measure them (skewed to the long side, half an hour and more now and then): what is shown of
    1,000 waits behind one, two … six people holds for most, however many people; and it still says something."""
    rng = random.Random(4)

    def visit() -> float:
        return rng.lognormvariate(2.9, 0.45)

    for people in range(1, 7):
        inside, width = 0, 0.0
        for _ in range(1000):
            one = pace(20, 0, [(Basis.DOCTOR, [visit() for _ in range(50)])])
            span = wait([Turn(one, -5, is_here=True)] * people, ready_in=-5).rounded()
            inside += span.soonest <= sum(visit() for _ in range(people)) <= span.latest
            width += (span.latest - span.soonest) / 1000
        assert 720 <= inside <= 900, people
        assert width <= 28 * people**0.5, people
