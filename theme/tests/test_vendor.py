"""The table of vendored files says what is there, and a licence lies beside each."""

import re
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<version>[\d.]+) \| (?P<licence>[^|]+) \| `(?P<file>[^`]+)` \|", re.MULTILINE
)


def test_table_and_files_agree() -> None:
    listed = {row["file"] for row in ROW.finditer((VENDOR / "README.md").read_text())}
    present = {
        str(path.relative_to(VENDOR))
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name not in ("README.md", "LICENSE")
    }
    assert present == listed


def test_each_has_its_licence() -> None:
    assert [
        path.name for path in VENDOR.iterdir() if path.is_dir() and not (path / "LICENSE").is_file()
    ] == []


def test_versions_are_those_of_the_files() -> None:
    rows = {row["file"]: row["version"] for row in ROW.finditer((VENDOR / "README.md").read_text())}
    for file in ("htmx/htmx.min.js", "event-calendar/event-calendar.min.js", "chart/chart.umd.min.js"):
        assert rows[file] in (VENDOR / file).read_text()


def test_nothing_asks_for_a_source_map() -> None:
    """A missing map breaks the hashed static files of production."""
    assert [path.name for path in VENDOR.rglob("*.[jc]s*") if "sourceMappingURL" in path.read_text()] == []
