"""Fast passwords: these tests log in and sign up hundreds of times."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.tests.factories import hashed_password


@pytest.fixture(autouse=True)
def _fast_hashing(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    hashed_password.cache_clear()
    yield
    hashed_password.cache_clear()
