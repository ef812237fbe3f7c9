"""What counts as evidence, how much, and to which level it leads."""

import pytest

from services.identity.evidence import (
    DOUBTS,
    FINDINGS,
    NEEDED,
    Facts,
    assess,
    is_close,
    judge_email,
    judge_orcid,
    judge_page,
    level_of,
    names_differ,
    printed_addresses,
)

ADA = Facts(
    name="Ada Example",
    names=("Ada Example", "A. Example"),
    orcids=("0000-0002-1825-0097",),
    domains=("example.edu",),
    printed=("ada@cs.example.edu", "box@post.example"),
)


@pytest.mark.parametrize(
    ("reasons", "level"),
    [
        ([], "L1"),
        (["email-printed"], "L2"),
        (["email-at-institution", "email-printed"], "L2"),
        (["orcid-matches"], "L2"),
        (["moderator-decided"], "L2"),
        (["orcid-matches", "page-elsewhere"], "L3"),
        (["email-printed", "collaborator-confirmed"], "L3"),
        (["email-printed", "collaborator-confirmed", "page-elsewhere"], "L3"),
        (["email-at-institution", "collaborator-confirmed", "page-elsewhere"], "L4"),
        (["orcid-matches", "collaborator-confirmed", "page-elsewhere"], "L4"),
    ],
)
def test_levels_rest_on_independent_kinds_of_proof(reasons: list[str], level: str) -> None:
    assert level_of(reasons) == level


def test_no_amount_of_mail_alone_is_sure() -> None:
    mail = [reason for reason, finding in FINDINGS.items() if finding.kind == "email"]
    found = assess(mail, ())
    assert not found.is_sure
    assert found.level == "L2"


def test_of_each_kind_the_best_counts_once() -> None:
    found = assess(["orcid-one-of-several", "orcid-matches", "orcid-matches"], ())
    assert (found.strength, found.kinds) == (100, ("orcid",))


def test_doubts_count_less_unless_something_answers_them() -> None:
    doubts = ("name-differs", "same-name-record")
    assert assess(["orcid-matches"], doubts).strength == NEEDED
    assert assess(["orcid-matches"], doubts).doubts == ()
    weak = assess(["email-at-institution", "collaborator-confirmed"], doubts)
    assert weak.strength == 110 - DOUBTS["name-differs"].less - DOUBTS["same-name-record"].less
    assert weak.doubts == doubts
    assert not assess(["orcid-matches"], ("claims-many-records",)).is_sure
    assert assess([], doubts).strength == 0


@pytest.mark.parametrize(
    ("orcid", "reason"),
    [
        ("0000-0002-1825-0097", "orcid-matches"),
        ("0000-0001-5109-3700", "orcid-differs"),
        (None, "orcid-not-signed-in"),
    ],
)
def test_an_orcid_sign_in_is_compared_with_what_sources_assert(
    orcid: str | None, reason: str
) -> None:
    assert judge_orcid(ADA, orcid) == reason


def test_an_id_of_several_is_not_sure_and_none_proves_nothing() -> None:
    several = Facts("Ada", orcids=("0000-0002-1825-0097", "0000-0001-5109-3700"))
    assert judge_orcid(several, "0000-0002-1825-0097") == "orcid-one-of-several"
    assert judge_orcid(Facts("Ada"), "0000-0002-1825-0097") == "orcid-not-on-record"


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("ada@cs.example.edu", "email-printed"),
        ("BOX@post.example", "email-printed"),
        ("ada.example@mail.example.edu", "email-at-institution-named"),
        ("office@example.edu", "email-at-institution"),
        ("ada@notexample.edu", "email-not-on-record"),
        ("ada@example.edu.evil.example", "email-not-on-record"),
        ("ada@gmail.com", "email-not-on-record"),
    ],
)
def test_an_address_is_compared_with_papers_and_domains(email: str, reason: str) -> None:
    assert judge_email(ADA, email) == reason


def test_a_page_counts_more_on_a_domain_of_an_institution() -> None:
    assert judge_page(ADA, "https://people.example.edu/~ada") == "page-at-institution"
    assert judge_page(ADA, "https://example.edu@evil.example/") == "page-elsewhere"


def test_addresses_are_found_as_papers_print_them() -> None:
    printed = ("Dept. of X, {a.b, c; d}@cs.example.edu", "Y Lab (Z@Example.org), Town", "no one")
    assert printed_addresses(printed) == (
        "a.b@cs.example.edu",
        "c@cs.example.edu",
        "d@cs.example.edu",
        "z@example.org",
    )


@pytest.mark.parametrize(
    ("name", "differs"),
    [
        ("Hangbo Bao", False),
        ("Bao, Hangbo", False),
        ("H. Bao", False),
        ("包航波", False),
        (None, False),
        ("Furu Wei", True),
        ("H. Wei", True),
        ("魏福儒", True),
    ],
)
def test_names_are_alike_whatever_their_order_or_script(name: str | None, differs: bool) -> None:
    assert names_differ(name, Facts("Hangbo Bao", ("Hangbo Bao",))) is differs


@pytest.mark.parametrize(
    ("authors", "close"),
    [([2, 2], True), ([4, 4], True), ([2], False), ([8, 8], False), ([3000, 3000, 3000], False)],
)
def test_close_collaborators_share_small_works(authors: list[int], close: bool) -> None:
    assert is_close(authors) is close
