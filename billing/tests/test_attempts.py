"""Attempts to pay: one reference, one picture, one at a time; pictures are checked and kept once."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from billing.domain import desk, payments, settling
from billing.domain.attempts import DuplicateProof, DuplicateReference
from billing.enums import PaymentStatus
from billing.models import Attempt, Payment
from billing.tests.factories import digest, make_attempt, picture, picture_bytes
from clinic.core.errors import Invalid, TooLarge, UnsupportedType

pytestmark = pytest.mark.django_db

MakePayment = Callable[..., Payment]


def stored_files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def submit(payment: Payment, bank_reference: str = "FT2412345678", proof: Any = None) -> Payment:
    return payments.submit(
        payment.pk, bank_reference=bank_reference, proof=proof, actor=payment.appointment.patient
    )


def test_a_reference_pays_once(payment_in: MakePayment, other_patient: Any, settings: Any) -> None:
    submit(payment_in())
    second = payment_in(patient=other_patient)
    with pytest.raises(DuplicateReference) as refusal:
        submit(second, "ft-24 1234 5678", picture())
    assert (refusal.value.status, refusal.value.code) == (409, "duplicate_reference")
    assert "bank_reference" in refusal.value.fields
    second.refresh_from_db()
    assert second.status == PaymentStatus.DUE
    assert not second.attempts.exists()
    assert stored_files(settings) == []


def test_a_reference_pays_once_whatever_it_is_said_to_be_of(
    payment_in: MakePayment, patient: Any, manager: Any
) -> None:
    first, second = payment_in(), payment_in()
    taken = {"method": "mobile_money", "amount": Decimal(800), "scheme": "esewa", "actor": manager}
    desk.receive(first.pk, bank_reference="0005 XY", client_id="a", **taken)
    # What the patient hands in is the bank's, the cashier took it for a wallet's.
    with pytest.raises(DuplicateReference) as refusal:
        submit(second, "0005-xy")
    assert first.reference not in refusal.value.detail
    # Whoever works here reads where it was used.
    with pytest.raises(DuplicateReference) as refusal:
        desk.receive(second.pk, bank_reference="0005XY", client_id="b", **{**taken, "scheme": "khalti"})
    assert first.reference in refusal.value.detail
    assert not second.attempts.exists()
    desk.receive(second.pk, bank_reference="Khalti 0005XY", client_id="b", **{**taken, "scheme": "khalti"})


def test_a_reference_of_a_rejected_attempt_is_free_again(payment_in: MakePayment, manager: Any) -> None:
    first, second = payment_in(), payment_in()
    submit(first)
    payments.reject(first.pk, reason="typed wrongly", actor=manager)
    submit(second)
    with pytest.raises(DuplicateReference):
        submit(first)


def test_a_confirmed_reference_stays_used(payment_in: MakePayment, manager: Any) -> None:
    first = payment_in()
    submit(first)
    payments.confirm(first.pk, actor=manager)
    with pytest.raises(DuplicateReference):
        submit(payment_in())


def test_a_picture_proves_once(payment_in: MakePayment, settings: Any) -> None:
    submit(payment_in(), "FIRST12345", picture())
    second = payment_in()
    with pytest.raises(DuplicateProof) as refusal:
        submit(second, "SECOND12345", picture(name="renamed.png"))
    assert (refusal.value.status, refusal.value.code) == (409, "duplicate_proof")
    assert "proof" in refusal.value.fields
    assert len(stored_files(settings)) == 1
    submit(second, "SECOND12345", picture("navy"))
    assert len(stored_files(settings)) == 2


def test_attempts_without_a_picture_do_not_collide(payment_in: MakePayment) -> None:
    submit(payment_in(), "FIRST12345")
    submit(payment_in(), "SECOND12345")


def test_the_digest_is_of_the_bytes_as_uploaded_and_the_file_is_made_anew(due: Payment) -> None:
    submit(due, proof=picture())
    attempt = due.attempts.get()
    assert attempt.proof_digest == digest(picture_bytes())
    with Image.open(attempt.proof) as kept:
        assert kept.format == "JPEG"


def test_a_double_click_keeps_one_picture(due: Payment, settings: Any) -> None:
    submit(due, proof=picture())
    submit(due, proof=picture())
    assert due.attempts.count() == 1
    assert len(stored_files(settings)) == 1


def test_a_reference_repeated_from_the_own_payment_does_not_show_as_duplicate(due: Payment) -> None:
    submit(due)
    assert submit(due).status == PaymentStatus.SUBMITTED


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "content", "claimed"),
    [
        ("proof.svg", SVG, "image/svg+xml"),
        ("proof.png", SVG, "image/png"),
        ("proof.png", HTML, "image/png"),
        ("proof.png", b"", "image/png"),
        ("proof.png", b"\x00" * 64, "image/png"),
        ("proof.png", picture_bytes()[:40], "image/png"),
        ("proof.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        ("proof.gif", picture_bytes(kind="GIF"), "image/gif"),
    ],
)
def test_what_is_no_picture_is_refused(
    due: Payment, settings: Any, name: str, content: bytes, claimed: str
) -> None:
    with pytest.raises(UnsupportedType) as refusal:
        submit(due, proof=SimpleUploadedFile(name, content, claimed))
    assert "proof" in refusal.value.fields
    assert not due.attempts.exists()
    assert stored_files(settings) == []


def test_too_large_a_picture_is_refused(due: Payment, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    padded = picture_bytes() + b"\x00" * 1000
    with pytest.raises(TooLarge) as refusal:
        submit(due, proof=SimpleUploadedFile("proof.png", padded, "image/png"))
    assert "proof" in refusal.value.fields


def test_too_many_pixels_are_refused(due: Payment, settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 100
    with pytest.raises(TooLarge):
        submit(due, proof=picture())


@pytest.mark.parametrize(
    "typed", ["", "abc", "\x00\x00\x00\x00", "FT24\x001234", "a" * 41, "FT 24/99", "😀😀😀😀"]
)
def test_a_bad_reference_stores_nothing(due: Payment, settings: Any, typed: str) -> None:
    with pytest.raises(Invalid):
        submit(due, typed, picture())
    assert not due.attempts.exists()
    assert stored_files(settings) == []


def test_the_database_holds_the_promises(payment_in: MakePayment) -> None:
    """Without any code of ours in between."""
    first, second = payment_in(), payment_in()
    make_attempt(first, "ONE1234", proof_digest="d" * 64)
    for other, reference, fields in (
        (second, "ONE1234", {}),
        (second, "TWO1234", {"proof_digest": "d" * 64}),
        (first, "THREE1234", {}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_attempt(other, reference, **fields)


def test_a_part_that_comes_another_way_does_not_hurry_what_is_being_checked(
    submitted: Payment, manager: Any
) -> None:
    with transaction.atomic():
        payment = payments.locked_with_appointment(submitted.pk)
        attempt = Attempt(
            payment=payment,
            method="online",
            scheme="esewa",
            reference_key="ABCD1234",
            submitted_by=payment.appointment.patient,
        )
        settling.accept(payment, attempt, Decimal(100), actor=None)
    payment = Payment.objects.select_related("appointment").get(pk=submitted.pk)
    assert (payment.status, payment.received) == ("submitted", 100)
    assert (payment.appointment.status, payment.appointment.hold_expires_at) == ("pending_confirmation", None)
    assert payments.confirm(submitted.pk, actor=manager).received == payment.amount
