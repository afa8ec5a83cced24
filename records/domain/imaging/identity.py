"""Whether the person a scan's files name is the patient. Pure: plain values in, a verdict with its reasons out.

Names come from scanners in capitals, in any order, with '^' between their parts, in one of several spellings of one
Nepali name. What is merely written otherwise passes; what can't be compared is never taken for the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    # Another script, or a sex that is no word for one.
    UNCOMPARABLE = "uncomparable"
    # One of both says nothing.
    MISSING = "missing"


@dataclass(frozen=True)
class Person:
    """What is known of somebody: by the portal (`ids` are the numbers it knows them by), or by a file."""

    name: str = ""
    birth_date: date | None = None
    sex: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    name: Outcome
    birth_date: Outcome
    sex: Outcome
    patient_id: Outcome

    @property
    def is_the_patient(self) -> bool:
        """Nothing differs, and two things that tell people apart are the same; a sex is none of them. Anything less is
        for somebody to decide."""
        telling = (self.name, self.birth_date, self.patient_id)
        differs = Outcome.DIFFERENT in (self.name, self.birth_date, self.sex)
        return not differs and telling.count(Outcome.SAME) >= 2


def compare(patient: Person, found: Person) -> Verdict:
    """The patient of the report against the person of the files."""
    return Verdict(
        name=compare_names(patient.name, found.name),
        birth_date=_compare(patient.birth_date, found.birth_date),
        sex=compare_sexes(patient.sex, found.sex),
        patient_id=compare_ids(patient.ids, found.ids),
    )


def compare_names(one: str, other: str) -> Outcome:
    mine, theirs = name_parts(one), name_parts(other)
    if not mine or not theirs:
        return Outcome.MISSING
    if _scripts(mine) != _scripts(theirs):
        return Outcome.UNCOMPARABLE
    if _same_parts(mine, theirs):
        return Outcome.SAME
    # "SITA DEVI SHARMA" is Sita Sharma; "SHARMA" alone is anybody of that family.
    fewer, more = sorted((mine, theirs), key=len)
    if len(fewer) >= 2 and _all_among(fewer, more):
        return Outcome.SAME
    return Outcome.DIFFERENT


def compare_sexes(one: str, other: str) -> Outcome:
    if not one.strip() or not other.strip():
        return Outcome.MISSING
    mine, theirs = sex_of(one), sex_of(other)
    return _compare(mine, theirs) if mine and theirs else Outcome.UNCOMPARABLE


def sex_of(text: str) -> str:
    """ "f" or "m" of what a device or the portal writes for a sex; "" of any other word."""
    return _SEXES.get(text.strip().lower(), "")


def compare_ids(known: Iterable[str], found: Iterable[str]) -> Outcome:
    """A number that another place has given says nothing, so it is never "different"."""
    mine, theirs = ({_plain(text) for text in ids} - {""} for ids in (known, found))
    if not mine or not theirs:
        return Outcome.MISSING
    return Outcome.SAME if mine & theirs else Outcome.UNCOMPARABLE


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a name in one spelling, without titles. Of a DICOM name with several scripts (`=`) the first that
    is written."""
    for group in name.split("="):
        plain = unicodedata.normalize("NFKC", group).replace("'", "").replace("’", "")
        # Devanagari vowels are marks, which belong to their letter.
        words = "".join(sign if sign.isalnum() or _is_mark(sign) else " " for sign in plain).split()
        if kept := tuple(part for part in map(_spelling, words) if part and part not in _TITLES):
            return kept
    return ()


def _spelling(word: str) -> str:
    """Of the ways in which one sound is written in Latin letters, one. Marks of Latin letters fall away; a Devanagari
    word stays as it is."""
    word = word.casefold()
    if not _is_latin(word):
        return unicodedata.normalize("NFC", word)
    word = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not _is_mark(sign))
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _undoubled(word)


def _same_parts(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """In any order, and written together or apart (Ram Bahadur, Rambahadur)."""
    if sorted(one) == sorted(other):
        return True
    fewer, more = sorted((one, other), key=len)
    return len(fewer) >= 2 and any(
        sorted(fewer) == sorted((*more[:at], _undoubled(more[at] + more[at + 1]), *more[at + 2 :]))
        for at in range(len(more) - 1)
    )


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _all_among(fewer: tuple[str, ...], more: tuple[str, ...]) -> bool:
    left = list(more)
    for part in fewer:
        if part not in left:
            return False
        left.remove(part)
    return True


def _scripts(parts: tuple[str, ...]) -> frozenset[str]:
    return frozenset("latin" if _is_latin(part) else "other" for part in parts)


def _is_latin(word: str) -> bool:
    return all(not sign.isalpha() or unicodedata.name(sign, "").startswith("LATIN") for sign in word)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


def _compare(one: object, other: object) -> Outcome:
    if one is None or other is None:
        return Outcome.MISSING
    return Outcome.SAME if one == other else Outcome.DIFFERENT


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


_SEXES = {"f": "f", "female": "f", "m": "m", "male": "m"}
_TITLES = frozenset(
    {"mr", "mrs", "ms", "mis", "dr", "prof", "smt", "shri", "sri", "श्री", "श्रीमती", "सुश्री", "डा"}
)
# Longer ones first. "v" and "w" and "b" are one letter to many who write Nepali names, "sh" and "s" too.
_SOUNDS = (
    ("chh", "c"), ("ksh", "c"), ("ch", "c"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("ph", "f"),
    ("kh", "k"), ("gh", "g"), ("jh", "j"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "au"), ("w", "b"),
    ("v", "b"), ("z", "j"), ("x", "c"), ("q", "k"), ("y", "i"), ("ii", "i"),
)  # fmt: skip
