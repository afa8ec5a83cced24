"""What changed between two versions, told word by word."""

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from records.domain import note_diff
from records.domain.note_diff import Piece

_TEXT = st.text(alphabet="ab \n.ज्वर", max_size=60)


@given(_TEXT, _TEXT)
def test_both_texts_can_be_read_off_it(before: str, after: str) -> None:
    found = note_diff.pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "added") == before
    assert "".join(piece.text for piece in found if piece.kind != "removed") == after


def test_words_are_told_apart_not_letters() -> None:
    assert note_diff.pieces("Fever 38.5, cough.", "Fever 39.5, dry cough.") == [
        Piece("same", "Fever "),
        Piece("removed", "38.5"),
        Piece("added", "39.5"),
        Piece("same", ","),
        Piece("added", " dry"),
        Piece("same", " cough."),
    ]


def test_nepali_words_stay_whole() -> None:
    assert note_diff.pieces("ज्वरो छ।", "ज्वर छैन।") == [
        Piece("removed", "ज्वरो"),
        Piece("added", "ज्वर"),
        Piece("same", " "),
        Piece("removed", "छ"),
        Piece("added", "छैन"),
        Piece("same", "।"),
    ]


def test_only_the_parts_that_differ_are_named_and_long_ones_cut() -> None:
    plan = "Rest. " * 60
    before: dict[str, Any] = {"text": "", "subjective": "Cough.", "plan": plan + "Tea."}
    after = {**before, "plan": plan + "Water."}
    [change] = note_diff.changes(before, after)
    assert (change.name, [piece.kind for piece in change.pieces]) == (
        "plan",
        ["skipped", "same", "removed", "added", "same"],
    )
    assert len("".join(piece.text for piece in change.pieces)) < 100


def test_two_long_notes_are_compared_in_time() -> None:
    """20,000 characters each. Word by word two such notes take half a minute; what is typed in one place does not."""
    one = "\n".join(f"Line {number} of the one note." for number in range(700))
    other = "\n".join(f"{number}. something else altogether" for number in range(600))
    started = time.process_time()
    for after in (other, other.replace("\n", " "), one.replace("Line 300 of", "Line 300 new of")):
        found = note_diff.pieces(one, after)
        assert "".join(piece.text for piece in found if piece.kind != "added") == one
        assert "".join(piece.text for piece in found if piece.kind != "removed") == after
    assert {piece.text for piece in found if piece.kind == "added"} == {"new "}
    assert time.process_time() - started < 5
