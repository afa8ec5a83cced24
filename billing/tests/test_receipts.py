"""What the words and codes of a receipt say: amounts however written, references however misread."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.codes.chain import sealed
from billing.domain.codes.emvco import Account, MerchantPayment, write
from billing.domain.reading.receipts import Expected, amounts_in, of_codes, of_text, shows
from billing.domain.references import ALPHABET


def code(**changes: object) -> str:
    payment = {
        "accounts": (Account("26", "fonepay.com", "1", "07"),),
        "category_code": "8011",
        "currency": "NPR",
        "country": "NP",
        "name": "Clinic",
        "city": "Kathmandu",
        "amount": Decimal("800"),
        "reference": "7KM4QX9T",
    }
    return write(MerchantPayment(**{**payment, **changes}))  # type: ignore[arg-type]


EXPECTED = Expected(Decimal("800.00"), "NPR", "7KM4QX9T", "FT2412345678", code())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NPR 800.00", ["800.00"]),
        ("Rs.1,200", ["1200"]),
        ("रू 1,20,000.50", ["120000.50"]),
        ("₹800", ["800"]),
        ("800 NPR", ["800"]),
        ("Amount 12,500.00\nCharge 0.00\nTotal NPR 12,500.00", ["12500.00"]),
        ("2026-11-21 10:22.30, ver 4.12.03, 9841.5", []),
        ("no money at all 123456", []),
        ("", []),
    ],
)
def test_amounts(text: str, found: list[str]) -> None:
    assert [str(amount) for amount in amounts_in(text)] == found


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert len(amounts_in(text)) <= 5
    assert of_text(text, EXPECTED)["amount"] in ("agrees", "differs", "not_found")


@given(st.text(ALPHABET, min_size=8, max_size=8), st.data())
def test_a_reference_is_found_though_misread(reference: str, data: st.DataObject) -> None:
    misread = {
        "S": "5",
        "5": "s",
        "B": "8",
        "8": "B",
        "Z": "2",
        "2": "z",
        "G": "6",
        "6": "G",
        "D": "0",
        "Q": "O",
    }
    signs = [misread[sign] if sign in misread and data.draw(st.booleans()) else sign for sign in reference]
    assert shows(f"Remarks\nref: {' '.join(signs)} -\nthanks", reference)


def test_a_reference_is_not_put_together_from_lines() -> None:
    assert not shows("FT24\n12345678", "FT2412345678")
    assert not shows("anything", "")


def test_words_of_a_receipt() -> None:
    right = of_text("Paid NPR 800.00\nTxn ft-24 1234 5678\nRemarks 7KM4QX9T", EXPECTED)
    assert right == {
        "amount": "agrees",
        "amounts": ["800.00"],
        "bank_reference": "agrees",
        "our_reference": "agrees",
    }
    wrong = of_text("Paid NPR 80.00", EXPECTED)
    assert (wrong["amount"], wrong["amounts"], wrong["our_reference"]) == ("differs", ["80.00"], "not_found")


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([], "none"),
        (["https://example.com"], "other"),
        (["https://wallet.example/receipt/FT2412345678"], "reference"),
        ([code()], "request"),
        ([code(amount=None, reference="")], "request"),
        ([code(amount=Decimal("80"))], "other_request"),
        ([code(reference="22222222")], "other_request"),
        ([code(accounts=(Account("26", "fonepay.com", "2", "07"),))], "other_payee"),
        (["upi://pay?pa=someone@bank&am=800"], "other_payee"),
        ([code(), code(accounts=(Account("29", "NCHL"),))], "other_payee"),
        ([sealed("000201")], "other"),
    ],
)
def test_codes_of_a_receipt(texts: list[str], kind: str) -> None:
    assert of_codes(texts, EXPECTED) == {"code": kind}
