"""The picture of a receipt: what is found in it is advice. The same picture is caught however it was scaled or
compressed; a picture that breaks its reader breaks nothing else."""

import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from billing.domain import codes, payments, proofs
from billing.domain.reading import parent
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from billing.tests.factories import make_attempt
from clinic.core import qr
from clinic.core.testing.racing import race
from clinic.core.testing.tasks import run_due_tasks
from scheduling.domain.sweeps import sweep

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]

needs_tesseract = pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")


def receipt(*lines: str, code: str = "", size: tuple[int, int] = (720, 1280)) -> Image.Image:
    """As a wallet shows it: a coloured head, lines of names and values, perhaps a code."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], 160), fill=(30, 120, 60))
    for at, line in enumerate(("Transaction detail", *lines)):
        draw.text(
            (40, 60 + at * 90), line, font=ImageFont.load_default(40), fill="white" if at == 0 else "black"
        )
    if code:
        image.paste(Image.open(io.BytesIO(qr.png(code))).convert("RGB").resize((420, 420)), (150, 760))
    return image


def stored(attempt: Attempt, image: Image.Image, quality: int = 85) -> Attempt:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    attempt.proof.save("proof.jpg", ContentFile(out.getvalue()))
    return attempt


def looked(payment: Payment, image: Image.Image, quality: int = 85) -> Attempt:
    """The payment's attempt with this picture, looked at."""
    attempt = stored(payment.attempts.get(), image, quality)
    proofs.look(attempt.pk)
    attempt.refresh_from_db()
    return attempt


def results(payment: Payment, attempt: Attempt) -> dict[str, str]:
    return {check.what: check.result for check in proofs.checks(payment, attempt)}


def page(user: Any, payment: Payment) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("payment", args=[payment.pk])).content.decode()


def api(user: Any, payment: Payment) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    return client.get(reverse("api-payment-detail", args=[payment.pk])).json()["attempts"][0]


LINES = ("NPR 800.00", "Reference FT2412345678", "21 Nov 2026 10:22", "To Sagarmatha Clinic")


@pytest.mark.parametrize("earlier_first", [True, False])
def test_the_same_picture_made_smaller_is_caught(
    payment_in: MakePayment, patient: Any, other_patient: Any, manager: Any, earlier_first: bool
) -> None:
    first, second = payment_in(S.SUBMITTED), payment_in(S.SUBMITTED, patient=other_patient)
    original = receipt(*LINES)
    again = original.resize((432, 768))
    looks = [lambda: looked(first, original), lambda: looked(second, again, quality=50)]
    for look in looks if earlier_first else reversed(looks):
        look()
    later = second.attempts.get()
    assert later.resembles == first.attempts.get()
    assert first.attempts.get().resembles is None
    # Management sees the other payment; nothing is decided by it; the patient learns nothing of others.
    shown = page(manager, second)
    assert "looks the same as one of another payment" in shown
    assert reverse("payment", args=[first.pk]) in shown
    assert api(manager, second)["resembles"] == str(first.pk)
    assert first.reference not in page(other_patient, second)
    assert (api(other_patient, second)["resembles"], api(other_patient, second)["checks"]) == (None, None)
    second.refresh_from_db()
    assert second.status == S.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_looked_at_together_the_later_one_is_caught(payment_in: MakePayment, other_patient: Any) -> None:
    """Two workers: each keeps its hash before it looks for others, so one at least sees the other."""
    first, second = payment_in(S.SUBMITTED), payment_in(S.SUBMITTED, patient=other_patient)
    sent = [stored(payment.attempts.get(), receipt(*LINES)) for payment in (first, second)]
    race(*[partial(proofs.look, attempt.pk) for attempt in sent])
    for attempt in sent:
        attempt.refresh_from_db()
    assert [attempt.resembles for attempt in sent] == [None, sent[0]]


def test_another_receipt_of_the_same_app_is_not(payment_in: MakePayment) -> None:
    first, second = payment_in(S.SUBMITTED), payment_in(S.SUBMITTED)
    looked(first, receipt(*LINES))
    other = looked(
        second, receipt("NPR 450.00", "Reference FT2498761234", "3 Nov 2026 17:05", "To Sagarmatha Clinic")
    )
    assert other.resembles is None
    # Their hashes alone would have said so.
    assert other.proof_findings["looked_at"] == 1
    assert results(second, other)["picture"] == "good"


