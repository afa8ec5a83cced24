"""Words that are put together late, in the language of whoever reads them."""

from collections.abc import Callable
from typing import TypeAlias

from django.utils.functional import Promise

# Lazy text does for whole sentences; lazy text % {...} is no longer lazy, so that takes a function.
Words: TypeAlias = str | Promise | Callable[[], str]


def said(words: Words) -> str:
    """The words in the language that is active now."""
    return words() if callable(words) else str(words)
