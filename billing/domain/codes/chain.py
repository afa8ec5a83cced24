"""The chains of EMVCo codes: two digits of tag, two digits of length in characters, the value, again and again; the
last field is the CRC over everything before its own four digits."""

import re
from typing import Final

VALUE_MAX: Final = 99
CRC: Final = "63"


class QrError(ValueError):
    """The payload cannot be written, or is none; the message says which part is wrong."""


def crc16(data: bytes) -> str:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, no reflection) as four upper-case hex digits."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return f"{crc:04X}"


def field(tag: str, value: str) -> str:
    if not value:
        raise QrError(f"field {tag} is empty")
    if len(value) > VALUE_MAX:
        raise QrError(f"field {tag} has {len(value)} characters; {VALUE_MAX} fit")
    return f"{tag}{len(value):02d}{value}"


def fields(chain: str) -> dict[str, str]:
    """The fields of a chain, in order. Raises QrError where it does not add up."""
    found: dict[str, str] = {}
    position = 0
    while position < len(chain):
        head = chain[position : position + 4]
        if not re.fullmatch(r"[0-9]{4}", head):
            raise QrError(f"no tag and length at character {position + 1}")
        tag, length = head[:2], int(head[2:])
        value = chain[position + 4 : position + 4 + length]
        if len(value) < length:
            raise QrError(f"field {tag} is cut short")
        if tag in found:
            raise QrError(f"field {tag} stands twice")
        found[tag] = value
        position += 4 + length
    return found


def sealed(unsigned: str) -> str:
    """`unsigned` with its CRC at the end."""
    unsigned += CRC + "04"
    return unsigned + crc16(unsigned.encode())


def opened(payload: str) -> dict[str, str]:
    """The fields of a whole code without its CRC. Blanks around it and a CRC in small letters are let pass: some
    networks write it so. Raises QrError unless the CRC fits."""
    payload = payload.strip()
    if payload[-8:-4] != CRC + "04":
        raise QrError("no CRC at the end")
    try:
        fits = crc16(payload[:-4].encode()) == payload[-4:].upper()
    except UnicodeEncodeError as error:
        raise QrError("the code holds a character that stands for none") from error
    if not fits:
        raise QrError("the CRC does not fit: something in the code was changed or misread")
    return fields(payload[:-8])
