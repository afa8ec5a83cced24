"""The fixed cast, a real server and a real browser for every test. Factories: <app>/tests/factories.py."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from django.test import override_settings

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the tests.


# How long an example takes says more about the machine's other work than about the code. The suite draws the same
# examples each time, so that one run says what the next will; `--hypothesis-profile=explore` draws many others.
hypothesis.settings.register_profile(
    "clinic", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "explore", hypothesis.settings.get_profile("clinic"), derandomize=False, max_examples=2000
)
hypothesis.settings.load_profile("clinic")


def pytest_configure() -> None:
    """Parallel workers share one Redis server: each takes a numbered database, since clearing a cache empties one."""
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if settings.REDIS_URL and worker:
        server, _, _number = settings.REDIS_URL.rpartition("/")
        settings.REDIS_URL = f"{server}/{int(worker) + 1}"
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL
        layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
        layer["CONFIG"].update(hosts=[settings.REDIS_URL], prefix=f"clinic/{int(worker) + 1}")


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Random ids do not belong in test names: parallel workers have to collect the same tests."""
    text = str(val) if isinstance(val, str | UUID) else ""
    return _UUID.sub("uuid", text) if _UUID.search(text) else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m browser` reads the few files that have such tests: to collect all the others takes longer than some tests."""
    if config.option.markexpr == "browser" and collection_path.name.startswith("test_"):
        return "mark.browser" not in collection_path.read_text() or None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Browser tests last: Playwright's loop stays in the thread of the tests and keeps others from starting theirs.

    Tests of calls are the `xdist_group` "calls": two calls at once encode and decode eight pictures on two cores, and
    what takes a while then is no fault of the portal."""
    from clinic.core.testing import services

    services.mark(items)  # before `-m` chooses among them
    yield
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def _private_media(settings: Any, tmp_path: Path) -> None:
    """Uploads of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """pytest-django asks for this before it makes the test database."""
    from django.db import connection

    from clinic.core.testing.databases import copy_one_with_all_migrations

    with django_db_blocker.unblock():
        copy_one_with_all_migrations(connection)


@pytest.fixture(autouse=True, scope="session")
def _static_files_when_asked_for() -> Iterator[None]:
    """WhiteNoise reads all static files anew for each test client; here it looks one up when it is asked for."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test that commits, every table is emptied. The triggers of the activity trail, of issued papers and
    of signed records refuse that, as they must: so they stand aside for just this, in a test database, and for nothing
    a test itself does."""
    from django.db import connection
    from django.test import TransactionTestCase

    from accounts.models import append_only
    from billing.models import append_only as papers
    from clinic.core.testing.emptying import Emptier
    from records.models import critical_kept, final_imaging, final_labs, signed_notes, signed_only

    guards = {
        table: guard
        for guard in (papers, signed_notes, signed_only, final_labs, final_imaging, critical_kept)
        for table in guard.TABLES
    }
    with django_db_blocker.unblock():
        emptier = Emptier(connection, {append_only.TABLE: append_only, **guards})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: emptier.empty())
        yield


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits count in the cache; no test inherits another's, and none that isn't marked for it has a cache."""
    from django.core.cache import cache

    from clinic.core.testing import services

    if request.node.get_closest_marker(services.MARK):
        cache.clear()
    else:
        services.refuse(monkeypatch)


# --- The cast ---


@pytest.fixture
def patient(db: None) -> Any:
    from accounts.tests.factories import make_patient

    return make_patient("patient@test.clinic", first_name="Asha", last_name="Gurung")


@pytest.fixture
def other_patient(db: None) -> Any:
    from accounts.tests.factories import make_patient

    return make_patient("other.patient@test.clinic", first_name="Bikash", last_name="Rai")


@pytest.fixture
def doctor(db: None) -> Any:
    """Treats `patient` once they have a confirmed appointment."""
    from accounts.tests.factories import make_doctor

    return make_doctor("doctor@test.clinic", first_name="Sita", last_name="Sharma")


@pytest.fixture
def other_doctor(db: None) -> Any:
    """Unrelated to every patient."""
    from accounts.tests.factories import make_doctor

    return make_doctor("other.doctor@test.clinic", first_name="Hari", last_name="Thapa")


@pytest.fixture
def manager(db: None) -> Any:
    from accounts.tests.factories import make_user

    return make_user("manager@test.clinic", role="management", first_name="Maya", last_name="Shrestha")


@pytest.fixture
def admin(db: None) -> Any:
    from accounts.tests.factories import make_user

    return make_user("admin@test.clinic", role="admin", first_name="Anil", last_name="Karki")


@pytest.fixture
def service(db: None) -> Any:
    from scheduling.tests.factories import make_service

    return make_service()


@pytest.fixture
def api() -> Callable[..., Any]:
    """`api(user)` -> DRF test client signed in as `user` (None: anonymous)."""
    from rest_framework.test import APIClient

    def client_of(user: Any = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return client_of


# --- A real server, real browsers ---


@pytest.fixture
def server_environment() -> dict[str, str]:
    """Settings that the `server` of a test module has beside the usual ones; a module overrides this."""
    return {}


@pytest.fixture
def server(
    transactional_db: None, _private_media: None, tmp_path: Path, server_environment: dict[str, str]
) -> Iterator[Any]:
    """A `serve` process on this test's database, stopped before the database is emptied."""
    from clinic.core.testing.server import RunningServer

    running = RunningServer(tmp_path, server_environment).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    from clinic.core.testing.browser import CHROMIUM, CHROMIUM_FLAGS

    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@pytest.fixture
def person(browser: Any, server: Any) -> Iterator[Callable[..., Any]]:
    """`person(user, **context options)` -> a page of a browser of their own, signed in; None: anonymous.

    The test fails at its end when a page broke the Content-Security-Policy or threw a script error.
    """
    from playwright.sync_api import expect

    from clinic.core.testing.browser import DESKTOP, sign_in

    # As long as any other wait: a machine that is busy is not a defect of the page.
    expect.set_options(timeout=15_000)
    contexts: list[Any] = []
    complaints: list[str] = []

    def page_of(user: Any = None, **options: Any) -> Any:
        context = browser.new_context(base_url=server.url, **{"viewport": DESKTOP, **options})
        contexts.append(context)
        context.set_default_timeout(15_000)
        if user is not None:
            sign_in(context, user, server.url)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert complaints == []
