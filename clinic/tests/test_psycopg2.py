"""The portal runs on PostgreSQL with psycopg2 alone, too: where psycopg 3 is not installed, Django falls back."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from clinic.core.testing import server

# What a fresh process does once psycopg 3 and its pool can't be imported.
PROGRAM = """
import sys
for name in ("psycopg", "psycopg_pool"):
    sys.modules[name] = None
import django
django.setup()
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from accounts.models import User
from clinic.core.status import lock
assert not is_psycopg3
assert "pool" not in connection.settings_dict["OPTIONS"]
with transaction.atomic():
    user = lock(User, User.objects.get(email="patient@test.clinic").pk)
    user.first_name = "आशा"
    user.save(update_fields=["first_name"])
try:
    with transaction.atomic():
        User.objects.create(email="PATIENT@test.clinic", first_name="A", last_name="B")
except IntegrityError:
    print("saved", User.objects.get(pk=user.pk).first_name)
"""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's drivers")
@pytest.mark.django_db(transaction=True)
def test_psycopg2_is_enough(patient: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "DATABASE_URL": server.test_database_url(),
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "saved आशा"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's drivers")
def test_psycopg_3_with_its_pool_is_what_the_tests_use() -> None:
    assert "pool" in connection.settings_dict["OPTIONS"]
    assert connection.settings_dict["CONN_MAX_AGE"] == 0
