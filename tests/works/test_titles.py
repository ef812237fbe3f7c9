"""When titles and lists of authors are those of one work; most examples are of real records."""

import pytest

from contracts.events.works import Authorship
from services.works.titles import (
    authors_key,
    differ_by_subtitle,
    near_titles,
    plain_title,
    same_authors,
    same_list,
    title_key,
)
from tests.works.papers import ADA, ALAN, GRACE, acl, arxiv, by

TITLE = "On the computation of Bernoulli numbers"


def test_titles_meet_whatever_their_case_accents_and_punctuation() -> None:
    assert plain_title("Poincaré’s  «Theorem» — Revisited") == "poincare s theorem revisited"
    other = "ON THE COMPUTATION, of Bernoulli Numbers!"
    assert title_key(arxiv(title=other)) == title_key(arxiv(title=TITLE))


def test_a_title_in_chinese_is_a_title() -> None:
    assert title_key(arxiv(title="基于深度学习的自然语言处理方法研究")) is not None
    assert title_key(arxiv(title="引言")) is None


def test_a_short_title_meets_with_the_family_names_of_its_authors() -> None:
    assert title_key(arxiv(title="Tapadóir")) == title_key(
        acl(title="TAPADOIR", authors=by("A. Lovelace", "Hopper, G."))
    )
    assert title_key(arxiv(title="Tapadóir")) != title_key(
        arxiv(title="Tapadóir", authors=by(ADA, ALAN))
    )
    assert title_key(arxiv(title="Tapadóir", authors=by(ADA))) is None
    for title in ("Preface", "Guest Editorial", "Editors' Introduction", "Q"):
        assert title_key(arxiv(title=title)) is None


def test_authors_are_the_same_with_initials_or_in_other_order_of_names() -> None:
    assert same_authors(arxiv(), acl(authors=by("A. Lovelace", "G. M. Hopper")))
    assert same_authors(arxiv(), acl(authors=by("Lovelace, Ada", "Hopper, Grace")))
    assert not same_authors(arxiv(), acl(authors=by("Ada Byron", GRACE)))
    many = tuple(Authorship(name=f"Ada Number{n}") for n in range(8))
    some = acl(authors=many[:3], authors_complete=False)
    assert same_authors(arxiv(authors=many), some)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "XGLUE: A New Benchmark Datasetfor Pre-training",
            "XGLUE: a New Benchmark Dataset for Pretraining",
        ),
        ("IRLab_DAIICT at SemEval-2020 Task 9", "IRLab DAIICT at SemEval-2020 Task 9"),
        (
            "Multi\u02c62OIE: Multilingual Open Extraction",
            "Multi^2OIE: Multilingual Open Extraction",
        ),
        ("Reversible Template-based Shake & Bake", "Reversible template-based shake and bake"),
        ("\u03b2-VAE: Learning Basic Visual Concepts", "beta-VAE: learning basic visual concepts"),
        ("\u03bb-calculus for natural language", "Lambda-Calculus for Natural Language"),
        ("Đánh giá tiếng Việt tự động", "Danh gia tieng Viet tu dong"),
        (
            "Une MétaGrammaire pour les adjectifs [in French]",
            "Une métagrammaire pour les adjectifs",
        ),
        ("RETRACTED ARTICLE: The origin of Palestinians", "The origin of Palestinians"),
        ("[Retracted] The origin of Palestinians", "The origin of Palestinians"),
        ("The origin of Palestinians (Retracted)", "The origin of Palestinians"),
        ("The origin of Palestinians (extended version)", "The origin of Palestinians"),
    ],
)
def test_titles_meet_that_sources_print_otherwise(one: str, other: str) -> None:
    assert title_key(arxiv(title=one)) == title_key(acl(title=other)) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HANSpeller: A Unified Framework", "HANSpeller++: A Unified Framework"),
        ("Programming in C for linguists", "Programming in C# for linguists"),
        ("The effect on cells (in vitro)", "The effect on cells (in vivo)"),
        ("The origin of Palestinians", "Retraction: The origin of Palestinians"),
        ("The origin of Palestinians", "Retraction notice to “The origin of Palestinians”"),
        ("The origin of Palestinians", "Correction to: The origin of Palestinians"),
    ],
)
def test_titles_do_not_meet_that_say_something_else(one: str, other: str) -> None:
    assert title_key(arxiv(title=one)) != title_key(acl(title=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Automated Interpretation of Clinical Encounters with Cultural Cues",
            "Accultran: Automated Interpretation of Clinical Encounters with Cultural Cues",
        ),
        (
            "BLiMP: A Benchmark of Linguistic Minimal Pairs for English",
            "BLiMP: The Benchmark of Linguistic Minimal Pairs for English",
        ),
        (
            "The Analysis and Annotation of Propaganda Techniques in Chinese News Texts",
            "中文新聞文本之宣傳手法標記與分析 (The Analysis and Annotation of Propaganda "
            "Techniques in Chinese News Texts)",
        ),
    ],
)
def test_a_title_may_have_become_another(one: str, other: str) -> None:
    assert near_titles(one, other)
    assert near_titles(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Findings of the WMT 2022 Shared Task on Automatic Post-Editing",
            "Findings of the WMT 2023 Shared Task on Automatic Post-Editing",
        ),
        (
            "Annotation Curricula to Implicitly Train Non-Expert Annotators",
            "Erratum: Annotation Curricula to Implicitly Train Non-Expert Annotators",
        ),
        (
            "On the computation of Bernoulli numbers, part I",
            "On the computation of Bernoulli numbers, part II",
        ),
        (
            "Vaccines for preventing influenza in healthy adults",
            "Vaccines for preventing influenza in healthy children",
        ),
        ("An Open Source Punjabi Resource Grammar", "An Open Source Urdu Resource Grammar"),
        ("Machine Translation of Patents", "Robust Machine Translation of Patents"),
    ],
)
def test_titles_of_two_works_may_be_alike(one: str, other: str) -> None:
    assert not near_titles(one, other)


