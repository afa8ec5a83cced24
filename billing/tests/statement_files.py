"""Statements as banks write them, for tests."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from billing.domain.statements import importing, preview
from billing.models import Statement

HEADINGS = "Date,Amount,Reference,Description,Payer"


def csv_of(*lines: tuple[Any, ...]) -> bytes:
    """Lines of (amount, reference, description, payer, day) under our general headings; what is missing is empty."""
    rows = [HEADINGS]
    for line in lines:
        amount, reference, description, payer, day = list(line) + [""] * (5 - len(line))
        day = day or timezone.localdate()
        cells = [day.isoformat() if isinstance(day, date) else day, amount, reference, description, payer]
        rows.append(",".join(f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in cells))
    return ("\n".join(rows) + "\n").encode()


def upload(content: bytes, name: str = "statement.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


def read(content: bytes, actor: Any) -> Statement:
    """Uploaded and read as suggested."""
    statement, _new = importing.upload(upload(content), actor=actor)
    return importing.begin(statement.pk, preview.suggest(statement)[1], actor=actor)