def test_the_own_picture_may_be_sent_again(payment_in: MakePayment) -> None:
    payment = payment_in(S.SUBMITTED)
    before = stored(make_attempt(payment, "EARLIER 1", outcome=AttemptOutcome.ASKED_AGAIN), receipt(*LINES))
    proofs.look(before.pk)
    attempt = stored(payment.attempts.get(outcome=AttemptOutcome.PENDING), receipt(*LINES))
    proofs.look(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.resembles is None


def test_more_lookalikes_than_are_compared_are_said(payment_in: MakePayment, monkeypatch: Any) -> None:
    monkeypatch.setattr(proofs, "COMPARED_AT_MOST", 1)
    for amount in ("100", "200", "300"):
        looked(payment_in(S.SUBMITTED), receipt(f"NPR {amount}.00", f"Reference FT00000{amount}"))
    payment = payment_in(S.SUBMITTED)
    attempt = looked(payment, receipt("NPR 777.00", "Reference FT99999777"))
    assert (attempt.proof_findings["looked_at"], attempt.proof_findings["left_out"]) == (1, 2)
    assert results(payment, attempt)["picture"] == "open"


def test_codes_are_read_out_of_the_picture(payment_in: MakePayment, settings: Any) -> None:
    ours = payment_in(S.SUBMITTED)
    attempt = looked(ours, receipt(*LINES, code=ours.qr_payload))
    assert attempt.proof_findings["code"] == "request"
    assert results(ours, attempt)["code"] == "open"
    settings.PAYMENT_QR = {**settings.PAYMENT_QR, "merchant_id": "SOMEBODYELSE"}
    theirs = codes.write(amount=ours.amount, currency=ours.currency, reference=ours.reference)
    other = payment_in(S.SUBMITTED)
    attempt = looked(other, receipt("Paid", code=theirs))
    assert results(other, attempt)["code"] == "bad"


@needs_tesseract
def test_words_are_read_out_of_the_picture(payment_in: MakePayment) -> None:
    payment = payment_in(S.SUBMITTED, bank_reference="FT2412345678")
    attempt = looked(payment, receipt(*LINES, f"Remarks {payment.reference}"))
    found = results(payment, attempt)
    assert (found["amount"], found["bank_reference"]) == ("good", "good")
    payment = payment_in(S.SUBMITTED, bank_reference="FT2412340000")
    attempt = looked(payment, receipt("NPR 80.00", "Reference FT2412345678"))
    found = results(payment, attempt)
    assert (found["amount"], found["bank_reference"]) == ("bad", "open")
    # What was read is not kept, only what it says about the payment.
    assert "Transaction" not in str(attempt.proof_findings)


def test_without_tesseract_it_says_that_words_were_not_read(
    payment_in: MakePayment, manager: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    payment = payment_in(S.SUBMITTED)
    attempt = looked(payment, receipt(*LINES))
    assert attempt.proof_findings["state"] == "read"
    assert results(payment, attempt)["amount"] == "open"
    assert "The words in the picture were not read" in page(manager, payment)


def test_every_proof_says_that_the_money_was_not_checked(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.SUBMITTED)
    attempt = payment.attempts.get()
    assert results(payment, attempt) == {"reference_unused": "good", "money": "open"}
    stored(attempt, receipt(*LINES))
    assert results(payment, attempt)["picture"] == "open"
    assert "whether the money is in the clinic&#x27;s account" in page(manager, payment)
    assert {check["what"] for check in api(manager, payment)["checks"]} >= {"money", "picture"}


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 torn", b"<svg/>", b"\x00" * 1000])
def test_a_torn_file_hurts_nothing(payment_in: MakePayment, content: bytes) -> None:
    payment = payment_in(S.SUBMITTED)
    attempt = payment.attempts.get()
    attempt.proof.save("proof.jpg", ContentFile(content))
    proofs.look(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.proof_findings == {"state": "unreadable"}
    assert attempt.outcome == AttemptOutcome.PENDING


def test_a_picture_that_unfolds_without_end_is_given_up(payment_in: MakePayment) -> None:
    """Past our own checks at the door, say: a few kilobytes that stand for a gigabyte."""
    payment = payment_in(S.SUBMITTED)
    attempt = payment.attempts.get()
    out = io.BytesIO()
    Image.new("1", (40_000, 30_000)).save(out, "PNG")
    attempt.proof.save("proof.jpg", ContentFile(out.getvalue()))
    proofs.look(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.proof_findings == {"state": "unreadable"}


def test_a_reader_that_hangs_is_stopped(payment_in: MakePayment, monkeypatch: Any) -> None:
    monkeypatch.setattr(parent, "SECONDS", 0.01)
    assert looked(payment_in(S.SUBMITTED), receipt(*LINES)).proof_findings == {"state": "unreadable"}


def test_a_vanished_file_hurts_nothing(payment_in: MakePayment) -> None:
    payment = payment_in(S.SUBMITTED)
    attempt = stored(payment.attempts.get(), receipt(*LINES))
    attempt.proof.storage.delete(attempt.proof.name)
    proofs.look(attempt.pk)
    proofs.look("00000000-0000-4000-8000-000000000000")


@pytest.mark.django_db(transaction=True)
def test_handed_in_it_is_looked_at_by_the_worker_and_stays_to_be_decided(due: Payment, manager: Any) -> None:
    from billing.tests.factories import picture

    payments.submit(due.pk, bank_reference="FT2412345678", proof=picture(), actor=due.appointment.patient)
    attempt = due.attempts.get()
    assert attempt.proof_findings == {}
    run_due_tasks()
    attempt.refresh_from_db()
    assert attempt.proof_findings["state"] == "read"
    assert attempt.proof_hash
    assert attempt.outcome == AttemptOutcome.PENDING
    assert Payment.objects.get(pk=due.pk).status == S.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_what_a_stopped_worker_left_is_looked_at_later(payment_in: MakePayment) -> None:
    left, young = (
        stored(payment_in(S.SUBMITTED).attempts.get(), receipt("NPR 800.00")) for _number in range(2)
    )
    for attempt, minutes in ((left, 11), (young, 9)):
        Attempt.objects.filter(pk=attempt.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))
    sweep()
    run_due_tasks()
    for attempt in (left, young):
        attempt.refresh_from_db()
    assert left.proof_findings["state"] == "read"
    assert young.proof_findings == {}
