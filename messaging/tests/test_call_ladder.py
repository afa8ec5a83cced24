"""When a call sends less picture and when more (theme/static/js/calls/ladder.js), decided over given measurements."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOOD = {"loss": 0.0, "roundTrip": 0.1}
FAIR = {"loss": 0.04, "roundTrip": 0.1}
BAD = {"loss": 0.1, "roundTrip": 0.1}
SEVERE = {"loss": 0.3, "roundTrip": 0.1}
SLOW = {"loss": 0.0, "roundTrip": 0.7}
CRAMPED = {"loss": 0.03, "roundTrip": 0.1, "room": 50_000}

# The levels after each measurement, one every two seconds.
PLAY = """async ([readings, top]) => {
  const { Ladder, topFor } = await import("/static/js/calls/ladder.js");
  const ladder = new Ladder();
  return readings.map((reading, index) => {
    ladder.take({ ...reading, at: index * 2000 }, topFor(top));
    return ladder.level;
  });
}"""
SILENCE = """async (readings) => {
  const { SilentMicrophone } = await import("/static/js/calls/ladder.js");
  const microphone = new SilentMicrophone();
  return readings.map(([energy, on], index) => {
    microphone.take({ at: index * 2000, energy, on });
    return microphone.silent;
  });
}"""


def test_the_ladder_and_the_silent_microphone(person: Any) -> None:
    page = person()
    page.goto("/")

    def play(*readings: dict[str, float], others: int = 1) -> list[int]:
        levels: list[int] = page.evaluate(PLAY, [list(readings), others])
        return levels

    assert play(GOOD, GOOD) == [3, 3]
    assert play(BAD, GOOD, BAD, GOOD) == [3, 3, 3, 3]  # one bad look is chance
    assert play(BAD, BAD, BAD, BAD, BAD, BAD, BAD) == [3, 2, 2, 1, 1, 0, 0]
    assert play(SLOW, SLOW) == [3, 2]
    assert play(SEVERE, SEVERE, SEVERE, SEVERE) == [2, 1, 0, 0]
    assert play(GOOD, GOOD, others=2) == [2, 2]  # three pictures have to fit
    # Between good and bad nothing moves, in either direction.
    assert play(BAD, BAD, *[FAIR] * 30)[-1] == 2
    # Sound keeps its room when only the smallest picture is left and the estimate is too small for both.
    assert play(SEVERE, SEVERE, CRAMPED, CRAMPED)[-1] == 0
    # Up by one after eight seconds of good line, not sooner.
    assert play(SEVERE, *[GOOD] * 6) == [2, 2, 2, 2, 2, 3, 3]
    # It went up and fell again: the next try comes after twice the time.
    again = play(SEVERE, *[GOOD] * 5, SEVERE, *[GOOD] * 10)
    assert again[5] == 3
    assert again[6:] == [2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3]
    # Reports that say nothing count for nothing.
    assert play(SEVERE, *[{}] * 10) == [2] * 11

    quiet = page.evaluate(SILENCE, [[0, True]] * 7)
    assert quiet == [False] * 5 + [True] * 2
    assert page.evaluate(SILENCE, [[0, True], [0.01, True], *[[0.01, True]] * 20])[-1] is False
    assert page.evaluate(SILENCE, [[0, False]] * 20)[-1] is False
