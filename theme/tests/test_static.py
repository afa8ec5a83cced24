"""What `collectstatic` makes for production."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from whitenoise.compress import Compressor

from theme import build


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from django.conf import settings
    from django.test import override_settings

    assert build.main([]) == 0
    root = tmp_path_factory.mktemp("static")
    storages: dict[str, Any] = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "theme.storage.HashedModulesStorage"},
    }
    with override_settings(STATIC_ROOT=root, STORAGES=storages), pytest.MonkeyPatch.context() as patch:
        # What is looked at is names. To press every file takes as long as five hundred other tests.
        patch.setattr(Compressor, "should_compress", lambda _self, name: "styles" in name)
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_modules_import_each_other_by_the_names_that_pages_use(collected: Path) -> None:
    """Or a page would hold two copies of live.js, each with its own socket."""
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    modules = [name for name in names if name.startswith("js/")]
    imported = set()
    for name in modules:
        source = (collected / names[name]).read_text()
        for target in re.findall(r"""^\s*import\b[^;'"]*["'](\.[^"']+)["']""", source, re.MULTILINE):
            file = (collected / names[name]).parent / target
            imported.add(file.resolve().relative_to(collected.resolve()).as_posix())
    assert names["js/live.js"] in imported
    # A module of others' (vendor/) is named by its content as well.
    assert imported <= set(names.values())


def test_the_style_sheet_names_the_hashed_fonts(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    css = (collected / names["css/dist/styles.css"]).read_text()
    assert Path(names["vendor/inter/inter-latin-wght-normal.woff2"]).name in css
    assert (collected / f"{names['css/dist/styles.css']}.gz").exists()
