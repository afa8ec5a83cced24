"""A statement's file: uploaded, mapped, read, taken back. Each line of money is kept once, in however many files it
stands."""

import hashlib
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing.domain.payments import check_may_decide
from billing.enums import LineState, StatementState
from billing.models import Statement, StatementLayout, StatementLine
from clinic.core import scanning
from clinic.core.errors import Conflict, DomainError, Invalid, TooLarge
from clinic.core.status import lock

from . import files
from . import rows as reading
from .layouts import Mapping

_S = StatementState
# More rows than this are read by a worker.
SMALL = 1000
PROBLEMS_KEPT = 200
# A worker that died: who has the page open may begin anew.
STALE = timedelta(minutes=2)


def upload(file: UploadedFile, *, actor: User) -> tuple[Statement, bool]:
    """The statement of this file, and whether it is new: the same bytes again give the one of the first time.

    Raises NotAllowed, and Invalid, TooLarge, UnsupportedType, Infected and NotScanned (`file`).
    """
    check_may_decide(actor)
    try:
        if (file.size or 0) > files.MOST_BYTES:
            raise TooLarge(files.refusal_of_size())
        content = file.read()
        files.check(content)
        text = files.text_of(content, files.guess_encoding(content))
        files.rows_of(text, files.guess_delimiter(text))
        scanning.scan(file)
    except DomainError as refusal:
        refusal.fields = {"file": [refusal.detail]}
        raise
    digest = hashlib.sha256(content).hexdigest()
    known = Statement.objects.filter(digest=digest).first()
    if known is not None:
        return known, False
    statement = Statement(name=_shown_name(file.name), digest=digest, uploaded_by=actor)
    statement.file.save(f"{uuid4().hex}.csv", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            statement.save(force_insert=True)
    except IntegrityError:
        statement.file.delete(save=False)
        return Statement.objects.get(digest=digest), False
    return statement, True


def _shown_name(name: str | None) -> str:
    return "".join(sign for sign in (name or "") if sign.isprintable())[:140] or "statement.csv"


def rows_in(statement: Statement, mapping: Mapping, *, most: int | None = None) -> list[list[str]]:
    """Raises Invalid (`encoding`, `delimiter`, `file`)."""
    return files.rows_of(files.text_of(content_of(statement), mapping.encoding), mapping.delimiter, most=most)


def content_of(statement: Statement) -> bytes:
    """Raises Invalid when the file is gone from the disk."""
    try:
        with statement.file.open("rb") as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        raise Invalid(_("The file is no longer here. Remove this statement and upload it again.")) from None
    return content


def last_day() -> date:
    """Of a line: a bank east of here may be a day ahead."""
    return timezone.localdate() + timedelta(days=1)


def begin(statement_id: UUID, mapping: Mapping, *, actor: User, keep_as: str = "") -> Statement:
    """Read the file by `mapping`: at once, or by a worker when it is long; with `keep_as` the headings are kept as a
    layout of that name. Read already, nothing changes.

    Raises NotAllowed, Invalid (fields of the mapping, `keep_as`), Statement.DoesNotExist.
    """
    from billing.tasks import read_statement

    check_may_decide(actor)
    mapping.check()
    statement = Statement.objects.get(pk=statement_id)
    rows = rows_in(statement, mapping)
    found = reading.read(rows, mapping, currency=settings.CLINIC_CURRENCY, last=last_day())
    if not found.credits and (found.problems or not found.debits):
        raise Invalid(_("No row can be read this way. Look at the preview and choose other columns."))
    with transaction.atomic():
        statement = lock(Statement, statement_id)
        stuck = statement.state == _S.READING and statement.updated_at < timezone.now() - STALE
        if statement.state not in (_S.UPLOADED, _S.FAILED) and not stuck:
            return statement
        if keep_as:
            _keep_layout(keep_as, mapping, rows)
        statement.mapping = mapping.as_json()
        statement.state = _S.READING
        statement.save(update_fields=["mapping", "state", "updated_at"])
        if found.rows > SMALL:
            read_statement.enqueue(str(statement.pk))
        else:
            _store(statement, found)
    return statement


def read(statement_id: UUID | str) -> None:
    """What the worker does: nothing when it is read already, or was taken back."""
    try:
        with transaction.atomic():
            statement = Statement.objects.select_for_update(of=("self",)).filter(pk=statement_id).first()
            if statement is None or statement.state != _S.READING:
                return
            mapping = Mapping(**statement.mapping)
            rows = rows_in(statement, mapping)
            _store(
                statement,
                reading.read(rows, mapping, currency=settings.CLINIC_CURRENCY, last=last_day()),
            )
    except Exception:
        Statement.objects.filter(pk=statement_id, state=_S.READING).update(state=_S.FAILED)
        raise


def _store(statement: Statement, found: reading.Reading) -> None:
    lines = [
        StatementLine(
            statement=statement,
            number=line.number,
            key=key,
            booked_on=line.booked_on,
            amount=line.amount,
            currency=line.currency,
            reference=line.reference,
            description=line.description,
            payer=line.payer,
        )
        for line, key in zip(found.credits, reading.keys(found.credits, statement.scheme), strict=True)
    ]
    # In one order for all, so that two overlapping files that are read at once don't wait for each other in a ring.
    lines.sort(key=lambda line: line.key)
    StatementLine.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)
    statement.state = _S.READ
    statement.credits = len(found.credits)
    statement.known = len(lines) - statement.lines.count()  # type: ignore[attr-defined]
    statement.debits = found.debits
    statement.unread = len(found.problems)
    statement.problems = [[one.number, one.code, one.value] for one in found.problems[:PROBLEMS_KEPT]]
    statement.save(update_fields=["state", "credits", "known", "debits", "unread", "problems", "updated_at"])


