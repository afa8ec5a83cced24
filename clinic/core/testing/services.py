"""Which tests run once more on PostgreSQL and Redis: those that touch a database, the cache or the channel layer."""

from typing import Any

import pytest
from channels.layers import ChannelLayerManager
from django.core.cache import CacheHandler
from django.test import SimpleTestCase

# All that reaches a test database asks for one of these in the end.
DATABASE_FIXTURES = {"db", "transactional_db"}
MARK = "services"


def mark(items: list[pytest.Item]) -> None:
    """Give the mark to every test that could end otherwise on other services. Others have it in their file."""
    for item in items:
        # What is skipped on one database is there for the other.
        marked = any(item.get_closest_marker(name) for name in ("django_db", "skipif", "browser", "server"))
        of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
        if marked or of_django or DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(MARK)


def refuse(patch: pytest.MonkeyPatch) -> None:
    """For a test without the mark: the cache and the channel layer fail it. pytest-django does so for the database."""

    def refused(_handler: Any, alias: str) -> None:
        pytest.fail(
            f"A test that uses the cache or the channel layer needs @pytest.mark.{MARK}", pytrace=False
        )

    for handler in (CacheHandler, ChannelLayerManager):
        patch.setattr(handler, "__getitem__", refused, raising=False)
