"""EMVCo merchant-presented QR codes (EMV QRCPS Merchant-Presented Mode 1.1): a strict writer, a lenient reader.

A payload is a chain of fields: two digits of tag, two digits of length in characters, the value. Tags 26–51 and 62
hold such chains themselves. The last field is the CRC over everything before its own four digits.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from clinic.core import money

from .currencies import CODE_OF, NUMBER_OF

NAME_MAX: Final = 25
CITY_MAX: Final = 15
REFERENCE_MAX: Final = 25
AMOUNT_MAX: Final = 13
GLOBALLY_UNIQUE_ID_MAX: Final = 32
VALUE_MAX: Final = 99

_FORMAT, _INITIATION, _MCC, _CURRENCY, _AMOUNT = "00", "01", "52", "53", "54"
_COUNTRY, _NAME, _CITY, _ADDITIONAL, _CRC = "58", "59", "60", "62", "63"
_REFERENCE_LABEL = "05"
_ONE_PAYMENT = "12"
_ACCOUNT_TAGS = frozenset(str(tag) for tag in range(26, 52))


class QrError(ValueError):
    """The payload cannot be written, or is none; the message says which part is wrong."""


@dataclass(frozen=True)
class Account:
    """A merchant account information template: who runs the network, and who the merchant is there."""

    tag: str
    globally_unique_id: str
    merchant_id: str = ""


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


def crc16(data: bytes) -> str:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, no reflection) as four upper-case hex digits."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return f"{crc:04X}"


def write(payment: MerchantPayment) -> str:
    """The payload of `payment`. Raises QrError for anything the standard has no room for."""
    if not payment.accounts:
        raise QrError("a merchant account is needed")
    fields = [_field(_FORMAT, "01"), _field(_INITIATION, _ONE_PAYMENT if payment.one_payment else "11")]
    fields += [_account(account) for account in payment.accounts]
    if len({account.tag for account in payment.accounts}) != len(payment.accounts):
        raise QrError("two merchant accounts share a tag")
    fields.append(_field(_MCC, _matching(r"[0-9]{4}", payment.category_code, "merchant category code")))
    number = NUMBER_OF.get(payment.currency)
    if number is None:
        raise QrError(f"{payment.currency!r} is no ISO 4217 currency")
    fields.append(_field(_CURRENCY, number))
    if payment.amount is not None:
        fields.append(_field(_AMOUNT, _amount(payment.amount, payment.currency)))
    fields.append(_field(_COUNTRY, _matching(r"[A-Z]{2}", payment.country, "country")))
    fields.append(_field(_NAME, _text(payment.name, NAME_MAX, "merchant name")))
    fields.append(_field(_CITY, _text(payment.city, CITY_MAX, "merchant city")))
    if payment.reference:
        label = _field(_REFERENCE_LABEL, _text(payment.reference, REFERENCE_MAX, "reference"))
        fields.append(_field(_ADDITIONAL, label))
    unsigned = "".join(fields) + _CRC + "04"
    return unsigned + crc16(unsigned.encode())


def read(payload: str) -> MerchantPayment:
    """What a code says: any order, unknown fields skipped. Raises QrError when it is no whole EMVCo code (the
    CRC included) or names a currency that does not exist."""
    payload = payload.strip()
    if payload[-8:-4] != _CRC + "04":
        raise QrError("no CRC at the end")
    if crc16(payload[:-4].encode()) != payload[-4:]:
        raise QrError("the CRC does not fit: something in the code was changed or misread")
    fields = _fields(payload[:-8])
    if fields.get(_FORMAT) != "01":
        raise QrError("not an EMVCo code of format 01")
    number = fields.get(_CURRENCY, "")
    if number not in CODE_OF:
        raise QrError(f"{number!r} is no ISO 4217 number")
    additional = _fields(fields.get(_ADDITIONAL, ""))
    return MerchantPayment(
        accounts=tuple(_read_account(tag, value) for tag, value in fields.items() if tag in _ACCOUNT_TAGS),
        category_code=fields.get(_MCC, ""),
        currency=CODE_OF[number],
        country=fields.get(_COUNTRY, ""),
        name=fields.get(_NAME, ""),
        city=fields.get(_CITY, ""),
        amount=_read_amount(fields[_AMOUNT]) if _AMOUNT in fields else None,
        reference=additional.get(_REFERENCE_LABEL, ""),
        one_payment=fields.get(_INITIATION) == _ONE_PAYMENT,
    )


def _field(tag: str, value: str) -> str:
    if not value:
        raise QrError(f"field {tag} is empty")
    if len(value) > VALUE_MAX:
        raise QrError(f"field {tag} has {len(value)} characters; {VALUE_MAX} fit")
    return f"{tag}{len(value):02d}{value}"


def _account(account: Account) -> str:
    if account.tag not in _ACCOUNT_TAGS:
        raise QrError(f"merchant account tag {account.tag!r} is not between 26 and 51")
    value = _field(
        "00", _text(account.globally_unique_id, GLOBALLY_UNIQUE_ID_MAX, "globally unique identifier")
    )
    if account.merchant_id:
        value += _field("01", _text(account.merchant_id, VALUE_MAX, "merchant id"))
    return _field(account.tag, value)


def _read_account(tag: str, value: str) -> Account:
    inner = _fields(value)
    return Account(tag, inner.get("00", ""), inner.get("01", ""))


def _fields(chain: str) -> dict[str, str]:
    """The fields of a chain, in order. Raises QrError where it does not add up."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(chain):
        head = chain[position : position + 4]
        if not re.fullmatch(r"[0-9]{4}", head):
            raise QrError(f"no tag and length at character {position + 1}")
        tag, length = head[:2], int(head[2:])
        value = chain[position + 4 : position + 4 + length]
        if len(value) < length:
            raise QrError(f"field {tag} is cut short")
        if tag in fields:
            raise QrError(f"field {tag} stands twice")
        fields[tag] = value
        position += 4 + length
    return fields


def _amount(amount: Decimal, currency: str) -> str:
    if not amount.is_finite() or amount <= 0:
        raise QrError("the amount must be more than nothing")
    if money.rounded(amount, currency) != amount:
        raise QrError(f"the amount has more decimal places than {currency} knows")
    text = f"{money.rounded(amount, currency):f}"
    if len(text) > AMOUNT_MAX:
        raise QrError(f"the amount has {len(text)} characters; {AMOUNT_MAX} fit")
    return text


def _read_amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?", text) or len(text) > AMOUNT_MAX:
        raise QrError(f"{text!r} is no amount")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise QrError(f"{text!r} is no amount") from error


def _text(text: str, longest: int, what: str) -> str:
    if not re.fullmatch(r"[ -~]+", text):
        raise QrError(f"the {what} must be of printable ASCII characters")
    if text != text.strip():
        raise QrError(f"the {what} begins or ends with a blank")
    if len(text) > longest:
        raise QrError(f"the {what} has {len(text)} characters; {longest} fit")
    return text


def _matching(pattern: str, text: str, what: str) -> str:
    if not re.fullmatch(pattern, text):
        raise QrError(f"{text!r} is no {what}")
    return text
