"""What holds of joining for any records: order is nothing, and records of one work meet."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.works.joining import partition
from services.works.nodes import keys
from services.works.records import Record
from tests.works.papers import ADA, ALAN, GRACE, arxiv, by, held

TITLE = "On the computation of Bernoulli numbers"
THREE = by(ADA, GRACE, ALAN)
PAPERS = st.lists(
    st.builds(
        Record,
        source=st.sampled_from(["arxiv", "acl", "crossref"]),
        feed=st.just("f"),
        record_id=st.sampled_from("abcdef"),
        title=st.sampled_from([TITLE, f"Towards {TITLE}", f"{TITLE} II"]),
        type=st.sampled_from(["preprint", "article", "proceedings-article"]),
        year=st.sampled_from([2020, 2021, 2025]),
        doi=st.sampled_from([None, None, None, "10.1/x", "10.1/y"]),
        authors=st.sampled_from([THREE, THREE, by(ADA, GRACE), by(ALAN)]),
    ),
    max_size=8,
    unique_by=lambda record: record.key,
)


@given(PAPERS, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_works_never_depend_on_the_order_of_the_records(
    records: list[Record], chance: random.Random
) -> None:
    shuffled = chance.sample(records, len(records))
    one, other = partition(held(*records)), partition(held(*shuffled))
    assert one == other
    assert sorted(key for group in one.groups for key in group.keys) == sorted(
        record.key for record in records
    )


@given(PAPERS)
@settings(max_examples=150, deadline=None)
def test_records_of_one_work_meet_under_keys(records: list[Record]) -> None:
    families: list[tuple[set[str], list[Record]]] = []
    for record in records:
        near = [family for family in families if family[0] & set(keys(record))]
        families = [family for family in families if family not in near]
        names = set(keys(record)).union(*(names for names, _ in near))
        families.append((names, [record, *(one for _, found in near for one in found)]))
    apart = [group for _, family in families for group in partition(held(*family)).groups]
    assert sorted(group.keys for group in apart) == sorted(
        group.keys for group in partition(held(*records)).groups
    )


def test_a_record_meets_others_under_every_name_it_has() -> None:
    record = arxiv(title=TITLE, doi="10.1/X", identifiers=("openalex:W1",), authors=THREE)
    assert keys(record) == (
        "arxiv:2106.08254",
        "authors:lovelace hopper turing",
        "doi:10.1/x",
        "openalex:w1",
        "title:onthecomputationofbernoullinumbers",
    )
