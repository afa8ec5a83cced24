"""Test databases as copies of one that the migrations made: they run once for all workers and runs, not in each."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.apps import apps
from django.conf import settings

from clinic.core.testing.server import database_url

FOLDER: Path = settings.BASE_DIR / "var" / "test-databases"


def copy_one_with_all_migrations(connection: Any) -> None:
    """What Django makes next as the test database of this connection has every migration applied already."""
    with _alone():
        if connection.vendor == "sqlite":
            _copy_a_file(connection)
        else:
            connection.settings_dict["TEST"]["TEMPLATE"] = _postgresql_template(connection)


def _key() -> str:
    """Another one as soon as a file differs that has a say in what the migrations make."""
    digest = hashlib.sha256(django.get_version().encode())
    for app in apps.get_app_configs():
        for pattern in ("migrations/*.py", "models.py", "models/**/*.py"):
            for path in sorted(Path(app.path).glob(pattern)):
                digest.update(f"{app.label}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """Of the workers that start together, the first makes the database and the others wait for it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(name: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(name)},
        check=True,
    )


def _copy_a_file(connection: Any) -> None:
    template = FOLDER / f"{_key()}.sqlite3"
    if not template.exists():
        for outdated in FOLDER.glob("*.sqlite3"):
            outdated.unlink()
        with TemporaryDirectory(dir=FOLDER) as unfinished:
            _migrate(f"{unfinished}/{template.name}")
            Path(unfinished, template.name).rename(template)
    content = template.read_bytes()
    create: Callable[..., str] = connection.creation._create_test_db

    def create_copy(*args: Any, **options: Any) -> str:
        name = create(*args, **options)
        # The journal of a process that was killed, had it the same number, would be played into the copy.
        for journal in ("-wal", "-shm"):
            Path(f"{name}{journal}").unlink(missing_ok=True)
        Path(name).write_bytes(content)
        return name

    connection.creation._create_test_db = create_copy


def _postgresql_template(connection: Any) -> str:
    prefix = f"{connection.settings_dict['NAME']}_migrated_"
    name = f"{prefix}{_key()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        standing = {row[0] for row in cursor.fetchall()}
        if name not in standing:
            for outdated in standing:
                cursor.execute(f'DROP DATABASE "{outdated}"')
            unfinished = f"{prefix}unfinished"
            cursor.execute(f'CREATE DATABASE "{unfinished}"')
            _migrate(unfinished)
            cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name
