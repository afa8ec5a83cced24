"""The house plan, held by reading the code: who may import whom, where writes live, how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR

# core <- accounts <- messaging <- scheduling <- {billing, records} <- insights <- clinic (wiring)
FLOOR = {
    "clinic.core": 0,
    "accounts": 1,
    "messaging": 2,
    "scheduling": 3,
    "billing": 4,
    "records": 4,
    "insights": 5,
    "theme": 5,
    "clinic": 6,
}
APPS = ("accounts", "messaging", "scheduling", "billing", "records", "insights")

# Inside an app: enums <- models <- rules <- events <- domain <- boundaries.
STOREY = {"enums": 0, "validators": 0, "models": 1, "rules": 2, "events": 3, "signals": 3, "domain": 4}
STOREY |= {"transports": 3, "call_rules": 2, "call_events": 3, "referral_rules": 2}
RECORDS_RULES = ("critical", "explaining", "imaging", "imaging_word", "lab", "request")
RECORDS_EVENTS = ("critical", "explaining", "imaging", "lab", "request")
STOREY |= {f"{name}_rules": 2 for name in RECORDS_RULES} | {f"{name}_events": 3 for name in RECORDS_EVENTS}
BOUNDARY = 5
FILES = {
    "__init__.py", "enums.py", "validators.py", "models", "rules.py", "events.py", "signals.py", "receivers.py",
    "domain", "forms", "views", "api", "consumers.py", "routing.py", "tasks.py", "admin.py", "urls.py", "apps.py",
    "tests", "migrations", "management", "templatetags",
}  # fmt: skip
# What a library asks for by a name of its own, and insights' demo clinic.
OWN_FILES = {
    "accounts": {"adapter.py", "middleware.py", "socket_auth.py"},
    # Calls are a second subject of messaging on every storey.
    # Its transports send plain values and know no rows; the domain calls them.
    "messaging": {
        "context.py",
        "call_rules.py",
        "call_events.py",
        "call_consumer.py",
        "topic_consumer.py",
        "call_frames.py",
        "frames.py",
        "transports",
    },
    # Referrals are a second subject of scheduling.
    "scheduling": {"referral_rules.py"},
    # The laboratory is a second subject of records.
    "records": {
        *(f"{name}_rules.py" for name in RECORDS_RULES),
        *(f"{name}_events.py" for name in RECORDS_EVENTS),
        "data",
    },
    "insights": {"demo"},
}

# An entry point that starts the wiring; it is imported by nothing but Django's command line.
ENTRY_POINTS = {"clinic/core/management/commands/serve.py"}

WRITES = {
    "create", "acreate", "bulk_create", "abulk_create", "get_or_create", "aget_or_create", "update_or_create",
    "aupdate_or_create", "bulk_update", "abulk_update", "update", "aupdate", "delete", "adelete",
}  # fmt: skip
SAVES = {"save", "asave", "delete", "adelete"}
ROW_ARGUMENTS = {"force_insert", "force_update", "using", "update_fields", "commit"}
# Not rows of ours: the cache and the session store.
NOT_ROWS = {"cache", "session"}
# file -> why it may write. Keep it short.
MAY_WRITE: dict[str, str] = {}

BOUNDARIES = {
    "views", "api", "forms", "topic_consumer", "consumers", "call_consumer", "tasks", "receivers", "admin", "context",
    "socket_auth",
}  # fmt: skip

MAX_LINES = 350


def is_code(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return not {"tests", "testing", "migrations", "__pycache__"} & set(parts)


def code_files() -> list[Path]:
    folders = ("clinic", "theme", *APPS)
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if is_code(path))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module that a file imports, absolute, and whether it does so late (inside a function)."""
    package = path.relative_to(ROOT).parts[:-1]
    tree = ast.parse(path.read_text())
    late = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in late
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            module = (base + (node.module or "")).rstrip(".")
            yield module, id(node) in late
            for alias in node.names:
                # `from accounts import models` names a module by its alias.
                yield f"{module}.{alias.name}", id(node) in late


def house_of(module: str) -> str | None:
    """The app a module belongs to; None for a library."""
    if module == "clinic.core" or module.startswith("clinic.core."):
        return "clinic.core"
    top = module.split(".", maxsplit=1)[0]
    return top if top in FLOOR else None


def storey_of(module: str, app: str) -> int:
    parts = module.split(".")
    return STOREY.get(parts[1], BOUNDARY) if len(parts) > 1 and parts[0] == app else -1


def breaks_app_order(path: Path) -> list[str]:
    relative = path.relative_to(ROOT).as_posix()
    here = house_of(module_name(path))
    assert here
    if relative in ENTRY_POINTS:
        return []
    return [
        f"{relative} imports {module}"
        for module, _ in imports(path)
        if (there := house_of(module)) and there != here and FLOOR[there] >= FLOOR[here]
    ]


