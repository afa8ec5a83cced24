"""Bank statements: the columns of each bank's file, the files, and their lines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import LineState, StatementState
from clinic.core import money
from clinic.core.models import BaseModel

from .attempt import Attempt


class StatementLayout(BaseModel):
    """How one bank writes its CSV, kept by the clinic beside the built-in ones (domain/statements/layouts.py).
    `columns` maps what we need (booked_on, amount or credit and debit, reference …) to the heading of its column;
    `date_format` is the order of a date: ymd, dmy, mdy or bs."""

    name = models.CharField(_("name of the layout"), max_length=60, unique=True)
    date_format = models.CharField(max_length=24, default="ymd")
    decimal_mark = models.CharField(max_length=1, default=".")
    columns = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Statement(BaseModel):
    """One uploaded file, known by its bytes: the same file twice changes nothing. `mapping` is how it was read
    (layouts.Mapping), `problems` the first rows that could not be, as [number, code, value]."""

    name = models.CharField(max_length=140)
    digest = models.CharField(max_length=64, unique=True)
    file = models.FileField(upload_to="statements/")
    scheme = models.CharField(max_length=24, default="bank")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=StatementState, default=StatementState.UPLOADED)
    mapping = models.JSONField(default=dict, blank=True)
    # Of its rows: money in, of these known from another file; money out; not readable.
    credits = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    debits = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class StatementLine(BaseModel):
    """Money that arrived, as the bank tells it. `key` is made of its contents (and its place among lines that are
    wholly alike), so that overlapping files bring each line once."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=64, unique=True)
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=240, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=9, choices=LineState, default=LineState.OPEN)
    # The attempt that this line has proved.
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="statement_line"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["statement", "number"]
        indexes = [models.Index(fields=["state", "booked_on"], name="statement_line_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=LineState.CONFIRMED, attempt__isnull=False)
                | (~models.Q(state=LineState.CONFIRMED) & models.Q(attempt__isnull=True)),
                name="statement_line_confirmed_has_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.reference}"

    @property
    def amount_shown(self) -> str:
        return money.shown(self.amount, self.currency)
