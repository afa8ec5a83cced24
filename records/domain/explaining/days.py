"""Days as people write them, in the Christian calendar and in Bikram Sambat. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from clinic.core import bikram

_AD = (
    "january|jan|जनवरी", "february|feb|फेब्रुअरी", "march|mar|मार्च", "april|apr|अप्रिल", "may|मे", "june|jun|जुन",
    "july|jul|जुलाई", "august|aug|अगस्ट", "september|sept|sep|सेप्टेम्बर", "october|oct|अक्टोबर",
    "november|nov|नोभेम्बर", "december|dec|डिसेम्बर",
)  # fmt: skip
_BS = (
    "baishakh|baisakh|baishak|vaishakh|वैशाख|बैशाख", "jestha|jeth|jesth|jyestha|jeshtha|जेठ|ज्येष्ठ",
    "ashadh|asadh|asar|ashar|असार|आषाढ",
    "shrawan|srawan|sawan|saun|साउन|श्रावण", "bhadra|bhadau|भदौ|भाद्र",
    "ashwin|asoj|ashoj|asauj|aswin|असोज|आश्विन",
    "kartik|karthik|kattik|कात्तिक|कार्तिक",
    "mangsir|mangshir|marga|मङ्सिर|मंसिर|मार्ग", "poush|push|paush|पुस|पौष", "magh|माघ",
    "falgun|phalgun|phagun|fagun|फागुन|फाल्गुन",
    "chaitra|chait|चैत|चैत्र",
)  # fmt: skip
_MONTHS = {
    name: (number, is_ad)
    for names, is_ad in ((_AD, True), (_BS, False))
    for number, spellings in enumerate(names, start=1)
    for name in spellings.split("|")
}
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TH = r"(?:st|nd|rd|th)?"
_SEP = r"\s?[-./,–:·_ ]\s?"
_GAP = r"[-./,\s]*"
_FORMS = (
    rf"\d{{4}}{_SEP}\d{{1,2}}{_SEP}\d{{1,2}}",
    rf"\d{{1,2}}{_SEP}\d{{1,2}}{_SEP}(?:\d{{4}}|\d{{2}})",
    rf"\d{{1,2}}{_TH}(?:\s+of)?{_GAP}(?:{_NAMED}){_GAP}(?:\d{{4}}|['’]?\d{{2}})",
    rf"(?:{_NAMED}){_GAP}\d{{1,2}}{_TH}[-./,\s]+\d{{4}}",
    rf"\d{{4}}(?:\s+साल)?{_GAP}(?:{_NAMED}){_GAP}\d{{1,2}}",
    r"\d{8}",
    r"\d{6}",
)
_NO_YEAR = rf"\d{{1,2}}{_TH}(?:\s+of)?\s+(?:{_NAMED})|(?:{_NAMED})\s+\d{{1,2}}{_TH}|\d{{1,2}}[-./]\d{{1,2}}"
_DAYS = tuple(re.compile(rf"(?i)(?<!\d){form}(?!\d)") for form in _FORMS)
_CALENDAR = r"\(?(?:a\.?d\.?|b\.?s\.?|वि\.?\s?सं\.?)\)?"
_BORN_FIELD = re.compile(
    r"(?i)(\b(?:d\.?\s?o\.?\s?b\b\.?|y\.?o\.?b\b\.?|(?:date|day|year) of birth|birth\s?-?(?:date|day"
    r"|year)|born(?:\s+(?:on|in))?)"
    rf"\s*(?:{_CALENDAR})?\s*[-–:=,]?\s*(?:(?:is|was|on|the)\s+)*|जन्म(?:\s?मिति)?\s*[-–:ः]?\s*)"
    rf"({'|'.join(_FORMS)}|(?:{_NAMED})[\s,]+\d{{4}}|{_NO_YEAR}|(?:19|20)\d{{2}}\b)(?:\s*{_CALENDAR})?"
)
_BORN_AFTER = re.compile(
    rf"(?i)(?<!\d)(?:{'|'.join(_FORMS)}|\d{{4}})(?=\s*(?:गते)?\s*(?:मा|साल|सालमा)?\s*जन्म)"
)
# Figures as a machine misreads them off a picture.
_MISREAD = re.compile(r"(?<![^\W_])(?=[OolI|]*\d)[\dOolI|]+(?![^\W_])")
_AS_FIGURES = str.maketrans("OolI|", "00111")


def without_birth(text: str, born_on: Sequence[date], mark: str) -> str:
    """The text without the days of birth, in whatever form and calendar, and without any day that a form gives as one.
    Other days stay: what happened when is part of what is explained. Digits are 0–9 already."""
    seen = _MISREAD.sub(lambda found: found[0].translate(_AS_FIGURES), text)
    text = _put(text, [(found.start(2), found.end()) for found in _BORN_FIELD.finditer(seen)], mark)
    text = _BORN_AFTER.sub(mark, text)
    wanted = {(day.year, day.month, day.day) for day in born_on}
    wanted |= {known for day in born_on if (known := bikram.parts(day))}
    if not wanted:
        return text
    seen = _MISREAD.sub(lambda found: found[0].translate(_AS_FIGURES), text)
    own = (found.span() for found in _everywhere(seen) if any(one in wanted for one in _readings(found[0])))
    return _put(text, own, mark)


def written_together(born_on: Sequence[date]) -> set[str]:
    """The days of birth as figures without anything between them."""
    parts = {(f"{day:%Y}", f"{day:%m}", f"{day:%d}") for day in born_on}
    parts |= {
        (str(known[0]), f"{known[1]:02}", f"{known[2]:02}") for day in born_on if (known := bikram.parts(day))
    }
    return {
        "".join(order) for year, month, day in parts for order in ((year, month, day), (day, month, year))
    }


def _put(text: str, spans: Iterable[tuple[int, int]], mark: str) -> str:
    out, at = "", 0
    for start, end in spans:
        if start >= at:
            out, at = out + text[at:start] + mark, end
    return out + text[at:]


def is_day(text: str) -> bool:
    """Whether these figures can be a day between 1900 and 2150, as people separate them."""
    if not re.search(r"\D", text) or not any(day.fullmatch(text) for day in _DAYS):
        return False
    return any(1900 <= year <= 2150 and month <= 12 and day <= 32 for year, month, day in _readings(text))


def _everywhere(text: str) -> Iterator[re.Match[str]]:
    """Every day in the text, also one whose first figures can be the end of another."""
    for at in range(len(text)):
        for day in _DAYS:
            if found := day.match(text, at):
                yield found


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Every day it can mean: year, month, day."""
    name = re.search(rf"(?i){_NAMED}", text)
    figures = [int(figure) for figure in re.findall(r"\d+", text)]
    if re.fullmatch(r"\d{8}", text):
        yield int(text[:4]), int(text[4:6]), int(text[6:])
        yield int(text[4:]), int(text[2:4]), int(text[:2])
        yield int(text[4:]), int(text[:2]), int(text[2:4])
        return
    if re.fullmatch(r"\d{6}", text):
        for first, second, third in ((4, 2, 0), (4, 0, 2), (0, 2, 4)):
            for year in _years(int(text[first : first + 2])):
                yield year, int(text[second : second + 2]), int(text[third : third + 2])
        return
    if name and len(figures) >= 2:
        month = _MONTHS[name[0].lower()][0]
        first, second = figures[0], figures[-1]
        for year in _years(first):
            yield year, month, second
        for year in _years(second):
            yield year, month, first
        return
    if len(figures) != 3:
        return
    first, second, third = figures
    for year in _years(first):
        yield year, second, third
    for year in _years(third):
        yield year, second, first
        yield year, first, second


def _years(figure: int) -> tuple[int, ...]:
    """Two figures: of which hundred is anyone's guess."""
    return (figure,) if figure > 99 else (1900 + figure, 2000 + figure)
