"""The payment's code of each kind: what is written is read back, the clinic's sticker keeps all it says, and an
unusable setting is found at start."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.apps import payment_qr_can_be_written
from billing.domain import codes
from billing.domain.codes import emvco, pasted, upi
from billing.domain.codes.chain import QrError, fields, opened, sealed
from billing.domain.codes.upi import UpiPayment

# Laid out as merchants in Nepal have it.
UNSIGNED = (
    "00020101021102164000000000000002" + "26350011fonepay.com07162222000000000001"
    "5204801153035245802NP" + "5910OWN CLINIC" + "6009KATHMANDU" + "621107071234567"
)
STICKER = sealed(UNSIGNED)[:-4] + sealed(UNSIGNED)[-4:].lower()

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
amounts = st.integers(min_value=1, max_value=10**9).map(lambda paisa: Decimal(paisa).scaleb(-2))
references = st.from_regex(r"[2-9A-Z]{4,16}", fullmatch=True)


def written(chain: dict[str, str]) -> str:
    return "".join(f"{tag}{len(value):02d}{value}" for tag, value in chain.items())


# --- UPI ---

upi_payments = st.builds(
    UpiPayment,
    address=st.from_regex(r"[A-Za-z0-9._-]{2,20}@[A-Za-z0-9.-]{2,12}", fullmatch=True),
    name=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=50).filter(
        lambda name: name == name.strip()
    ),
    amount=st.none() | amounts,
    reference=st.just("") | references,
)


@given(upi_payments)
def test_a_upi_link_is_read_back(payment: UpiPayment) -> None:
    assert upi.read(upi.write(payment)) == payment


def test_the_written_link() -> None:
    payment = UpiPayment("sagarmatha.clinic@okaxis", "R & D Clinic", Decimal("800"), "7KM4QX9T")
    assert upi.write(payment) == (
        "upi://pay?pa=sagarmatha.clinic@okaxis&pn=R%20%26%20D%20Clinic&am=800.00&cu=INR&tr=7KM4QX9T"
    )


def test_a_link_in_any_order_and_case() -> None:
    link = " UPI://PAY?tr=ab12&mode=02&AM=800.5&pn=R+D&pa=clinic%40okaxis\n"
    assert upi.read(link) == UpiPayment("clinic@okaxis", "R D", Decimal("800.5"), "ab12")


@pytest.mark.parametrize(
    "link",
    [
        "upi://pay?pn=Nobody&cu=INR",
        "upi://collect?pa=clinic@okaxis",
        "upi://pay?pa=clinic@okaxis&cu=NPR",
        "upi://pay?pa=clinic@okaxis&am=1e5",
        "upi://pay?pa=clinic@okaxis&am=1&am=2",
        "https://pay?pa=clinic@okaxis",
        "upi://[pay?pa=clinic@okaxis",
        "upi://pay?" + "&".join(f"x{number}=1" for number in range(100)),
    ],
)
def test_what_is_no_upi_link_of_ours_is_refused(link: str) -> None:
    with pytest.raises(QrError):
        upi.read(link)


@pytest.mark.parametrize(
    "payment",
    [
        UpiPayment("no address", "Clinic"),
        UpiPayment("clinic@okaxis", "क्लिनिक"),
        UpiPayment("clinic@okaxis", "Clinic", Decimal("0")),
        UpiPayment("clinic@okaxis", "Clinic", Decimal("1.005")),
        UpiPayment("clinic@okaxis", "Clinic", Decimal("1"), "with blank"),
        UpiPayment("clinic@okaxis", "Clinic", Decimal("1"), "x" * 36),
    ],
)
def test_the_upi_writer_is_strict(payment: UpiPayment) -> None:
    with pytest.raises(QrError):
        upi.write(payment)


# --- The clinic's own sticker ---


@st.composite
def stickers(draw: st.DrawFn) -> dict[str, str]:
    """Any EMVCo code in NPR, its fields in any order, with fields that nobody knows, at the top and inside 62."""
    unknown = draw(st.dictionaries(st.integers(64, 99).map(str), printable, max_size=4))
    accounts = draw(
        st.dictionaries(st.integers(2, 51).map("{:02d}".format), printable, min_size=1, max_size=3)
    )
    inside = draw(st.dictionaries(st.integers(1, 99).map("{:02d}".format), printable, max_size=3))
    own = {"00": "01", "53": "524", "58": "NP", "59": "Own Clinic", **unknown, **accounts}
    if draw(st.booleans()):
        own |= {"01": "11"}
    if draw(st.booleans()):
        own |= {"54": "10.5"}
    if inside and len(written(inside)) < 70:
        own["62"] = written(inside)
    return dict(draw(st.permutations(list(own.items()))))


@given(stickers(), amounts, references)
def test_the_sticker_keeps_all_but_amount_and_reference(
    sticker: dict[str, str], amount: Decimal, reference: str
) -> None:
    payload = pasted.write(sealed(written(sticker)), amount=amount, currency="NPR", reference=reference)
    asked = codes.read(payload)
    assert (asked.amount, asked.reference, asked.currency) == (amount, reference, "NPR")
    after = opened(payload)
    assert after["01"] == "12"
    ours = ("01", "54", "62")
    assert {**after, **dict.fromkeys(ours)} == {**sticker, **dict.fromkeys(ours)}
    assert [tag for tag in after if tag in sticker] == list(sticker)
    inside_before, inside_after = fields(sticker.get("62", "")), fields(after["62"])
    assert {**inside_after, "05": ""} == {**inside_before, "05": ""}
    # Made once more from its own result: nothing is lost, nothing added twice.
    assert pasted.write(payload, amount=amount, currency="NPR", reference=reference) == payload


def test_a_real_sticker_byte_for_byte() -> None:
    payload = pasted.write(STICKER, amount=Decimal("800"), currency="NPR", reference="7KM4QX9T")
    assert payload[:-4] == (
        "00020101021202164000000000000002" + "26350011fonepay.com07162222000000000001"
        "520480115303524" + "5406800.00" + "5802NP" + "5910OWN CLINIC" + "6009KATHMANDU"
        "6223" + "05087KM4QX9T" + "07071234567" + "6304"
    )
    assert payload[-4:] == payload[-4:].upper()


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "NPR"),
        (STICKER[:-4] + "0000", "NPR"),
        (STICKER, "INR"),
        ("upi://pay?pa=clinic@okaxis", "NPR"),
        (sealed(written({"00": "01", "53": "524", "62": "0799cut"})), "NPR"),
        # No room is left for the reference.
        (sealed(written({"00": "01", "53": "524", "62": written({"01": "x" * 90})})), "NPR"),
    ],
)
def test_an_unusable_sticker_is_refused(text: str, currency: str) -> None:
    with pytest.raises(QrError):
        pasted.write(text, amount=Decimal("1"), currency=currency, reference="7KM4QX9T")


# --- The door ---


def with_settings(settings: Any, **changes: str) -> None:
    settings.PAYMENT_QR = {**settings.PAYMENT_QR, **changes}


@pytest.mark.parametrize(
    ("changes", "currency"),
    [
        ({}, "NPR"),
        ({"kind": "upi", "upi_id": "clinic@okaxis"}, "INR"),
        ({"kind": "pasted", "text": STICKER}, "NPR"),
    ],
)
def test_every_kind_is_written_and_read(settings: Any, changes: dict[str, str], currency: str) -> None:
    with_settings(settings, **changes)
    settings.CLINIC_CURRENCY = currency
    payload = codes.write(amount=Decimal("800"), currency=currency, reference="7KM4QX9T")
    asked = codes.read(payload)
    assert (asked.amount, asked.currency, asked.reference) == (Decimal("800"), currency, "7KM4QX9T")
    assert asked.payees
    assert codes.app_link(payload) == (payload if currency == "INR" else "")
    assert payment_qr_can_be_written(None) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_name": "सगरमाथा क्लिनिक"},
        {"kind": "bharat"},
        {"kind": "upi", "upi_id": "clinic@okaxis"},
        {"kind": "upi"},
        {"kind": "pasted"},
        {"kind": "pasted", "text": STICKER[:-4] + "0000"},
        {
            "kind": "pasted",
            "text": sealed(written({"00": "01", "53": "524", **{str(t): "x" * 90 for t in range(80, 86)}})),
        },
    ],
)
def test_unusable_settings_are_found_at_start(settings: Any, changes: dict[str, str]) -> None:
    with_settings(settings, **changes)
    settings.CLINIC_CURRENCY = "NPR"
    assert [message.id for message in payment_qr_can_be_written(None)] == ["billing.E001"]


def test_the_settings_give_a_code(settings: Any) -> None:
    payload = codes.write(amount=Decimal("10"), currency="NPR", reference="7KM4QX9T")
    assert emvco.read(payload).accounts[0].globally_unique_id == settings.PAYMENT_QR["globally_unique_id"]


@given(st.text())
def test_reading_anything_else_is_refused_kindly(text: str) -> None:
    for each in (
        text,
        f"upi:{text}",
        f"upi://pay?cu={text}",
        sealed(f"000201{text}") if text.isascii() else "",
    ):
        with pytest.raises(QrError):
            codes.read(each)
