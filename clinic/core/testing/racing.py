"""Several at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from clinic.core.errors import DomainError


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Start all together, each with a database connection of its own: what each returned, or the DomainError it was
    refused with, in order. Any other error is raised."""
    gate = threading.Barrier(len(runners))

    def run(runner: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return runner()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))