@pytest.mark.parametrize(
    ("whole", "head"),
    [
        (
            "Smart Computer Aided Translation Environment - SCATE",
            "Smart computer-aided translation environment",
        ),
        (
            "Toward Gender-Inclusive Coreference Resolution: An Analysis of Gender and Bias",
            "Toward Gender-Inclusive Coreference Resolution",
        ),
    ],
)
def test_a_subtitle_may_be_left_out(whole: str, head: str) -> None:
    assert differ_by_subtitle(whole, head)
    assert differ_by_subtitle(head, whole)


def test_what_stands_before_a_colon_may_be_no_title() -> None:
    assert not differ_by_subtitle("Guest editorial: Machine translation", "Guest editorial")
    assert not differ_by_subtitle("BERT for parsing: a study", "BERT for tagging")


def test_authors_are_the_same_in_another_order_or_with_one_more() -> None:
    hajic = by("Jan Hajič", "Ondřej Bojar", "Zdeňka Urešová")
    uresova = by("Zdeňka Urešová", "Jan Hajič", "Ondřej Bojar")
    assert same_authors(arxiv(authors=hajic), acl(authors=uresova))
    assert not same_list(arxiv(authors=hajic), acl(authors=uresova))
    assert same_authors(arxiv(), acl(authors=by(ADA, ALAN, GRACE)))
    assert same_authors(acl(authors=by(ADA, ALAN, GRACE)), arxiv())


def test_authors_are_others_when_little_is_left_of_them() -> None:
    assert not same_authors(arxiv(authors=by(ADA)), acl(authors=by(ADA, GRACE)))
    assert not same_authors(arxiv(), acl(authors=by(ALAN, ADA, GRACE)))
    assert not same_authors(arxiv(), acl(authors=by(ADA, ALAN)))


def test_three_to_fifty_authors_are_a_key() -> None:
    assert authors_key(arxiv()) is None
    many = tuple(Authorship(name=f"Ada Number{n}") for n in range(51))
    assert authors_key(arxiv(authors=many)) is None
    assert authors_key(arxiv(authors=many[:50])) is not None
    assert authors_key(arxiv(authors=many[:3], authors_complete=False)) is None
    assert authors_key(arxiv(authors=by("Lovelace, Ada", GRACE, ALAN))) == authors_key(
        arxiv(authors=by("A. Lovelace", "G. Hopper", ALAN))
    )
