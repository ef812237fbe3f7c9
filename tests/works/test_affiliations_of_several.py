"""Which institutions one affiliation names, if there are several."""

import pytest

from contracts.events.works import Institution
from services.works.affiliations import affiliated, match
from services.works.resolution import Mention
from tests.works.registry import matched, registry, ror

NEIGHBOURS = [
    ror("0hosp0001", "Hospital of Lund", place="Lund", country="SE"),
    ror("012a77v79", "Lund University", place="Lund", country="SE"),
    ror("0unit0001", "Institute of Physics", place="Lund", country="SE"),
    ror("0unit0002", "Ministry of Health", place="Lund", country="SE"),
    ror("0malmo001", "Malmö University", place="Malmö", country="SE"),
    ror("0nocity01", "Svenska Forskare", country="SE"),
    ror("03zga2b32", "University of Hong Kong", place="Hong Kong", country="HK"),
    ror("0hosp0002", "Hospital of Hong Kong", place="Hong Kong", country="HK"),
]
BOTH = ["0hosp0001", "012a77v79"]


@pytest.mark.parametrize(
    ("printed", "ror_ids"),
    [
        ("Department of X, Hospital of Lund, Lund University, 221 00 Lund, Sweden", BOTH),
        ("Hospital of Lund, Lund; Department of X, Lund University, Lund", BOTH),
        ("Hospital of Lund/Lund University, Lund, Sverige", BOTH),
        ("Hospital of Lund, Lund University, Lund, Sweden (A.B., C.D.)", BOTH),
        ("Hospital of Hong Kong, University of Hong Kong, Hong Kong, China",
         ["0hosp0002", "03zga2b32"]),
        ("Lund University, Malmö University, Malmö, Sweden", ["0malmo001"]),
        ("Institute of Physics, Lund University, Lund, Sweden", ["012a77v79"]),
        ("Key Laboratory of Ice, Ministry of Health, Lund University, Lund", ["012a77v79"]),
        ("Institute of Physics, Malmö University, Lund", ["0unit0001"]),
        ("Institute of Physics, Ministry of Health, Lund", []),
        ("Hospital of Lund, Lund University, Sweden", []),
        ("Lund University, Svenska Forskare, 22100, Sweden", []),
        ("Lund University, University of Hong Kong, Lund", []),
        ("Lund University, Lund, Malmö University, Malmö, Sweden", []),
        ("Hospital of Lund, Lund University, Lund, Sweden, and Somewhere, Norway", []),
    ],
)  # fmt: skip
def test_of_several_those_are_meant_that_are_in_the_one_city_that_is_printed(
    printed: str, ror_ids: list[str]
) -> None:
    assert matched(printed, registry(*NEIGHBOURS)) == ror_ids


@pytest.mark.parametrize(
    "printed",
    [
        "Hospital of Lund, Lund (Drs Hall and Sol); Department of X, Somewhere, Lund (Dr Yao)",
        "From the Hospital, Nowhere (AB, CDE), and Lund University, Lund, Sweden (FG, HI)",
        "Lund University (A.B.), Department of Y, Elsewhere (C.-D.E., F.G.), Lund, Sweden",
        "Faculty of Z (Cameron, Yang), Lund University; Somewhere (Yang, Al Kharusi), Lund",
        "Lund University (Ms Woods), Lund; Hospital of Lund (Mr Domitrovich), Lund",
    ],
)
def test_where_several_people_are_told_apart_no_place_is_one_of_theirs(printed: str) -> None:
    assert match(printed, registry(*NEIGHBOURS)) == ()


def said(year: int, printed: str, *institutions: Institution) -> Mention:
    """What one work says of where its author works."""
    return Mention(
        work_id=f"W{year}",
        place=0,
        block="lovelace a",
        key="ada lovelace",
        name="Ada Lovelace",
        affiliations=(printed,),
        institutions=institutions,
        year=year,
    )


@pytest.mark.parametrize("newest_first", [True, False])
def test_each_of_two_institutions_has_the_affiliation_that_names_both(newest_first: bool) -> None:
    both = "Department of X, Hospital of Lund, Lund University, Lund, Sweden"
    mentions = [said(2019, "Lund University"), said(2021, both)]
    found = affiliated(mentions[::-1] if newest_first else mentions, registry(*NEIGHBOURS))
    told = [(each.institution, each.printed, each.first_year, each.last_year) for each in found]
    assert [(known and known.name, *rest) for known, *rest in told] == [
        ("Hospital of Lund", both, 2021, 2021),
        ("Lund University", both, 2019, 2021),
    ]


def test_of_several_that_the_source_names_each_has_the_affiliation_that_names_both() -> None:
    named = [Institution(ror=f"https://ror.org/05gq0298{n}", name=f"Brown {n}") for n in (1, 2)]
    printed = "Psychoceramics, Brown 1, Brown 2"
    found = affiliated([said(2019, printed, *named)], registry())
    assert [(each.printed, each.institution) for each in found] == [
        (printed, institution) for institution in named
    ]
