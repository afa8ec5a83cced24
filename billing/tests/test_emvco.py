"""EMVCo payment codes: known answers, a round trip, and no change that goes unseen."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.domain import codes
from billing.domain.codes import emvco
from billing.domain.codes.chain import QrError, crc16
from billing.domain.codes.emvco import Account, MerchantPayment, read, write
from billing.domain.currencies import CODE_OF, NUMBER_OF

# The worked example of EMVCo's Merchant-Presented Mode specification 1.1.
EMV_SAMPLE = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
    "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***"
    "0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)

printable = st.characters(min_codepoint=33, max_codepoint=126)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).filter(
    lambda t: t == t.strip()
)
amounts = st.integers(min_value=1, max_value=10**12).map(lambda paisa: Decimal(paisa).scaleb(-2))


def limited(longest: int) -> st.SearchStrategy[str]:
    return st.text(printable, min_size=1, max_size=longest)


payments = st.builds(
    MerchantPayment,
    accounts=st.lists(
        st.builds(
            Account,
            tag=st.integers(26, 51).map(str),
            globally_unique_id=limited(32),
            merchant_id=limited(50),
            merchant_tag=st.integers(1, 99).map("{:02d}".format),
        )
        | st.builds(Account, tag=st.integers(26, 51).map(str), globally_unique_id=limited(32)),
        min_size=1,
        max_size=3,
        unique_by=lambda account: account.tag,
    ).map(tuple),
    category_code=st.from_regex(r"[0-9]{4}", fullmatch=True).filter(str.isascii),
    currency=st.sampled_from(["NPR", "USD", "INR", "ZAR"]),
    country=st.sampled_from(["NP", "IN", "ZA"]),
    name=texts.filter(lambda t: len(t) <= emvco.NAME_MAX),
    city=texts.filter(lambda t: len(t) <= emvco.CITY_MAX),
    amount=st.one_of(st.none(), amounts.filter(lambda a: a < Decimal(10**10))),
    reference=st.one_of(st.just(""), limited(emvco.REFERENCE_MAX)),
    one_payment=st.booleans(),
)


def example(**changes: Any) -> MerchantPayment:
    return MerchantPayment(
        **{
            "accounts": (Account("26", "fonepay.com", "DEMO0000000001"),),
            "category_code": "8011",
            "currency": "NPR",
            "country": "NP",
            "name": "Sagarmatha Clinic",
            "city": "Kathmandu",
            "amount": Decimal("800.00"),
            "reference": "7KM4QX9T",
            **changes,
        }
    )


def test_crc_known_answers() -> None:
    assert crc16(b"123456789") == "29B1"
    assert crc16(b"") == "FFFF"
    assert crc16(b"A") == "B915"


def test_the_published_example_is_read() -> None:
    payment = read(EMV_SAMPLE)
    assert payment == MerchantPayment(
        accounts=(
            Account("29", "D15600000000", "A93FO3230Q", "05"),
            Account("31", "D15600000001", "12345678", "03"),
        ),
        category_code="4111",
        currency="CNY",
        country="CN",
        name="BEST TRANSPORT",
        city="BEIJING",
        amount=Decimal("23.72"),
        reference="",
        one_payment=True,
    )


def test_a_sticker_of_nepal_is_read() -> None:
    """As merchants have them: a card scheme's number, Fonepay's template with the number in sub-tag 07, and the CRC in
    small letters."""
    unsigned = (
        "00020101021102164000000000000002" + "26350011fonepay.com07162222000000000001"
        "520480115303524" + "5802NP" + "5910OWN CLINIC" + "6009KATHMANDU" + "621107071234567"
    )
    payload = signed(unsigned)
    payment = read(payload[:-4] + payload[-4:].lower())
    assert payment.accounts == (
        Account("02", "4000000000000002"),
        Account("26", "fonepay.com", "2222000000000001", "07"),
    )
    assert (payment.currency, payment.amount, payment.one_payment) == ("NPR", None, False)


def test_the_templates_of_nepals_networks() -> None:
    fonepay = write(example(accounts=(Account("26", "fonepay.com", "4089720000001783", "07"),)))
    assert "26350011fonepay.com07164089720000001783" in fonepay
    nepalpay = write(example(accounts=(Account("29", "NCHL000025012501ELFDRY2"),)))
    assert "29270023NCHL000025012501ELFDRY2" in nepalpay


def test_the_written_code_field_by_field() -> None:
    payload = write(example())
    assert payload == (
        "000201010212"
        "2633" + "0011fonepay.com" + "0114DEMO0000000001"
        "52048011" + "5303524" + "5406800.00" + "5802NP" + "5917Sagarmatha Clinic" + "6009Kathmandu"
        "6212" + "05087KM4QX9T" + "6304" + payload[-4:]
    )
    assert payload[-4:] == crc16(payload[:-4].encode())


@given(payments)
def test_what_is_written_is_read_back(payment: MerchantPayment) -> None:
    assert read(write(payment)) == payment


@given(payments, st.data())
def test_any_single_changed_character_is_noticed(payment: MerchantPayment, data: st.DataObject) -> None:
    payload = write(payment)
    at = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(printable)
    # Hex digits count the same in either case.
    assume(other != payload[at] and (at < len(payload) - 4 or other.upper() != payload[at]))
    with pytest.raises(QrError):
        read(payload[:at] + other + payload[at + 1 :])


@given(st.text())
def test_reading_anything_else_is_refused_kindly(text: str) -> None:
    with pytest.raises(QrError):
        read(text)


def signed(unsigned: str) -> str:
    return unsigned + "6304" + crc16(f"{unsigned}6304".encode())


@pytest.mark.parametrize(
    "unsigned",
    [
        "",
        "0002",
        "00020x",
        "000202" + "5303524",
        "000201",
        "000201" + "5303000",
        "000201" + "5303524" + "5403abc",
        "000201" + "5303524" + "5303524",
        "000201" + "5303524" + "2604000",
        "000201" + "5303524" + "5499800",
    ],
)
def test_a_malformed_code_with_a_right_crc_is_refused(unsigned: str) -> None:
    with pytest.raises(QrError):
        read(signed(unsigned))


def test_order_and_unknown_fields_do_not_matter_to_the_reader() -> None:
    payload = signed("5303524" + "000201" + "8003abc" + "5405800.5" + "5204" + "8011")
    assert read(f" {payload[:-4]}{payload[-4:].lower()}\n").amount == Decimal("800.5")


def test_accounts_of_another_layout_are_kept_whole() -> None:
    payload = signed("000201" + "5303524" + "1506407905" + "2604pay!")
    assert read(payload).accounts == (Account("15", "407905"), Account("26", "pay!"))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 26},
        {"name": ""},
        {"name": "क्लिनिक"},
        {"name": "Line\nbreak"},
        {"name": " blank"},
        {"city": "x" * 16},
        {"city": "Bhaktapur é"},
        {"currency": "XXX"},
        {"country": "np"},
        {"category_code": "801"},
        {"amount": Decimal("0")},
        {"amount": Decimal("-1")},
        {"amount": Decimal("1.005")},
        {"amount": Decimal("12345678901.00")},
        {"amount": Decimal("NaN")},
        {"amount": Decimal("Infinity")},
        {"amount": Decimal("1E+50")},
        {"currency": "JPY", "amount": Decimal("1.50")},
        {"reference": "x" * 26},
        {"accounts": ()},
        {"accounts": (Account("25", "fonepay.com"),)},
        {"accounts": (Account("26", ""),)},
        {"accounts": (Account("26", "a", "b", "00"),)},
        {"accounts": (Account("26", "a"), Account("26", "b"))},
        {"accounts": (Account("26", "x" * 32, "y" * 90),)},
    ],
)
def test_the_writer_refuses_what_does_not_fit(changes: dict[str, Any]) -> None:
    with pytest.raises(QrError):
        write(example(**changes))


def test_amounts_have_the_places_of_their_currency() -> None:
    assert "5406800.00" in write(example(amount=Decimal("800")))
    assert "5403800" in write(example(currency="JPY", amount=Decimal("800")))
    assert "5407800.000" in write(example(currency="KWD", amount=Decimal("800")))


def test_currency_numbers() -> None:
    assert NUMBER_OF["NPR"] == "524"
    assert NUMBER_OF["INR"] == "356"
    assert NUMBER_OF["ALL"] == "008"
    assert len(CODE_OF) == len(NUMBER_OF)
    assert all(len(number) == 3 and number.isdigit() for number in CODE_OF)


@given(st.text(printable))
def test_a_fitted_name_can_be_written(text: str) -> None:
    fitted = codes.fitted(text, emvco.NAME_MAX)
    assume(fitted)
    assert read(write(example(name=fitted))).name == fitted


def test_accents_are_dropped_and_long_names_cut() -> None:
    assert codes.fitted("Clínica  São José", 25) == "Clinica Sao Jose"
    assert codes.fitted("Sagarmatha Community Clinic and Hospital", 25) == "Sagarmatha Community Clin"
