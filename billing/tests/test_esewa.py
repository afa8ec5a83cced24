"""What eSewa's words mean, over real HTTP; its examples are of its public description."""

from decimal import Decimal

import pytest

from billing.domain.gateways import Forged, Order, State, Unreachable
from billing.domain.gateways.esewa import Esewa, written
from billing.tests.fake_esewa import PRODUCT_CODE, SECRET_KEY, FakeEsewa, encoded, returned, signature

UUID = "ABCD2345-0011223344"


@pytest.fixture
def gateway(esewa: FakeEsewa) -> Esewa:
    return Esewa(PRODUCT_CODE, SECRET_KEY, esewa.url, esewa.url)


def test_signatures_are_those_of_the_description(gateway: Esewa) -> None:
    fields = {
        "total_amount": "110",
        "transaction_uuid": "241028",
        "product_code": "EPAYTEST",
        "signed_field_names": "total_amount,transaction_uuid,product_code",
    }
    assert gateway.signature(fields) == "i94zsd3oXF6ZsSr/kGqT4sSzYQzjj1W/waxjWyRwaME="
    returned_by_esewa = {
        "transaction_code": "000AWEO",
        "status": "COMPLETE",
        "total_amount": "1000.0",
        "transaction_uuid": "250610-162413",
        "product_code": "EPAYTEST",
        "signed_field_names": "transaction_code,status,total_amount,transaction_uuid,product_code,signed_field_names",
        "signature": "62GcfZTmVkzhtUeh+QJ1AqiJrjoWWGof3U+eTPTZ7fA=",
    }
    said = gateway.read_return({"data": encoded(returned_by_esewa)})
    assert said is not None
    assert (said.state, said.amount, said.reference) == (State.PAID, Decimal("1000.00"), "000AWEO")
    assert said.gateway_id == "250610-162413"


def test_the_door(gateway: Esewa) -> None:
    door = gateway.begin(Order(UUID, Decimal("1200.50"), "https://clinic.example/back/"))
    fields = dict(door.fields)
    assert door.url.endswith("/api/epay/main/v2/form")
    assert fields.pop("signature") == signature(fields)
    assert fields == {
        "amount": "1200.5",
        "tax_amount": "0",
        "total_amount": "1200.5",
        "transaction_uuid": UUID,
        "product_code": "EPAYTEST",
        "product_service_charge": "0",
        "product_delivery_charge": "0",
        "success_url": "https://clinic.example/back/",
        "failure_url": "https://clinic.example/back/",
        "signed_field_names": "total_amount,transaction_uuid,product_code",
    }


@pytest.mark.parametrize(
    ("amount", "text"), [("800.00", "800"), ("0.10", "0.1"), ("100", "100"), ("99.95", "99.95")]
)
def test_amounts_as_esewa_writes_them(amount: str, text: str) -> None:
    assert written(Decimal(amount)) == text


@pytest.mark.parametrize(
    "data", [returned(UUID, "1,000.0"), returned(UUID, "1000.0").replace("+", " ").rstrip("=")]
)
def test_a_return_however_it_was_written(gateway: Esewa, data: str) -> None:
    said = gateway.read_return({"data": data})
    assert said is not None
    assert said.amount == 1000


def test_no_word_is_no_return(gateway: Esewa) -> None:
    assert gateway.read_return({}) is None


# Our own signature, which the patient's browser has seen: it says nothing about a status.
OWN = {
    "status": "COMPLETE",
    "transaction_code": "MADEUP1",
    "total_amount": "800",
    "transaction_uuid": UUID,
    "product_code": PRODUCT_CODE,
    "signed_field_names": "total_amount,transaction_uuid,product_code",
}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(returned(UUID, "800.0", key="guessed"), id="another key"),
        pytest.param(encoded({**OWN, "signature": signature(OWN)}), id="our own signature"),
        pytest.param(returned(UUID, "800.0", product_code="OTHER"), id="another clinic's"),
        pytest.param(returned(UUID, "-800.0"), id="negative"),
        pytest.param(returned(UUID, "NaN"), id="no number"),
        pytest.param(returned(UUID, "1e99"), id="huge"),
        pytest.param(returned(UUID, "800.001"), id="many decimals"),
        pytest.param(returned(UUID, "800.0", status="PERHAPS"), id="unknown status"),
        pytest.param(encoded({"status": "COMPLETE"}), id="not signed"),
        pytest.param(returned(UUID, "800.0")[:90], id="cut"),
        pytest.param("[" * 20_000, id="too long"),
        pytest.param("WzFd", id="a list"),
        pytest.param("%%%", id="not base64"),
        pytest.param("४२", id="not ascii"),
    ],
)
def test_forged_returns(gateway: Esewa, data: str) -> None:
    with pytest.raises(Forged):
        gateway.read_return({"data": data})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("COMPLETE", State.PAID),
        ("PENDING", State.OPEN),
        ("NOT_FOUND", State.OPEN),
        ("AMBIGUOUS", State.UNCLEAR),
        ("PARTIAL_REFUND", State.UNCLEAR),
        ("FULL_REFUND", State.NOTHING),
        ("CANCELED", State.NOTHING),
    ],
)
def test_look_ups(gateway: Esewa, esewa: FakeEsewa, status: str, state: State) -> None:
    esewa.pay(UUID, 800.0, status=status, ref="0007G36")
    said = gateway.look_up(UUID, Decimal("800.00"))
    assert (said.state, said.status) == (state, status)
    assert (said.amount, said.reference) == ((800, "0007G36") if state == State.PAID else (None, ""))
    assert esewa.asked == [{"product_code": "EPAYTEST", "total_amount": "800", "transaction_uuid": UUID}]


WHOLE = b'{"product_code":"EPAYTEST","transaction_uuid":"ABCD2345-0011223344","total_amount":800.0,"status":"COMPLETE"}'


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, WHOLE[:40], 0), id="cut"),
        pytest.param((200, WHOLE, len(WHOLE) + 50), id="cut on the way"),
        pytest.param((200, WHOLE.replace(b"ABCD", b"WXYZ"), 0), id="another order"),
        pytest.param((200, WHOLE.replace(b"EPAYTEST", b"OTHER"), 0), id="another clinic"),
        pytest.param((200, WHOLE.replace(b"800.0", b"NaN"), 0), id="no amount"),
        pytest.param(
            (200, b'{"code": 0, "error_message": "Service is currently unavailable"}', 0), id="down"
        ),
        pytest.param((503, WHOLE, 0), id="503"),
        pytest.param((302, WHOLE, 0), id="led elsewhere"),
        pytest.param((200, b"<html>Login</html>", 0), id="a page"),
        pytest.param((200, b" " * 20_000 + WHOLE, 0), id="endless"),
        pytest.param((200, b"[" * 10_000, 0), id="deep"),
    ],
)
def test_answers_that_cannot_be_used(
    gateway: Esewa, esewa: FakeEsewa, answer: tuple[int, bytes, int]
) -> None:
    esewa.broken.append(answer)
    with pytest.raises(Unreachable):
        gateway.look_up(UUID, Decimal(800))
    # The whole one would have been fine.
    esewa.broken.append((200, WHOLE, 0))
    assert gateway.look_up(UUID, Decimal(800)).state == State.PAID


def test_nobody_answers() -> None:
    gateway = Esewa(PRODUCT_CODE, SECRET_KEY, "http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        gateway.look_up(UUID, Decimal(800))


def test_the_secret_is_in_no_text(gateway: Esewa) -> None:
    assert SECRET_KEY not in repr(gateway) + str(vars(gateway.begin(Order(UUID, Decimal(1), ""))))
