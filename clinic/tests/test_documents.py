"""What the documents promise stands in the code, and the other way round."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def variables() -> set[str]:
    """Every name that the settings ask the environment for."""
    trees = [ast.parse(path.read_text()) for path in sorted((ROOT / "clinic").glob("settings*.py"))]
    return {
        str(node.args[0].value)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def documented() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text().split("## Not read yet")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))


def test_settings_md_lists_exactly_what_is_read() -> None:
    assert len(variables()) > 20
    assert documented() == variables()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named
    assert {name for name in named if not re.search(rf"^{name}:", makefile, flags=re.MULTILINE)} == set()


def test_the_readme_names_the_log_ins() -> None:
    from insights.demo import cast

    readme = (ROOT / "README.md").read_text()
    assert cast.PASSWORD in readme
    assert [email for email, _ in cast.LOGINS if email not in readme] == []
