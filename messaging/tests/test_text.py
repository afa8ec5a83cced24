"""What is taken as the text of a message, whatever comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.core.errors import Invalid
from messaging.domain.messages import clean_client_id, clean_text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@given(ANY_TEXT)
def test_text_is_stored_whole_or_refused(text: str) -> None:
    usable = (
        text.strip() and "\x00" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
    )
    if usable:
        assert clean_text(text) == text.strip()
        clean_text(text).encode()
    else:
        with pytest.raises(Invalid):
            clean_text(text)


@given(st.integers(min_value=3990, max_value=4010), st.sampled_from(["x", "न", "🙏"]))
def test_the_limit_counts_characters_after_stripping(count: int, letter: str) -> None:
    text = f"  {letter * count}\n"
    if count <= 4000:
        assert len(clean_text(text)) == count
    else:
        with pytest.raises(Invalid, match="4000"):
            clean_text(text)


@given(st.one_of(st.none(), st.integers(), st.binary(), st.lists(st.text()), ANY_TEXT))
def test_a_client_id_is_short_printable_text_or_refused(value: object) -> None:
    if isinstance(value, str) and len(value) <= 64 and value.isprintable():
        assert clean_client_id(value) == value
    else:
        with pytest.raises(Invalid):
            clean_client_id(value)
