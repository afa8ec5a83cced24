"""The clinic's own code: the text of the QR sticker its bank gave it, made into the code of one payment. Amount and
reference are set in it and the CRC is made anew; every other field stays as it is, known to us or not."""

from decimal import Decimal

from billing.domain.currencies import NUMBER_OF

from . import emvco
from .chain import QrError, field, fields, opened, sealed


def write(text: str, *, amount: Decimal, currency: str, reference: str) -> str:
    """`text` (an EMVCo code) as the code of one payment: initiation 12, amount and reference label. Raises QrError when
    it is no EMVCo code, is in another currency, or leaves no room for the reference."""
    emvco.read(text)
    found = opened(text)
    if found[emvco.CURRENCY] != NUMBER_OF.get(currency):
        raise QrError(f"the pasted code is not in {currency}")
    additional = fields(found.get(emvco.ADDITIONAL, ""))
    label = emvco.plain_text(reference, emvco.REFERENCE_MAX, "reference")
    additional = _with(additional, emvco.REFERENCE_LABEL, label)
    found = _with(found, emvco.INITIATION, emvco.ONE_PAYMENT)
    found = _with(found, emvco.AMOUNT, emvco.amount_text(amount, currency))
    found = _with(found, emvco.ADDITIONAL, _written(additional))
    return sealed(_written(found))


def _with(found: dict[str, str], tag: str, value: str) -> dict[str, str]:
    """`found` with this field: in its old place, else before the first higher tag."""
    if tag in found:
        return {**found, tag: value}
    items = list(found.items())
    at = next((place for place, (other, _value) in enumerate(items) if other > tag), len(items))
    return dict([*items[:at], (tag, value), *items[at:]])


def _written(found: dict[str, str]) -> str:
    # Fields of no length, which other writers leave, are kept as well.
    return "".join(field(tag, value) if value else f"{tag}00" for tag, value in found.items())
