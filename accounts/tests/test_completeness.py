"""How much of a profile is filled in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.completeness import COUNTED, measure
from accounts.enums import OnboardingStep

NAMES = [name for step in OnboardingStep for name in COUNTED[step]]
filled = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["x", "none", 0, 1.5]))
blank = st.sampled_from([None, "", "  ", "\n"])


@given(filled)
def test_the_figure_is_a_percentage_that_is_full_only_when_nothing_is_missing(values: dict[str, Any]) -> None:
    found = measure(values)
    assert 0 <= found.percent <= 100
    assert (found.percent == 100) == found.is_complete == (set(values) == set(NAMES))
    assert set(found.missing) == set(NAMES) - set(values)


@given(filled, st.sampled_from(NAMES), blank)
def test_filling_in_never_lowers_and_blanks_do_not_count(
    values: dict[str, Any], name: str, empty: Any
) -> None:
    without = measure({**values, name: empty})
    assert measure({**values, name: "x"}).percent > without.percent
    assert name in without.missing


@given(filled)
def test_the_next_step_asks_for_the_first_missing_thing(values: dict[str, Any]) -> None:
    found = measure(values)
    steps = list(OnboardingStep)
    if found.next_step is None:
        assert found.is_complete
        return
    assert set(COUNTED[found.next_step]) & set(found.missing)
    for earlier in steps[: steps.index(found.next_step)]:
        assert not set(COUNTED[earlier]) & set(found.missing)


def test_a_photo_that_was_removed_is_missing() -> None:
    class NoFile:
        name = ""

        def __bool__(self) -> bool:
            return False

    assert "photo" in measure({"photo": NoFile()}).missing
