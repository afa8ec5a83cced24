"""What the words and codes of a receipt say about a payment. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.domain import codes

# Signs that readers of pictures take for one another.
_LOOK_ALIKE = str.maketrans("OQDIL|SBZG", "0001115826")
_MARK = r"(?:NPR|INR|Rs\.?|रु\.?|रू\.?|₹)"
_FIGURE = r"[0-9]{1,3}(?:,[0-9]{2,3})+(?:\.[0-9]{1,2})?|[0-9]{1,9}(?:\.[0-9]{1,2})?"
_AMOUNT = re.compile(
    rf"{_MARK}\s*({_FIGURE})(?![0-9])|(?<![0-9.,])({_FIGURE})\s*{_MARK}(?![A-Za-z])", re.IGNORECASE
)
_WITH_CENTS = re.compile(
    r"(?<![0-9.,:/-])([0-9]{1,3}(?:,[0-9]{2,3})+\.[0-9]{2}|[0-9]{1,9}\.[0-9]{2})(?![0-9.,:/-])"
)
_AMOUNTS_MAX = 5


@dataclass(frozen=True)
class Expected:
    """What the picture of a payment should show. `payload` is the payment's own code."""

    amount: Decimal
    currency: str
    reference: str
    bank_reference: str
    payload: str


def amounts_in(text: str) -> list[Decimal]:
    """The amounts of money in `text`, each once; zeros, as receipts have them for charges, left out."""
    text = unicodedata.normalize("NFKC", text)
    found: list[Decimal] = []
    for match in [*_AMOUNT.finditer(text), *_WITH_CENTS.finditer(text)]:
        figure = next(group for group in match.groups() if group)
        amount = Decimal(figure.replace(",", ""))
        if amount and amount not in found:
            found.append(amount)
    return found[:_AMOUNTS_MAX]


def shows(text: str, key: str) -> bool:
    """Whether one line of `text` has the reference `key` (its normal form), whatever blanks, dashes and look-alike
    signs stand in it."""
    wanted = _folded(key)
    return bool(wanted) and any(wanted in _folded(line) for line in text.splitlines())


def of_text(text: str, expected: Expected) -> dict[str, object]:
    """Findings `amount` (agrees, differs, not_found), `amounts`, `bank_reference` and `our_reference` (agrees,
    not_found)."""
    amounts = amounts_in(text)
    amount = "agrees" if expected.amount in amounts else ("differs" if amounts else "not_found")
    return {
        "amount": amount,
        "amounts": [str(figure) for figure in amounts],
        "bank_reference": "agrees" if shows(text, expected.bank_reference) else "not_found",
        "our_reference": "agrees" if shows(text, expected.reference) else "not_found",
    }


def of_codes(found: Sequence[str], expected: Expected) -> dict[str, object]:
    """Finding `code`: none; `reference` (a code with one of the references in it, as receipts have them); a payment
    code: `request` (our own for this payment), `other_request` (ours, with another amount or reference), `other_payee`;
    or `other`."""
    kinds = {_kind_of(text, expected) for text in found}
    # The loudest one counts.
    for kind in ("other_payee", "other_request", "reference", "request", "other"):
        if kind in kinds:
            return {"code": kind}
    return {"code": "none"}


def _kind_of(text: str, expected: Expected) -> str:
    try:
        asked = codes.read(text)
    except codes.QrError:
        known = shows(text, expected.bank_reference) or shows(text, expected.reference)
        return "reference" if known else "other"
    try:
        ours = codes.read(expected.payload).payees
    except codes.QrError:
        ours = frozenset()
    if not asked.payees & ours:
        return "other_payee"
    same_amount = asked.amount is None or asked.amount == expected.amount
    same_reference = asked.reference in ("", expected.reference)
    return "request" if same_amount and same_reference else "other_request"


def _folded(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in upper.translate(_LOOK_ALIKE) if sign.isalnum() and sign.isascii())
