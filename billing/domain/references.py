"""References: ours, which a patient copies into a bank transfer, and the bank's, which they copy back."""

import re
import secrets
import unicodedata

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid

# No 0/O, 1/I/L. 31 characters: a prime, so that the weighted sum below catches every single wrong character and
# every two swapped ones.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8

BANK_REFERENCE_MIN = 4
BANK_REFERENCE_MAX = 40


def new_reference() -> str:
    """A random reference: seven characters and a check character. The database decides whether it is new."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def is_reference(text: str) -> bool:
    """Whether `text` is written as one of our references, check character included."""
    return (
        len(text) == LENGTH
        and all(character in ALPHABET for character in text)
        and check_character(text[:-1]) == text[-1]
    )


def normal_bank_reference(typed: str) -> str:
    """The form in which bank references are compared: upper case without blanks and dashes, digits of any script as
    0–9. Raises Invalid (field `bank_reference`) unless 4–40 characters A–Z, 0–9 are left."""
    key = bare(typed)
    if not key:
        raise _refused(_("Enter the reference your bank gave you for the transfer."))
    if not re.fullmatch(r"[A-Z0-9]+", key):
        raise _refused(
            _("A bank reference has only letters A–Z and digits. Copy it from your bank's receipt.")
        )
    if len(key) < BANK_REFERENCE_MIN:
        raise _refused(_("This is too short for a bank reference: it has at least 4 letters or digits."))
    if len(key) > BANK_REFERENCE_MAX:
        raise _refused(_("This is too long for a bank reference: it has at most 40 letters and digits."))
    return key


def bare(typed: str) -> str:
    """`typed` in upper case without blanks, dashes and invisible characters; digits of any script as 0–9."""
    return "".join(
        str(unicodedata.decimal(character)) if unicodedata.category(character) == "Nd" else character
        for character in unicodedata.normalize("NFKC", typed).upper()
        if not character.isspace()
        and unicodedata.category(character) not in ("Pd", "Cf")
        and character != "\N{MINUS SIGN}"
    )


def shown_bank_reference(typed: str, key: str) -> str:
    """The reference as the patient typed it, tidied, for people to compare; the key when that is too long."""
    tidy = " ".join(
        "".join(c for c in unicodedata.normalize("NFKC", typed) if unicodedata.category(c) != "Cf").split()
    )
    return tidy if len(tidy) <= BANK_REFERENCE_MAX else key


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"bank_reference": [message]})
