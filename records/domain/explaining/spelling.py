"""One name, many spellings: Asha, ASHA, Aasha, आशा. Pure."""

import re
import unicodedata
from functools import lru_cache

# A word with the vowel signs that Python does not count as letters.
WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963])+")
# Kept apart from the letters, or seen by nobody.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
        [
            "k",
            "kh",
            "g",
            "gh",
            "ng",
            "c",
            "ch",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "l",
            "b",
            "s",
            "s",
            "s",
            "h",
            "l",
        ],
        strict=True,
    )
)
_SIGNS = {
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "े": "e", "ै": "ai", "ो": "o", "ौ": "au",
}  # fmt: skip
_VOWELS = {
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ए": "e", "ऐ": "ai", "ओ": "o", "औ": "au",
}  # fmt: skip
# What a word is followed by without a blank, several one after the other: आशाजीलाई, गुरुङहरूसँगै.
_ENDINGS = (
    "हरू", "हरु", "लाई", "लाइ", "सँग", "संग", "सङ्ग", "सित", "बाट", "द्वारा", "ज्यू", "ज्यु", "जी",
    "को", "का", "की", "कै", "ले", "मा",
    "माथि", "तर्फ", "तिर", "प्रति", "देखि", "सम्म", "भन्दा", "बिना", "विना", "मार्फत",
    "अनुसार", "समेत", "सहित", "पनि", "नै", "चाहिँ", "ै",
)  # fmt: skip
_MOST_ENDINGS = 4
# Letters of other scripts that look like ours.
_LOOKS = str.maketrans("аеорсухкмтвнпіјѕԁɡαορτυνικβ", "aeopcyxkmtbhnijsdgaoptuvikb")
# In this order.
_SAME = (
    ("chh", "ch"), ("sh", "s"), ("v", "b"), ("w", "b"), ("ee", "i"), ("oo", "u"), ("aa", "a"), ("ph", "f"),
    ("z", "j"), ("x", "ks"), ("q", "k"), ("kset", "chet"),
)  # fmt: skip


def plain(text: str) -> str:
    """The text with one form for each letter and digit, and without signs that nobody sees. What says another thing
    (10³, ½) stays."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return "".join(_one_form(sign) if ord(sign) > 0x7F else sign for sign in text)


def _one_form(sign: str) -> str:
    """Of a wide, bold or joined letter the plain one."""
    if unicodedata.decomposition(sign)[:5] in ("", "<supe", "<sub>", "<frac"):
        return sign
    if unicodedata.category(sign)[0] not in "LN" and not "\uff01" <= sign <= "\uff5e":
        return " " if sign == "\u00a0" else sign
    return unicodedata.normalize("NFKC", sign)


def digits(text: str) -> str:
    """The text with every digit, of whatever script, as 0–9; as long as before."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)


@lru_cache(maxsize=20_000)
def sounds(word: str, *, of_a_name: bool = False) -> frozenset[str]:
    """What a word of a text, or of a name, is known by: the same name is written where one of each is the same.
    Between the two scripts more counts as the same than within one. Empty for a word too short to tell."""
    here = is_devanagari(word)
    forms = _without_endings(word) if here else {word}
    own = "devanagari:" if here else "latin:"
    # Names of which script this can be, spelt in the other one.
    across = own if of_a_name else ("latin:" if here else "devanagari:")
    found: set[str] = set()
    for sound in map(_sound, forms):
        if len(sound) < 2:
            continue
        found.add(own + sound)
        short = sound.rstrip("a")
        found.add(f"across {across}{short if len(short) >= 3 else sound}")
        # The vowel that every letter of Devanagari has unless it is written away: राजकुमार, Rajkumar.
        bare = sound.replace("a", "")
        if len(bare) >= 4:
            found.add(f"across {across}-{bare}")
    return frozenset(found)


def nearly(word: str) -> frozenset[str]:
    """Two words of five letters or more that begin alike are nearly the same (a letter read wrong, left out or too
    many) when they have one of these in common. Empty for a shorter one."""
    word = word.casefold().translate(_LOOKS)
    if len(word) < 5 or is_devanagari(word):
        return frozenset()
    return frozenset({word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))})


def _without_endings(word: str) -> set[str]:
    forms = newest = {word}
    for _time in range(_MOST_ENDINGS):
        newest = {
            form[: -len(end)]
            for form in newest
            for end in _ENDINGS
            if form.endswith(end) and len(form) > len(end) + 1
        }
        forms = forms | newest
    return forms


def is_devanagari(word: str) -> bool:
    return any("\u0900" <= sign <= "\u097f" for sign in word)


def _sound(word: str) -> str:
    latin = _transcribed(word) if is_devanagari(word) else word
    marks = unicodedata.normalize("NFD", latin.casefold().translate(_LOOKS))
    text = "".join(sign for sign in marks if not unicodedata.combining(sign) and sign.isalpha())
    for spelling, one in _SAME:
        text = text.replace(spelling, one)
    return re.sub(r"(.)\1+", r"\1", text)


def _transcribed(word: str) -> str:
    out: list[str] = []
    for at, sign in enumerate(word):
        if sign in _CONSONANTS:
            out.append(_CONSONANTS[sign])
            following = word[at + 1 : at + 2]
            if following in _CONSONANTS or following in _VOWELS or following in ("ं", "ँ", "ः"):
                out.append("a")
        elif sign in _VOWELS:
            out.append(_VOWELS[sign])
        elif sign in _SIGNS:
            out.append(_SIGNS[sign])
        elif sign in "ंँ":
            out.append("n")
    return "".join(out)
