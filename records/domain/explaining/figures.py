"""Figures and the words that stand for them, in English and Nepali, and words that order something. Pure."""

import re
import unicodedata

from .spelling import digits

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}")
# Not one and once, and no "two of them": they dose nothing.
_WORDS = {
    word: value
    for value, words in {
        "0.5": "half आधा",
        "2": "two twice double bd bid दुई दोब्बर",
        "3": "three thrice triple tds tid तीन",
        "4": "four qid चार",
        "5": "five पाँच पांच",
        "6": "six छ",
        "7": "seven सात",
        "8": "eight आठ",
        "9": "nine नौ",
        "10": "ten दश दस",
        "12": "twelve dozen बाह्र",
        "15": "fifteen पन्ध्र",
        "20": "twenty बीस",
        "30": "thirty तीस",
        "40": "forty चालीस",
        "50": "fifty पचास",
        "100": "hundred सय",
        "1000": "thousand हजार",
    }.items()
    for word in words.split()
    # Also "is".
    if word != "छ"
}
_WORD = re.compile(rf"(?i)(?<![\w\u0900-\u097f])(?:{'|'.join(_WORDS)})(?![\w\u0900-\u097f]|\s+of\b)")
_ORDERS = (
    re.compile(r"(?i)\b(?:stop|discontinu|quit)|बन्द|रोक्|छोड्"),
    re.compile(r"(?i)\b(?:start|begin)|सुरु|शुरु"),
    re.compile(r"(?i)\b(?:doubl|tripl)|दोब्बर"),
    re.compile(r"(?i)\b(?:skip|halve)"),
)


def figures(text: str) -> set[str]:
    """Every figure in it, in one form each: 1,200 is 1200, 1,5 is 1.5, ½ is 0.5."""
    found = {_one_form(figure) for figure in _FIGURE.findall(digits(text))}
    for sign in text:
        if not sign.isdecimal() and sign.isnumeric():
            found.add(f"{unicodedata.numeric(sign):g}")
    return found


def counted(text: str) -> set[str]:
    """What its words for figures say: twice, tds, दुई."""
    return {_WORDS[word.lower()] for word in _WORD.findall(text)}


def orders(text: str) -> set[int]:
    """Which orders to begin, end or change something are in it."""
    return {number for number, order in enumerate(_ORDERS) if order.search(text)}


def _one_form(figure: str) -> str:
    if _THOUSANDS.fullmatch(figure.partition(".")[0]):
        figure = figure.replace(",", "")
    figure = figure.replace(",", ".")
    return figure.rstrip("0").rstrip(".") if "." in figure else figure
