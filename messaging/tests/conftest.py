"""A relay of its own for a test of calls."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .relays import Relay


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    running = Relay(tmp_path).start()
    yield running
    running.stop()
