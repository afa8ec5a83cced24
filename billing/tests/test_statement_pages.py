"""The pages of bank statements: upload, columns with a preview, matches, what is set aside; for management only."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from billing.domain import reviewing
from billing.enums import LineState, PaymentStatus, StatementState
from billing.forms.statement import choice_value
from billing.models import Payment, Statement, StatementLayout, StatementLine
from billing.tests.statement_files import csv_of, read, upload
from billing.tests.test_statements import choices, key_of

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def desk(manager: Any) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("statement_lines"), query)
    assert response.status_code == 200
    return response.content.decode()


def ticks(page: str) -> dict[str, str]:
    """value of each box -> its other attributes."""
    return dict(re.findall(r'name="choice" value="([0-9a-f.]+)"([^>]*)>', page))


def test_upload_then_columns_then_lines(submitted: Payment, desk: Client) -> None:
    day = timezone.localdate()
    lines = ["Txn Date,Particulars,Debit,Credit", f"{day:%d/%m/%Y},{key_of(submitted)},,800"]
    content = "\n".join([*lines, f"{day:%d/%m/%Y},fee,5,", ",Total,,x"])
    response = desk.post(reverse("statements"), {"file": upload(content.encode())})
    statement = Statement.objects.get()
    address = reverse("statement", args=[statement.pk])
    assert response["Location"] == address
    page = desk.get(address).content.decode()
    for words in ("NPR 800.00", "Money out", "The amount can&#x27;t be read.", "1: Txn Date"):
        assert words in page
    assert desk.post(address, _selected(page))["Location"] == address
    report = desk.get(address).content.decode()
    assert "The amount can&#x27;t be read." in report
    statement.refresh_from_db()
    assert (statement.state, statement.credits, statement.debits, statement.unread) == ("read", 1, 1, 1)
    again = desk.post(reverse("statements"), {"file": upload(content.encode())}, follow=True)
    assert "uploaded before" in again.content.decode()
    assert StatementLine.objects.count() == 1


def _selected(page: str) -> dict[str, str]:
    """What the form would send."""
    found = {}
    for name, body in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    heading = re.search(r'name="heading_row" value="(\d+)"', page)
    assert heading
    return {**found, "heading_row": heading[1]}


def test_the_preview_follows_each_choice(manager: Any, desk: Client) -> None:
    statement, _new = importing_upload(b"Date,Amount\n05/11/2026,800\n05/11/2026,=1+1\n", manager)
    address = reverse("statement", args=[statement.pk])
    first = desk.get(address).content.decode()
    assert "The date can&#x27;t be read." in first
    data = _selected(first) | {"shown_layout": "general", "shown_cut": "utf-8·,·1"}
    right = desk.get(address, data | {"date_format": "dmy"}).content.decode()
    assert "5 Nov 2026" in right
    assert "=1+1" in right
    # Cut another way there are no such columns; nothing breaks.
    for change in (
        {"delimiter": ";"},
        {"encoding": "utf-16"},
        {"heading_row": "0"},
        {"heading_row": "x"},
        {"layout": "nepal"},
        {"layout": "?"},
    ):
        assert desk.get(address, data | change).status_code == 200
    assert Statement.objects.get().state == StatementState.UPLOADED


def importing_upload(content: bytes, manager: Any) -> Any:
    from billing.domain.statements import importing

    return importing.upload(upload(content), actor=manager)


def test_what_was_chosen_is_kept_when_it_is_refused(manager: Any, desk: Client) -> None:
    statement, _new = importing_upload(csv_of((800, "FT1")), manager)
    address = reverse("statement", args=[statement.pk])
    data = _selected(desk.get(address).content.decode()) | {"booked_on": "", "keep_as": "My bank"}
    response = desk.post(address, data)
    assert response.status_code == 400
    page = response.content.decode()
    assert "Choose the column of the date." in page
    assert "My bank" in page
    assert not StatementLayout.objects.exists()


def test_a_workbook_is_refused_kindly(desk: Client) -> None:
    workbook = SimpleUploadedFile("s.csv", b"PK\x03\x04 and so on", "text/csv")
    response = desk.post(reverse("statements"), {"file": workbook})
    assert response.status_code == 415
    assert "save it as CSV" in response.content.decode()
    assert desk.post(reverse("statements"), {}).status_code == 422


def test_exact_ones_are_ticked_near_ones_are_not(payment_in: MakePayment, manager: Any, desk: Client) -> None:
    exact, near, busy = (payment_in(S.SUBMITTED) for _number in range(3))
    reviewing.claim(busy.pk, actor=make_user("second@test.clinic", "management", first_name="Gita"))
    read(csv_of((800, key_of(exact)), (700, key_of(near)), (800, key_of(busy)), ("USD 5", "X")), manager)
    page = shown(desk)
    state = {value.split(".")[1]: attributes.strip() for value, attributes in ticks(page).items()}
    assert state == {exact.pk.hex: "checked", near.pk.hex: "", busy.pk.hex: "disabled"}
    for words in ("NPR 100.00 less than expected", "Gita", "Another currency: never matched", "USD 5.00"):
        assert words in page


def test_confirm_the_chosen_in_one_go(payment_in: MakePayment, manager: Any, desk: Client) -> None:
    pair = [payment_in(S.SUBMITTED) for _number in range(2)]
    statement = read(csv_of(*((800, key_of(payment)) for payment in pair)), manager)
    data = {"choice": [choice_value(one) for one in choices()] + ["nonsense", "a.b.c"]}
    address = f"{reverse('statement_lines')}?statement={statement.pk}"
    assert "2 payments are confirmed." in desk.post(address, data).content.decode()
    assert "2 lines were confirmed before: nothing was changed." in desk.post(address, data).content.decode()
    assert {payment.status for payment in Payment.objects.all()} == {S.CONFIRMED}
    assert pair[0].reference in shown(desk, state="confirmed")
    assert desk.post(address, {}).status_code == 422
    assert desk.post(address, {"choice": ["nonsense"]}).status_code == 422


def test_set_aside_and_back(manager: Any, desk: Client) -> None:
    statement = read(csv_of((5, "FTASIDE"), (6, "FTSTAYS")), manager)
    line = StatementLine.objects.get(reference="FTASIDE")
    data = {"line": [str(line.pk), "nonsense"], "statement": str(statement.pk)}
    response = desk.post(reverse("statement_lines_aside"), data)
    assert str(statement.pk) in response["Location"]
    assert "FTASIDE" not in shown(desk)
    assert "FTASIDE" in shown(desk, state="ignored")
    desk.post(reverse("statement_lines_back"), data)
    assert StatementLine.objects.filter(state=LineState.OPEN).count() == 2


def test_a_line_that_names_a_paid_payment_says_so(
    payment_in: MakePayment, manager: Any, desk: Client
) -> None:
    paid = payment_in(S.CONFIRMED)
    paid.attempts.update(method="cash")
    read(csv_of((800, "", f"again {paid.reference}")), manager)
    assert "It names a payment of" in shown(desk)


def test_what_is_in_a_line_is_only_text(manager: Any, desk: Client) -> None:
    read(csv_of((800, "=1+1", '=HYPERLINK("http://x")', "<script>alert(1)</script>")), manager)
    page = shown(desk)
    assert "<script>alert" not in page
    assert 'href="http://x"' not in page
    assert "=HYPERLINK(&quot;http://x&quot;)" in page


def test_removed_as_long_as_nothing_is_confirmed(submitted: Payment, manager: Any, desk: Client) -> None:
    keep = read(csv_of((800, key_of(submitted))), manager)
    desk.post(reverse("statement_lines"), {"choice": [choice_value(one) for one in choices()]})
    desk.post(reverse("statement_remove", args=[keep.pk]))
    assert Statement.objects.filter(pk=keep.pk).exists()
    other = read(csv_of((5, "X")), manager)
    desk.post(reverse("statement_remove", args=[other.pk]))
    assert not Statement.objects.filter(pk=other.pk).exists()


def test_thirty_lines_cost_as_much_as_one(
    many_payments: Callable[[int], None], manager: Any, desk: Client
) -> None:
    costs = []
    for number in (1, 30):
        many_payments(number)
        for at, payment in enumerate(Payment.objects.all()):
            read(csv_of((800, key_of(payment)), (at + 1, f"NONE{at}")), manager)
        for address in ("statement_lines", "statements"):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(reverse(address)).status_code == 200
            costs.append(len(queries))
    assert costs[:2] == costs[2:]


def test_nothing_yet(desk: Client) -> None:
    assert "No statement yet" in desk.get(reverse("statements")).content.decode()
    for state in LineState.values:
        assert 'class="empty"' in shown(desk, state=state)


def test_the_others_are_kept_out(submitted: Payment, manager: Any, patient: Any, doctor: Any) -> None:
    statement = read(csv_of((800, key_of(submitted))), manager)
    line = StatementLine.objects.get()
    pages = [
        ("get", reverse("statements"), {}),
        ("post", reverse("statements"), {"file": upload(b"Date,Amount\n2026-11-05,5\n")}),
        ("get", reverse("statement", args=[statement.pk]), {}),
        ("post", reverse("statement", args=[statement.pk]), {}),
        ("post", reverse("statement_remove", args=[statement.pk]), {}),
        ("get", reverse("statement_lines"), {}),
        ("post", reverse("statement_lines"), {"choice": [choice_value(one) for one in choices()]}),
        ("post", reverse("statement_lines_aside"), {"line": [line.pk]}),
        ("post", reverse("statement_lines_back"), {"line": [line.pk]}),
    ]
    for person in (None, patient, doctor):
        client = Client()
        if person:
            client.force_login(person)
        for method, address, data in pages:
            assert getattr(client, method)(address, data).status_code == (403 if person else 302)
    line.refresh_from_db()
    assert line.state == LineState.OPEN
    assert Statement.objects.count() == 1
