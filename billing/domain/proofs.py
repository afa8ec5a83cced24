"""What can be verified of a proof, and what can not. Advice for whoever checks the payment: nothing is confirmed or
refused by it.

`Attempt.proof_findings` is {} until the picture was looked at, then {"state": "unreadable"} or {"state": "read",
"looked_at": so many pictures that look alike were compared, "left_out": so many not, and what receipts.of_codes and
receipts.of_text say (their keys are missing where codes or words can't be read on this machine)}.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import events
from billing.enums import LET_GO, AttemptOutcome
from billing.models import Attempt, Payment
from clinic.core import money
from clinic.core.errors import Invalid

from . import online_words
from .reading import parent, receipts
from .references import normal_bank_reference

# Of the 64 bits of two hashes; receipts of one app differ in fewer, so the pictures themselves are then compared.
NEAR = 6
# The most different block (0–255): a picture sent again stays below, also scaled down and compressed anew; receipts of
# other transfers are above (measured: at most 37, at least 51; only one number differing: from 22).
SAME = 40
COMPARED_AT_MOST = 40
MISSED_AFTER = timedelta(minutes=10)
MISSED_AT_ONCE = 50


@dataclass(frozen=True)
class Check:
    """One thing about a proof: `result` is good, bad or open (not verified)."""

    what: str
    result: str
    text: str


def look_later(attempt: Attempt) -> None:
    """After commit, and not in the request: looking takes seconds."""
    from billing import tasks

    if attempt.proof:
        transaction.on_commit(lambda: tasks.look_at_proof.enqueue(str(attempt.pk)))


def look_at_missed() -> None:
    """Queue anew what nobody has looked at for a while: a worker was stopped under it."""
    waiting = Attempt.objects.filter(
        outcome=AttemptOutcome.PENDING, proof_findings={}, created_at__lt=timezone.now() - MISSED_AFTER
    ).exclude(proof="")
    for attempt in waiting.order_by("created_at")[:MISSED_AT_ONCE]:
        look_later(attempt)


def look(attempt_id: UUID | str) -> None:
    """Look at the picture of an attempt and keep what was found; tell management's open pages. Does nothing for an
    attempt without one."""
    attempt = Attempt.objects.select_related("payment__appointment").filter(pk=attempt_id).first()
    if attempt is None or not attempt.proof:
        return
    try:
        reading = parent.read(attempt.proof.path)
    except parent.Unreadable:
        _keep(attempt, {"state": "unreadable"})
        return
    # Kept before the others are looked at: of two that are looked at together, one at least sees the other.
    attempt.proof_hash = reading.hash
    Attempt.objects.filter(pk=attempt.pk).update(proof_hash=reading.hash)
    looked_at, left_out = _find_alike(attempt)
    expected = _expected(attempt)
    findings: dict[str, Any] = {"state": "read", "looked_at": looked_at, "left_out": left_out}
    if reading.codes is not None:
        findings |= receipts.of_codes(reading.codes, expected)
    if reading.text is not None:
        findings |= receipts.of_text(reading.text, expected)
    _keep(attempt, findings)


def checks(payment: Payment, attempt: Attempt) -> list[Check]:
    """What is verified and what is not, worst first, for who checks `payment`. Whom the picture resembles, if anybody,
    is `attempt.resembles`."""
    found = []
    if attempt.proof:
        found = _of_picture(payment, attempt)
    for agrees, text in online_words.facts(attempt):
        found.append(Check("gateway", "good" if agrees else "bad", text))
    found.extend(_of_reference(attempt))
    found.append(
        Check(
            "money",
            "open",
            _("Not checked: whether the money is in the clinic's account. Only the account shows that."),
        )
    )
    return sorted(found, key=lambda check: ("bad", "good", "open").index(check.result))


def _of_reference(attempt: Attempt) -> Iterable[Check]:
    """Of an attempt that stands: the database keeps every other one from having its key. One that a gateway named and
    that another attempt had already was left without a key (domain/online.py)."""
    if attempt.outcome in LET_GO:
        return
    if attempt.reference_key:
        text = _("The bank reference was not used for another payment.")
        yield Check("reference_unused", "good", text)
    elif attempt.bank_reference and _has_key(attempt.bank_reference):
        text = _("The bank reference was used before: look for it in the list of payments.")
        yield Check("reference_unused", "bad", text)


def _has_key(bank_reference: str) -> bool:
    try:
        return bool(normal_bank_reference(bank_reference))
    except Invalid:
        return False


def _expected(attempt: Attempt) -> receipts.Expected:
    payment = attempt.payment
    return receipts.Expected(
        amount=payment.outstanding or payment.amount,
        currency=payment.currency,
        reference=payment.reference,
        bank_reference=attempt.reference_key,
        payload=payment.qr_payload,
    )


def _keep(attempt: Attempt, findings: dict[str, Any]) -> None:
    # Only these: the attempt may be decided at this moment.
    Attempt.objects.filter(pk=attempt.pk).update(proof_findings=findings)
    events.review_changed(attempt)


# --- Pictures that look the same ---


def _find_alike(attempt: Attempt) -> tuple[int, int]:
    """Note at the later one of two attempts of different payments that its picture looks like the earlier one's.
    Returns how many were compared, and how many that might look the same were not."""
    near = _near(attempt.proof_hash, _others(attempt))
    candidates = list(
        Attempt.objects.filter(pk__in=[pk for _distance, pk in near[:COMPARED_AT_MOST]])
        .exclude(proof="")
        .select_related("payment")
    )
    if not candidates:
        return 0, 0
    try:
        differences = parent.differences(attempt.proof.path, [other.proof.path for other in candidates])
    except parent.Unreadable:
        return 0, len(near)
    alike = [
        (difference, other)
        for difference, other in zip(differences, candidates, strict=True)
        if difference is not None and difference <= SAME
    ]
    earlier = [pair for pair in alike if _came_before(pair[1], attempt)]
    if earlier:
        _difference, original = min(earlier, key=lambda pair: (pair[0], pair[1].created_at))
        Attempt.objects.filter(pk=attempt.pk).update(resembles=original)
    for _difference, other in alike:
        if not _came_before(other, attempt) and other.resembles_id is None:
            Attempt.objects.filter(pk=other.pk, resembles=None).update(resembles=attempt)
            events.review_changed(other)
    return len(candidates), max(len(near) - len(candidates), 0)


def _others(attempt: Attempt) -> Iterable[tuple[UUID, str]]:
    """The hashes of other payments' pictures, newest first. A payment's own picture may be sent again."""
    return (
        Attempt.objects.exclude(payment=attempt.payment_id)
        .exclude(proof_hash="")
        .order_by("-created_at")
        .values_list("pk", "proof_hash")
        .iterator(chunk_size=5_000)
    )


def _near(picture_hash: str, others: Iterable[tuple[UUID, str]]) -> list[tuple[int, UUID]]:
    """Distance and key of those within NEAR, nearest first, of equals the first one first."""
    mine = int(picture_hash, 16)
    near = []
    for place, (pk, other) in enumerate(others):
        distance = (int(other, 16) ^ mine).bit_count()
        if distance <= NEAR:
            near.append((distance, place, pk))
    return [(distance, pk) for distance, _place, pk in sorted(near)]


def _came_before(one: Attempt, other: Attempt) -> bool:
    return (one.created_at, one.pk) < (other.created_at, other.pk)


# --- In words ---


def _of_picture(payment: Payment, attempt: Attempt) -> list[Check]:
    findings = attempt.proof_findings
    if not findings:
        return [Check("picture", "open", _("The picture is being looked at."))]
    if findings.get("state") != "read":
        return [Check("picture", "open", _("The portal could not read the picture: look at it yourself."))]
    found = [_unlike(findings)] if attempt.resembles_id is None else []
    return [*found, _code(findings), *_words(payment, findings)]


def _unlike(findings: dict[str, Any]) -> Check:
    if findings.get("left_out"):
        return Check(
            "picture",
            "open",
            _("It was compared with %(number)s pictures that look alike, but not with %(others)s more.")
            % {"number": findings["looked_at"], "others": findings["left_out"]},
        )
    return Check("picture", "good", _("No other payment's picture looks the same."))


def _code(findings: dict[str, Any]) -> Check:
    result, text = {
        None: ("open", _("QR codes in the picture were not read: no reader is installed.")),
        "none": ("open", _("There is no readable QR code in the picture.")),
        "other": ("open", _("The QR code in the picture is not one of a payment.")),
        "reference": ("good", _("The QR code in the picture holds the reference.")),
        "request": (
            "open",
            _(
                "The picture shows our own QR code of this payment. It says what to pay, not that it was paid."
            ),
        ),
        "other_request": (
            "bad",
            _("The QR code in the picture asks for another amount or another payment of ours."),
        ),
        "other_payee": ("bad", _("The QR code in the picture pays somebody else.")),
    }[findings.get("code")]
    return Check("code", result, text)


def _words(payment: Payment, findings: dict[str, Any]) -> list[Check]:
    if "amount" not in findings:
        text = _("The words in the picture were not read: compare amount and reference yourself.")
        return [Check("amount", "open", text)]
    shown = [money.shown(Decimal(figure), payment.currency) for figure in findings["amounts"]]
    amount = {
        "agrees": Check("amount", "good", _("The picture shows the amount expected.")),
        "differs": Check(
            "amount",
            "bad",
            _("The picture shows another amount: %(amounts)s.") % {"amounts": " · ".join(shown)},
        ),
        "not_found": Check("amount", "open", _("No amount could be read in the picture.")),
    }[findings["amount"]]
    return [
        amount,
        Check("bank_reference", "good", _("The picture shows the bank reference as it was typed."))
        if findings["bank_reference"] == "agrees"
        else Check("bank_reference", "open", _("The bank reference could not be found in the picture.")),
        Check("our_reference", "good", _("The picture shows our reference."))
        if findings["our_reference"] == "agrees"
        else Check("our_reference", "open", _("Our reference could not be found in the picture.")),
    ]
