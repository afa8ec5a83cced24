"""EMVCo merchant-presented QR codes (EMV QRCPS Merchant-Presented Mode 1.1): a strict writer, a lenient reader.

Tags 26–51 (merchant accounts) and 62 (additional data) hold chains themselves (chain.py). Whom a network pays stands
in its account template: Fonepay writes `fonepay.com` and its merchant number in sub-tag 07 of 26; NepalPay writes
`NCHL`, the acquirer and the merchant as one identifier in 29.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from billing.domain.currencies import CODE_OF, NUMBER_OF
from clinic.core import money

from .chain import VALUE_MAX, QrError, field, fields, opened, sealed

NAME_MAX: Final = 25
CITY_MAX: Final = 15
REFERENCE_MAX: Final = 25
AMOUNT_MAX: Final = 13
GLOBALLY_UNIQUE_ID_MAX: Final = 32

FORMAT, INITIATION, MCC, CURRENCY, AMOUNT = "00", "01", "52", "53", "54"
COUNTRY, NAME, CITY, ADDITIONAL = "58", "59", "60", "62"
REFERENCE_LABEL: Final = "05"
ONE_PAYMENT: Final = "12"
_PLAIN_ACCOUNT_TAGS = frozenset(f"{tag:02d}" for tag in range(2, 26))
_ACCOUNT_TAGS = frozenset(str(tag) for tag in range(26, 52))


@dataclass(frozen=True)
class Account:
    """A merchant account: who runs the network, and who the merchant is there. Accounts of card schemes (tags 02–25)
    and templates laid out in a way of their own are read with their whole value as `globally_unique_id`."""

    tag: str
    globally_unique_id: str
    merchant_id: str = ""
    merchant_tag: str = "01"


@dataclass(frozen=True)
class MerchantPayment:
    """What a code asks the payer's bank to do. A code read from elsewhere may lack `amount` and `reference`."""

    accounts: tuple[Account, ...]
    category_code: str
    currency: str
    country: str
    name: str
    city: str
    amount: Decimal | None = None
    reference: str = ""
    one_payment: bool = True


def write(payment: MerchantPayment) -> str:
    """The payload of `payment`. Raises QrError for anything the standard has no room for."""
    if not payment.accounts:
        raise QrError("a merchant account is needed")
    parts = [field(FORMAT, "01"), field(INITIATION, ONE_PAYMENT if payment.one_payment else "11")]
    parts += [_account(account) for account in payment.accounts]
    if len({account.tag for account in payment.accounts}) != len(payment.accounts):
        raise QrError("two merchant accounts share a tag")
    parts.append(field(MCC, _matching(r"[0-9]{4}", payment.category_code, "merchant category code")))
    number = NUMBER_OF.get(payment.currency)
    if number is None:
        raise QrError(f"{payment.currency!r} is no ISO 4217 currency")
    parts.append(field(CURRENCY, number))
    if payment.amount is not None:
        parts.append(field(AMOUNT, amount_text(payment.amount, payment.currency)))
    parts.append(field(COUNTRY, _matching(r"[A-Z]{2}", payment.country, "country")))
    parts.append(field(NAME, plain_text(payment.name, NAME_MAX, "merchant name")))
    parts.append(field(CITY, plain_text(payment.city, CITY_MAX, "merchant city")))
    if payment.reference:
        label = field(REFERENCE_LABEL, plain_text(payment.reference, REFERENCE_MAX, "reference"))
        parts.append(field(ADDITIONAL, label))
    return sealed("".join(parts))


def read(payload: str) -> MerchantPayment:
    """What a code says: any order, unknown fields skipped. Raises QrError when it is no whole EMVCo code (the
    CRC included) or names a currency that does not exist."""
    found = opened(payload)
    if found.get(FORMAT) != "01":
        raise QrError("not an EMVCo code of format 01")
    number = found.get(CURRENCY, "")
    if number not in CODE_OF:
        raise QrError(f"{number!r} is no ISO 4217 number")
    additional = fields(found.get(ADDITIONAL, ""))
    return MerchantPayment(
        accounts=tuple(_read_account(tag, value) for tag, value in found.items() if _is_account(tag)),
        category_code=found.get(MCC, ""),
        currency=CODE_OF[number],
        country=found.get(COUNTRY, ""),
        name=found.get(NAME, ""),
        city=found.get(CITY, ""),
        amount=read_amount(found[AMOUNT]) if AMOUNT in found else None,
        reference=additional.get(REFERENCE_LABEL, ""),
        one_payment=found.get(INITIATION) == ONE_PAYMENT,
    )


def amount_text(amount: Decimal, currency: str) -> str:
    """Field 54. Raises QrError for what is no amount of this currency."""
    if not amount.is_finite() or amount <= 0:
        raise QrError("the amount must be more than nothing")
    # Before rounding: a figure beyond all figures would not be rounded but break.
    if amount.adjusted() >= AMOUNT_MAX:
        raise QrError(f"the amount is too large; {AMOUNT_MAX} characters fit")
    if money.rounded(amount, currency) != amount:
        raise QrError(f"the amount has more decimal places than {currency} knows")
    text = f"{money.rounded(amount, currency):f}"
    if len(text) > AMOUNT_MAX:
        raise QrError(f"the amount has {len(text)} characters; {AMOUNT_MAX} fit")
    return text


def read_amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?", text) or len(text) > AMOUNT_MAX:
        raise QrError(f"{text!r} is no amount")
    return Decimal(text)


def plain_text(text: str, longest: int, what: str) -> str:
    if not re.fullmatch(r"[ -~]+", text):
        raise QrError(f"the {what} must be of printable ASCII characters")
    if text != text.strip():
        raise QrError(f"the {what} begins or ends with a blank")
    if len(text) > longest:
        raise QrError(f"the {what} has {len(text)} characters; {longest} fit")
    return text


def _account(account: Account) -> str:
    if account.tag not in _ACCOUNT_TAGS:
        raise QrError(f"merchant account tag {account.tag!r} is not between 26 and 51")
    value = field(
        "00", plain_text(account.globally_unique_id, GLOBALLY_UNIQUE_ID_MAX, "globally unique identifier")
    )
    if account.merchant_id:
        tag = _matching(r"0[1-9]|[1-9][0-9]", account.merchant_tag, "sub-tag of the merchant id")
        value += field(tag, plain_text(account.merchant_id, VALUE_MAX, "merchant id"))
    return field(account.tag, value)


def _is_account(tag: str) -> bool:
    return tag in _ACCOUNT_TAGS or tag in _PLAIN_ACCOUNT_TAGS


def _read_account(tag: str, value: str) -> Account:
    if tag in _PLAIN_ACCOUNT_TAGS:
        return Account(tag, value)
    try:
        inner = fields(value)
    except QrError:
        return Account(tag, value)
    merchant = next((sub_tag for sub_tag in inner if sub_tag != "00"), None)
    if merchant is None:
        return Account(tag, inner.get("00", ""))
    return Account(tag, inner.get("00", ""), inner[merchant], merchant)


def _matching(pattern: str, text: str, what: str) -> str:
    if not re.fullmatch(pattern, text):
        raise QrError(f"{text!r} is no {what}")
    return text
