"""Which line fits which payment, and why. No database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.references import new_reference
from billing.domain.statements.matching import Candidate, Line, Proposal, Standing, Why, match

DAY = date(2026, 11, 20)
OURS = "7K4M9PXC"


def line(
    amount: Any = 800, *, reference: str = "", description: str = "", payer: str = "", days: int = 0
) -> Line:
    return Line(uuid4(), DAY + timedelta(days), Decimal(amount), reference, description, payer)


def waits(amount: Any = 800, *, key: str = "FT24123456", reference: str = OURS, **fields: Any) -> Candidate:
    standing = fields.pop("standing", Standing.PENDING)
    attempt = None if standing in (Standing.UNPAID, Standing.LET_GO) else uuid4()
    name = fields.pop("name", "Asha Gurung")
    return Candidate(uuid4(), attempt, reference, Decimal(amount), DAY, standing, key, name, **fields)


def only(found: list[Proposal]) -> Proposal:
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    "where",
    [
        {"reference": "FT24123456"},
        {"reference": "ft 2412-3456"},
        {"description": "IPS/FT24123456/ASHA"},
        {"description": "IPS FT2412 3456 to clinic"},
        {"description": f"QR pay {OURS}"},
        {"description": f"FPQR-{OURS[:4]} {OURS[4:]}-X"},
        {"payer": f"Asha {OURS.lower()}"},
    ],
)
def test_a_reference_and_the_amount_fit_exactly(where: dict[str, Any]) -> None:
    one = only(match([line(800, **where)], [waits(), waits(reference=new_reference(), key="OTHER999")]))
    assert one.exact
    assert one.candidate.reference == OURS


def test_without_a_claim_our_reference_is_enough() -> None:
    unpaid = waits(standing=Standing.UNPAID, key="")
    assert only(match([line(description=OURS)], [unpaid])).exact
    # The right amount alone says nothing of who has claimed nothing.
    assert match([line()], [unpaid]) == []


@pytest.mark.parametrize("amount", [799, "800.01", 1600])
def test_another_amount_is_never_exact(amount: Any) -> None:
    one = only(match([line(amount, reference="FT24123456")], [waits()]))
    assert not one.exact
    assert Why.OTHER_AMOUNT in one.why


@pytest.mark.parametrize("standing", [Standing.LET_GO, Standing.CALLED_OFF])
def test_what_was_refused_or_called_off_needs_a_look(standing: Standing) -> None:
    one = only(match([line(reference="FT24123456")], [waits(standing=standing)]))
    assert not one.exact
    assert Why(standing.value) in one.why


def test_two_payments_named_in_one_line() -> None:
    other = waits(reference=new_reference(), key="XX99887766")
    one = only(match([line(reference="XX99887766", description=OURS)], [waits(), other]))
    assert not one.exact
    assert Why.NAMES_TWO in one.why


def test_one_line_each() -> None:
    lines = [line(reference="FT24123456", days=1), line(reference="FT24123456")]
    one = only(match(lines, [waits()]))
    assert one.line == lines[1]


def test_a_part_that_was_confirmed_is_not_taken_for_the_rest() -> None:
    payment = uuid4()
    accepted = Candidate(payment, uuid4(), OURS, Decimal(400), DAY, Standing.ACCEPTED, "FT24123456")
    rest = Candidate(payment, None, OURS, Decimal(400), DAY, Standing.UNPAID, arrived=(Decimal(400),))
    one = only(match([line(400, reference="FT24123456", description=OURS)], [rest, accepted]))
    assert (one.exact, one.candidate) == (True, accepted)
    # Without the bank's reference nobody can tell: no line is ticked.
    assert not any(one.exact for one in match([line(400, description=OURS)], [rest, accepted]))
    assert not only(match([line(400, description=OURS)], [rest])).exact


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ({"days": 2}, Why.DAY),
        ({"days": -3}, Why.DAY),
        ({"days": 8, "reference": "FT2412345"}, Why.LIKE_BANKS),
        ({"days": 8, "reference": "FT24128456"}, Why.LIKE_BANKS),
        ({"days": 8, "reference": "FT2423456"}, Why.LIKE_BANKS),
        ({"days": 8, "description": f"pay {OURS[:7]}Q"}, Why.LIKE_OURS),
        ({"days": 8, "payer": "GURUNG ASHA K."}, Why.NAME),
    ],
)
def test_what_nearly_fits(where: dict[str, Any], why: Why) -> None:
    one = only(match([line(**where)], [waits()]))
    assert not one.exact
    assert {Why.AMOUNT, why} <= set(one.why)


@pytest.mark.parametrize(
    "where",
    [{"days": 4}, {"amount": 801}, {"days": 30, "payer": "Asha Gurung"}, {"days": 8, "reference": "ZZ99"}],
)
def test_what_does_not_fit(where: dict[str, Any]) -> None:
    assert match([line(**where)], [waits()]) == []


def test_the_better_one_wins_and_others_are_told() -> None:
    named = waits(name="Maya Rai", key="", reference=new_reference())
    alike = [waits(key="", name="", reference=new_reference()) for _number in range(3)]
    assert only(match([line(payer="Maya Rai")], [*alike, named])).candidate == named
    one = only(match([line()], alike))
    assert (one.others, Why.ALSO_FITS in one.why) == (2, True)


_TEXT = st.text(alphabet="AB12 -/é०", max_size=12)


@given(
    st.lists(st.tuples(st.integers(1, 4), _TEXT, _TEXT, st.integers(-5, 5)), max_size=8),
    st.lists(st.tuples(st.integers(1, 4), _TEXT, st.sampled_from(list(Standing))), max_size=8),
)
def test_no_line_and_no_payment_twice(lines: list[Any], others: list[Any]) -> None:
    candidates = [
        waits(amount, key=key.replace(" ", ""), standing=standing, reference=new_reference())
        for amount, key, standing in others
    ]
    found = match(
        [line(amount, reference=ref, description=words, days=days) for amount, ref, words, days in lines],
        candidates,
    )
    assert len({one.line.id for one in found}) == len(found)
    assert len({one.candidate.payment for one in found}) == len(found)
    for one in found:
        assert one.why
        if one.exact:
            assert one.line.amount == one.candidate.expected
            assert {Why.OUR_REFERENCE, Why.BANK_REFERENCE} & set(one.why)