def breaks_storey_order(path: Path) -> list[str]:
    relative = path.relative_to(ROOT).as_posix()
    name = module_name(path)
    app = name.split(".")[0]
    here = storey_of(name, app)
    if here < 0:
        return []
    found = []
    for module, late in imports(path):
        if module.split(".")[0] != app or storey_of(module, app) <= here:
            continue
        if module in (app, f"{app}.__init__"):
            continue
        # A task calls the domain, and the domain queues the task: the second import is a late one.
        if late and here == STOREY["domain"] and module.startswith(f"{app}.tasks"):
            continue
        found.append(f"{relative} imports {module}")
    return found


def domain_modules(tree: ast.AST) -> set[str]:
    """Names under which a file knows modules of a domain: `notes.save(…)` is the door itself."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and "domain" in (node.module or "").split(".")
        for alias in node.names
    }


def like_a_row(call: ast.Call) -> bool:
    """`save(doctor, actor=user)` is a function of ours; a row's save takes none of that."""
    return not call.args and {keyword.arg for keyword in call.keywords} <= ROW_ARGUMENTS


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each call that looks like a write of rows."""
    domain = domain_modules(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, owner = node.func.attr, node.func.value
        owner_name = getattr(owner, "id", getattr(owner, "attr", ""))
        by_manager = any(
            isinstance(part, ast.Attribute) and part.attr in ("objects", "_default_manager")
            for part in ast.walk(owner)
        )
        if (name in WRITES and by_manager) or (
            name in SAVES and owner_name not in NOT_ROWS | domain and like_a_row(node)
        ):
            yield node.lineno, f"{owner_name}.{name}()"


@pytest.mark.parametrize("path", code_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_down_the_house(path: Path) -> None:
    assert breaks_app_order(path) == []


@pytest.mark.parametrize(
    "path",
    [path for path in code_files() if path.relative_to(ROOT).parts[0] in APPS],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_imports_run_down_inside_an_app(path: Path) -> None:
    assert breaks_storey_order(path) == []


def boundary_files() -> list[Path]:
    return [
        path
        for path in code_files()
        if path.relative_to(ROOT).parts[0] in APPS
        and path.relative_to(ROOT).parts[1].removesuffix(".py") in BOUNDARIES
    ]


@pytest.mark.parametrize("path", boundary_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_boundaries_leave_writing_to_the_domain(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    if relative in MAY_WRITE:
        pytest.skip(MAY_WRITE[relative])
    assert [f"{relative}:{line} {call}" for line, call in writes(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize("app", APPS)
def test_an_app_has_only_the_known_files(app: str) -> None:
    known = FILES | OWN_FILES.get(app, set()) | {"__pycache__"}
    assert {entry.name for entry in (ROOT / app).iterdir()} - known == set()


def long_files() -> list[str]:
    folders = ("clinic", "theme", "bench", "docs", "deploy", "templates", *APPS)
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            parts = set(path.relative_to(ROOT).parts)
            if path.suffix not in (".py", ".html", ".js", ".mjs"):
                continue
            if parts & {"migrations", "vendor", "dist", "node_modules", "__pycache__"}:
                continue
            lines = len(path.read_text().splitlines())
            if lines > MAX_LINES:
                found.append(f"{path.relative_to(ROOT)}: {lines} lines")
    return found


def test_no_file_is_two_subjects() -> None:
    assert long_files() == []


def test_nothing_is_called_utils() -> None:
    assert [str(path) for path in code_files() if path.stem in ("utils", "helpers", "misc", "common")] == []


# The readers above have to be able to find something.


def test_the_readers_see_what_they_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "accounts/domain").mkdir(parents=True)
    upward = tmp_path / "accounts/rules.py"
    upward.write_text(
        "from scheduling.models import Appointment\n"
        "from .domain import care\n"
        "from . import views\n"
        "def f():\n    from accounts.domain import people\n"
    )
    assert breaks_app_order(upward)
    inside = breaks_storey_order(upward)
    for module in ("accounts.domain", "accounts.views", "accounts.domain.people"):
        assert f"accounts/rules.py imports {module}" in inside
    queueing = tmp_path / "accounts/domain/care.py"
    queueing.write_text("def f():\n    from accounts.tasks import remind\n")
    assert breaks_storey_order(queueing) == []
    queueing.write_text("from accounts.tasks import remind\n")
    assert breaks_storey_order(queueing)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("User.objects.create(email='x')", 1),
        ("User.objects.filter(pk=1).update(email='x')", 1),
        ("await Message.objects.filter(pk=1).adelete()", 1),
        ("appointment.save(update_fields=['status'])", 1),
        ("user.delete()", 1),
        ("form.save(commit=False)", 1),
        ("page.save(doctor, actor=user)", 0),
        ("from records.domain import notes; notes.save()", 0),
        ("data.update(a=1)", 0),
        ("cache.delete('key')", 0),
        ("User.objects.filter(pk=1).first()", 0),
        ("booking.book(patient=patient)", 0),
    ],
)
def test_the_write_reader_tells_writes_from_reads(code: str, expected: int) -> None:
    source = f"async def f():\n    {code}\n"
    assert len(list(writes(ast.parse(source)))) == expected
