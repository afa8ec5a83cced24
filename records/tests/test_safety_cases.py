import pytest

from records.domain import safety

from .safety_case import Case
from .safety_cases import CASES


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 60
    assert len({case.title for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_known_case(case: Case) -> None:
    found = {finding.key: finding for finding in safety.check(*case.asked())}
    for key, grade in case.expected.items():
        assert (found[key].grade if key in found else None) == grade, sorted(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_each_finding_says_where_it_is_from(case: Case) -> None:
    for finding in safety.check(*case.asked()):
        assert finding.source or finding.kind is safety.Kind.UNKNOWN
        assert finding.text
        assert "%" not in finding.text
        assert len(finding.key) <= 120