def _keep_layout(name: str, mapping: Mapping, rows: list[list[str]]) -> None:
    name = " ".join(name.split())
    if not mapping.heading_row:
        raise _refused(_("A layout is known by its headings: say in which row they are."))
    headings = rows[mapping.heading_row - 1] if mapping.heading_row <= len(rows) else []
    columns = {field: headings[at].strip() for field, at in mapping.columns.items() if at < len(headings)}
    if not all(columns.values()):
        raise _refused(_("A chosen column has no heading, so the layout could not be known again."))
    values: dict[str, Any] = {
        "columns": columns,
        "date_format": mapping.date_format,
        "decimal_mark": mapping.decimal_mark,
    }
    if "\x00" in name or len(name) > 60:
        raise _refused(_("Keep the name under %(most)s characters.") % {"most": 60})
    StatementLayout.objects.update_or_create(name=name, defaults=values)


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"keep_as": [message]})


def take_back(statement_id: UUID, *, actor: User) -> None:
    """The statement, its file and its lines are gone, as long as none of them was confirmed; what they had hidden in
    overlapping files comes in by those.

    Raises NotAllowed, Conflict, Statement.DoesNotExist.
    """
    from billing.tasks import read_statement

    check_may_decide(actor)
    with transaction.atomic():
        statement = lock(Statement, statement_id)
        states = statement.lines.select_for_update().values_list("state", flat=True)  # type: ignore[attr-defined]
        if LineState.CONFIRMED in set(states):
            raise Conflict(_("Lines of this statement have confirmed payments, so it has to stay."))
        stored = statement.file
        had_lines = bool(statement.credits)
        statement.delete()
        if had_lines:
            for other in Statement.objects.filter(state=_S.READ, known__gt=0):
                Statement.objects.filter(pk=other.pk, state=_S.READ).update(state=_S.READING)
                read_statement.enqueue(str(other.pk))
        transaction.on_commit(lambda: _forget(stored))


def _forget(stored: Any) -> None:
    with suppress(FileNotFoundError):
        stored.delete(save=False)
