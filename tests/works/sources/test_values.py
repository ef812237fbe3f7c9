"""Identifiers, dates and languages are brought into one form, and refused when they are none."""

from datetime import UTC, date, datetime

import pytest

from services.works.sources import values


@pytest.mark.parametrize(
    ("written", "iri"),
    [
        ("https://orcid.org/0000-0001-5109-3700", "0000-0001-5109-3700"),
        ("http://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0000000179841889", "0000-0001-7984-1889"),
        ("0000\u20130001\u20135109\u20133700", "0000-0001-5109-3700"),
        ("https://orcid.org/0000 0001 5109 3700", "0000-0001-5109-3700"),
        ("0000-0001-5109-3701", None),  # its check digit is wrong
        ("0000-0001-5109", None),
        ("", None),
    ],
)
def test_orcid_ids(written: str, iri: str | None) -> None:
    assert values.orcid(written) == iri


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("http://arxiv.org/abs/math.GT/0309136v2", "math/0309136"),
        ("arXiv:2106.03441v11", "2106.03441"),
        ("solv-int/9901001", "solv-int/9901001"),
        ("https://arxiv.org/pdf/2106.03441v1.pdf", "2106.03441"),
        ("10.1/2106.03441", None),
    ],
)
def test_arxiv_ids(written: str, found: str | None) -> None:
    assert values.arxiv_id(written) == found


@pytest.mark.parametrize(
    ("doi", "found"),
    [
        ("10.48550/arxiv.2201.06719", ("arxiv:2201.06719",)),
        ("10.18653/v1/p19-1001", ("acl:P19-1001",)),
        ("10.18653/v1/2022.acl-long.11", ("acl:2022.acl-long.11",)),
        ("10.1000/x", ()),
        (None, ()),
    ],
)
def test_what_a_doi_implies(doi: str | None, found: tuple[str, ...]) -> None:
    assert values.implied(doi) == found


def test_partial_and_impossible_dates() -> None:
    assert values.partial([2016, 5, 3]) == (date(2016, 5, 3), 2016)
    assert values.partial([2016, 5]) == values.partial([2016, 13, 40]) == (None, 2016)
    assert values.partial([None]) == values.partial([]) == values.partial([0]) == (None, None)
    assert values.partial([date.today().year + 2]) == (None, None)
    assert values.iso_parts("2016-05-03T00:00:00Z") == [2016, 5, 3]
    assert values.iso_parts("2016-05") == [2016, 5]
    assert values.iso_parts("20160503") == values.iso_parts("spring") == []


def test_instants() -> None:
    assert values.instant("2023-05-16T03:11:08") == datetime(2023, 5, 16, 3, 11, 8, tzinfo=UTC)
    assert values.instant("2023-05-16") == datetime(2023, 5, 16, tzinfo=UTC)
    assert values.instant("0001-01-01T00:00:00+14:00") is None
    assert values.milliseconds(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert values.milliseconds("9" * 30) is values.milliseconds("x") is None


@pytest.mark.parametrize(
    ("written", "tag"),
    [("eng", "en"), ("en_us", "en-US"), ("GER", "de"), ("English", "en"), ("gsg", "gsg"),
     ("zxx", None), ("und", None), ("anything", None), ("", None)],
)  # fmt: skip
def test_languages(written: str, tag: str | None) -> None:
    assert values.language(written) == tag
