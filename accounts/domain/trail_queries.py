"""Asking the activity trail."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import RECORD_VERBS, ActivityVerb, Role
from accounts.models import Activity, ActivityHead, User

EXPORT_ROWS = 50_000
# A row, and whose record it belongs to.
Shown = TypeVar("Shown", bound=tuple[Model, Any])
# A page that stays open fetches itself again with every change; for so long that is one look.
ONE_LOOK = timedelta(hours=12)
_VERB_LABELS = dict(ActivityVerb.choices)
# As the patient reads it, after a name.
_TO_THE_PATIENT = {
    ActivityVerb.BREAK_GLASS_OPENED: _("opened your record by break-glass"),
    ActivityVerb.PATIENT_FOUND: _("searched for you by your e-mail or phone number"),
    ActivityVerb.RECORD_READ: _("read your record"),
    ActivityVerb.HISTORY_RECORDED: _("wrote into the history of your record"),
    ActivityVerb.HISTORY_VOIDED: _("marked an entry of your history as an error"),
    ActivityVerb.APPOINTMENT_READ: _("looked at one of your visits"),
    ActivityVerb.FILE_OPENED: _("opened a file you sent"),
    ActivityVerb.REFERRAL_READ: _("read one of your referrals"),
    ActivityVerb.REFERRAL_FILE_OPENED: _("opened the document of one of your referrals"),
    ActivityVerb.ADHERENCE_READ: _("looked at how you take your medicines"),
    ActivityVerb.PRESCRIPTION_STARTED: _("began a prescription for you"),
    ActivityVerb.PRESCRIPTION_SIGNED: _("signed a prescription for you"),
    ActivityVerb.PRESCRIPTION_CHANGED: _("stopped one of your prescriptions or changed its status"),
    ActivityVerb.PRESCRIPTION_READ: _("read one of your prescriptions"),
    ActivityVerb.NOTE_STARTED: _("began the note of a visit"),
    ActivityVerb.NOTE_SIGNED: _("signed the note of a visit"),
    ActivityVerb.NOTE_READ: _("read the note of a visit"),
    ActivityVerb.NOTE_ADDED_TO: _("added to the signed note of a visit"),
    ActivityVerb.REQUEST_MADE: _("asked the clinic to prepare a prescription or lab report for you"),
    ActivityVerb.REQUEST_CHANGED: _("worked on a prescription or lab report for you"),
    ActivityVerb.REQUEST_READ: _("looked at what was asked to be prepared for you"),
    ActivityVerb.DOCUMENT_ADDED: _("added a document to your record"),
    ActivityVerb.DOCUMENTS_LISTED: _("looked through your documents"),
    ActivityVerb.DOCUMENT_READ: _("opened one of your documents"),
    ActivityVerb.DOCUMENT_CHANGED: _("changed one of your documents"),
    ActivityVerb.RECORD_EXPORTED: _("asked for your record as a file"),
    ActivityVerb.RECORD_DOWNLOADED: _("downloaded your record as a file"),
    ActivityVerb.LAB_REPORT_ENTERED: _("entered a lab report of yours"),
    ActivityVerb.LAB_REPORT_CHANGED: _("worked on a lab report of yours"),
    ActivityVerb.LAB_REPORT_READ: _("read your lab results"),
    ActivityVerb.EXPLANATION_ASKED: _("had something of your record explained by the reading assistant"),
    ActivityVerb.EXPLANATION_READ: _("read an explanation of something in your record"),
    ActivityVerb.EXPLANATION_RELEASED: _("released an explanation to you"),
    ActivityVerb.EXPLANATION_DISCARDED: _("discarded an explanation of something in your record"),
    ActivityVerb.IMAGING_REPORT_CHANGED: _("worked on the report of a scan of yours"),
    ActivityVerb.IMAGING_REPORT_READ: _("read the report of a scan of yours"),
    ActivityVerb.IMAGING_REPORT_DOWNLOADED: _("downloaded the report of a scan of yours"),
    ActivityVerb.PICTURES_ADDED: _("added pictures of a scan of yours"),
    ActivityVerb.PICTURES_CHECKED: _("decided whether pictures of a scan are yours"),
    ActivityVerb.PICTURES_OPENED: _("looked at the pictures of a scan of yours"),
    ActivityVerb.PROOF_OPENED: _("looked at a proof of payment you sent"),
    ActivityVerb.CARD_OPENED: _("looked at the picture of your membership card"),
    ActivityVerb.BILLING_DOCUMENT_OPENED: _("opened one of your invoices or receipts"),
    ActivityVerb.CALL_JOINED: _("joined a call with you"),
    ActivityVerb.CHAT_FILE_OPENED: _("opened a file of a conversation with you"),
    ActivityVerb.CALL_READ: _("looked at who was in one of your calls"),
}


def narrowed(
    *,
    person: str = "",
    patient: str = "",
    verb: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Activity]:
    """Latest first, with the people loaded. `person` and `patient`: every word occurs in name or e-mail."""
    rows = Activity.objects.select_related("actor", "patient")
    if person.split():
        rows = rows.filter(actor__in=_people(person))
    if patient.split():
        rows = rows.filter(patient__in=_people(patient))
    if verb:
        rows = rows.filter(verb=verb)
    if first:
        rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(first, time())))
    if last:
        rows = rows.filter(at__lt=timezone.make_aware(datetime.combine(last, time()) + timedelta(days=1)))
    return rows.order_by("-id")


def of_record(patient: User) -> QuerySet[Activity]:
    """Who looked into this patient's record, themselves left out, latest first. Their accounts that were merged into
    this one count as theirs: the trail itself is never changed."""
    own = [patient.pk, *User.objects.filter(merged_into=patient).order_by().values_list("pk", flat=True)]
    return (
        Activity.objects.filter(patient__in=own, verb__in=RECORD_VERBS)
        .exclude(actor__in=own)
        .select_related("actor")
        .order_by("-id")
    )


def head() -> ActivityHead:
    """How far the trail is sealed and what its last check found."""
    return ActivityHead.objects.filter(pk=1).first() or ActivityHead(pk=1)


def verb_label(verb: str) -> str:
    """In words that follow a name; the code itself when nobody has words for it."""
    return str(_VERB_LABELS.get(verb, verb))


def role_label(role: str) -> str:
    return str(Role(role).label) if role in Role.values else ""


@dataclass
class Access:
    """One or more readings in a row of the same thing, by the same person, on the same day."""

    row: Activity
    times: list[datetime] = field(default_factory=list)

    @property
    def what(self) -> str:
        return str(_TO_THE_PATIENT[ActivityVerb(self.row.verb)])

    @property
    def role(self) -> str:
        return role_label(self.row.role)

    @property
    def is_break_glass(self) -> bool:
        return self.row.verb == ActivityVerb.BREAK_GLASS_OPENED or self.row.reason == BY_BREAK_GLASS


# What is noted beside a reading that only an open break-glass access allowed.
BY_BREAK_GLASS = "break-glass"


def together(rows: Iterable[Activity]) -> list[Access]:
    """Runs of the same reading as one line: a page that refreshes itself is one look."""
    found: list[Access] = []
    for row in rows:
        last = found[-1].row if found else None
        if last is None or _run(last) != _run(row):
            found.append(Access(row))
        found[-1].times.append(row.at)
    return found


def _run(row: Activity) -> tuple[Any, ...]:
    day = timezone.localtime(row.at).date()
    return row.actor_id, row.role, row.verb, row.target_type, row.target_id, row.reason, day


EXPORT_HEADER = (
    "number", "at", "person", "role", "what", "target", "target id", "patient", "address", "changed", "reason", "hash",
)  # fmt: skip


def export_rows(rows: QuerySet[Activity]) -> Iterator[list[Any]]:
    """The first EXPORT_ROWS of them as plain values, read in portions."""
    for row in rows[:EXPORT_ROWS].iterator(chunk_size=1000):
        yield [
            row.seq,
            row.at,
            row.actor.name if row.actor else gettext("the portal"),
            row.role,
            row.verb,
            row.target_type,
            row.target_id,
            row.patient.name if row.patient else "",
            row.address or "",
            ", ".join(row.changed),
            row.reason,
            row.hash,
        ]


def _people(text: str) -> QuerySet[User]:
    people = User.objects.order_by()
    for word in text.split()[:8]:
        people = people.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    return people.values("pk")  # type: ignore[return-value]


def not_looked_at(verb: str, about: Sequence[Shown], *, reader: User) -> list[Shown]:
    """Those of the (row, id of its patient) of which this reader has no line of `verb` lately: what a page that stays
    open and fetches itself again shows them for the first time. One query."""
    since = timezone.now() - ONE_LOOK
    wanted = Q(pk=None)
    for kind in {row._meta.label_lower for row, _patient in about}:
        ids = [str(row.pk) for row, _patient in about if row._meta.label_lower == kind]
        wanted |= Q(target_type=kind, target_id__in=ids)
    lines = Activity.objects.filter(wanted, actor=reader, verb=verb, at__gte=since)
    seen = set(lines.values_list("target_type", "target_id"))
    return [each for each in about if (each[0]._meta.label_lower, str(each[0].pk)) not in seen]
