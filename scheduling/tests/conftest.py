"""Hearing what would have gone out."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

Heard = list[tuple[tuple[str, ...], dict[str, Any]]]


@pytest.fixture
def heard(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[], AbstractContextManager[Heard]]:
    """`with heard() as events:` -> (groups, event) of all that is published once the block has committed."""

    @contextmanager
    def listening() -> Iterator[Heard]:
        events: Heard = []
        monkeypatch.setattr(
            "clinic.core.realtime.send_now", lambda groups, event: events.append((tuple(groups), event))
        )
        with django_capture_on_commit_callbacks(execute=True):
            yield events

    return listening
