"""Reading what is marked for translation, and the Nepali catalogue, without gettext's programs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT: Path = settings.BASE_DIR
FOLDER = ROOT / "locale" / "ne" / "LC_MESSAGES"
PLACES = ("accounts", "billing", "clinic", "insights", "messaging", "records", "scheduling", "theme")
NOT_SHOWN = {"tests", "testing", "migrations", "vendor", "__pycache__"}
# Name of the function -> which arguments are (context, singular, plural).
MARKS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
LINE = re.compile(r'^(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?(".*")$')


@dataclass
class Entry:
    context: str = ""
    msgid: str = ""
    plural: str = ""
    said: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.msgid

    @property
    def forms(self) -> list[tuple[str, str]]:
        """(English, Nepali) of each form."""
        wanted = [self.msgid, self.plural] if self.plural else [self.msgid]
        return [(english, self.said.get(number, "")) for number, english in enumerate(wanted)]


def entries() -> list[Entry]:
    """The .po, without its header and without what is no longer used."""
    found: list[Entry] = []
    for block in (FOLDER / "django.po").read_text().split("\n\n"):
        entry, texts, current = Entry(), dict[tuple[str, int], str](), ("", 0)
        for line in block.splitlines():
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            if match := LINE.match(line):
                name, number, quoted = match.groups()
                current = (name, int(number or 0)) if name else current
                texts[current] = texts.get(current, "") + ast.literal_eval(quoted)
        entry.context, entry.msgid, entry.plural = (
            texts.get((name, 0), "") for name in ("msgctxt", "msgid", "msgid_plural")
        )
        entry.said = {number: text for (name, number), text in texts.items() if name == "msgstr"}
        if entry.msgid:
            found.append(entry)
    return found


def marked() -> Iterator[tuple[str, tuple[str, str]]]:
    """(file, (context, msgid)) of every sentence that code or templates mark for translation."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            if not NOT_SHOWN & set(path.relative_to(ROOT).parts):
                yield from ((str(path.relative_to(ROOT)), key) for key in _in_code(path.read_text()))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        code = re.sub(
            r"^[^\n]*?(?=\b(?:n?p?gettext|_)\()", "", templatize(path.read_text(), str(path)), flags=re.M
        )
        for call in re.finditer(
            r"\b(?:n?p?gettext|_)\((?:[^()\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\)", code
        ):
            yield from ((str(path.relative_to(ROOT)), key) for key in _in_code(call.group()))


def _in_code(code: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and (mark := MARKS.get(_name(node.func))):
            context, single, _plural = mark
            text = _text(node, single)
            if text:
                yield (_text(node, context) if context is not None else ""), text


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _text(call: ast.Call, number: int) -> str:
    argument = call.args[number] if len(call.args) > number else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""
