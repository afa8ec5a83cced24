"""One attempt to pay: the bank's reference and, if the patient likes, a picture as proof."""

import hashlib
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing.enums import LET_GO, AttemptOutcome
from billing.models import Attempt, Payment
from clinic.core.errors import Conflict, TooLarge, UnsupportedType
from clinic.core.files import IMAGE_TYPES, CleanFile, clean_upload

from .references import normal_bank_reference, shown_bank_reference


class DuplicateReference(Conflict):
    """409: this bank reference has paid, or is being checked, already."""

    code = "duplicate_reference"


class DuplicateProof(Conflict):
    """409: the very same picture was handed in before."""

    code = "duplicate_proof"


def prepare(
    payment_id: UUID | str, *, bank_reference: str, proof: UploadedFile | None, actor: User
) -> Attempt:
    """An attempt that is not stored yet, though its picture is: call `forget_unless_stored` at the end.

    Raises Invalid, TooLarge and UnsupportedType (fields `bank_reference`, `proof`).
    """
    key = normal_bank_reference(bank_reference)
    picture, digest = _checked(proof)
    attempt = Attempt(
        payment_id=payment_id,
        bank_reference=shown_bank_reference(bank_reference, key),
        reference_key=key,
        proof_digest=digest,
        submitted_by=actor,
    )
    if picture is not None:
        attempt.proof.save(picture.content.name, picture.content, save=False)
    return attempt


def store(attempt: Attempt) -> None:
    """Raises DuplicateReference or DuplicateProof, and leaves the surrounding transaction usable."""
    try:
        with transaction.atomic():
            attempt.save(force_insert=attempt._state.adding)
    except IntegrityError as error:
        raise _duplicate(attempt) from error


def is_being_checked(attempt: Attempt) -> bool:
    """Whether the attempt now being checked has the same reference."""
    return Attempt.objects.filter(
        payment_id=attempt.payment_id,
        outcome=AttemptOutcome.PENDING,
        reference_key=attempt.reference_key,
    ).exists()


def pending(payment: Payment) -> Attempt:
    """The attempt that is being checked, locked: whoever claims it meanwhile (domain/reviewing.py) waits for the
    decision. Raises Attempt.DoesNotExist without one."""
    return Attempt.objects.select_for_update(of=("self",)).get(
        payment=payment, outcome=AttemptOutcome.PENDING
    )


def decide(
    payment: Payment, outcome: str, *, actor: User, reason: str = "", reason_kind: str = ""
) -> Attempt:
    """Close the attempt that is being checked without accepting it. Raises Attempt.DoesNotExist without one."""
    attempt = pending(payment)
    attempt.outcome, attempt.decided_by = outcome, actor
    attempt.decided_at, attempt.reason, attempt.reason_kind = timezone.now(), reason, reason_kind
    # What the first of two people had approved did not arrive after all.
    attempt.amount = None
    attempt.save(
        update_fields=[
            "outcome", "decided_by", "decided_at", "reason", "reason_kind", "amount", "updated_at",
        ]
    )  # fmt: skip
    return attempt


def forget_unless_stored(attempt: Attempt) -> None:
    """No picture stays on disk without its row."""
    if attempt.proof and not Attempt.objects.filter(pk=attempt.pk).exists():
        attempt.proof.delete(save=False)


def _checked(proof: UploadedFile | None) -> tuple[CleanFile | None, str]:
    """The picture, fit to keep, and the digest of the bytes as they were uploaded."""
    if proof is None:
        return None, ""
    try:
        picture = clean_upload(proof, IMAGE_TYPES)
    except (TooLarge, UnsupportedType) as refusal:
        refusal.fields = {"proof": [refusal.detail]}
        raise
    digest = hashlib.sha256()
    proof.seek(0)
    for chunk in proof.chunks():
        digest.update(chunk)
    return picture, digest.hexdigest()


def _duplicate(attempt: Attempt) -> Conflict:
    """Which promise of the database the attempt would have broken. Whose the other attempt is, a patient is not
    told."""
    others = Attempt.objects.exclude(outcome__in=LET_GO).exclude(pk=attempt.pk)
    same = others.filter(reference_key=attempt.reference_key).select_related("payment").first()
    if attempt.reference_key and same is not None:
        detail = _("This bank reference was used before. Check it: each transfer has a reference of its own.")
        if attempt.submitted_by.is_management:
            detail = _(
                "This reference was used for the payment %(payment)s (%(method)s). If this is another transfer that "
                "only happens to have the same one, write the name of its bank or wallet in front of it."
            ) % {"payment": same.payment.reference, "method": same.get_method_display()}
        return DuplicateReference(detail, fields={"bank_reference": [detail]})
    if attempt.proof_digest and others.filter(proof_digest=attempt.proof_digest).exists():
        detail = _("This picture was used for a payment before. Choose the picture of this transfer.")
        return DuplicateProof(detail, fields={"proof": [detail]})
    return Conflict()


def note_opened(attempt: Attempt, payment: Payment, reader: User) -> None:
    """Someone looked at the proof of a payment: a line in the activity trail."""
    trail.record(
        ActivityVerb.PROOF_OPENED, actor=reader, target=attempt, patient=payment.appointment.patient_id
    )
