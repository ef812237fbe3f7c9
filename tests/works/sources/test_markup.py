"""Markup is read where it is markup, and stays where it is text."""

import time

import pytest

from services.works.sources.markup import abstract, plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<i>E. coli</i> in H<sub>2</sub>O at 10<sup>-3</sup> mol", "E. coli in H₂O at 10⁻³ mol"),
        ("p < 0.05, a > b and List<String>", "p < 0.05, a > b and List<String>"),
        ("&lt;p&gt;A&amp;amp;B&lt;/p&gt;", "A&B"),
        ("&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "bold"),
        ("AT&T, R&D; &alpha; &#233; &nothing;", "AT&T, R&D; α é &nothing;"),
        ('<p class="x">One</p><p>Two</p>', "One Two"),
        ("in<i>PRCC-TFE3</i>fusion, <i>N</i>-acetyl, <i>Salmonella</i>e",
         "in PRCC-TFE3 fusion, N-acetyl, Salmonellae"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> and <jats:italic>y</jats:italic>", "x and y"),
        ("<alternatives><tex-math>$\\alpha$</tex-math><mml:mi>a</mml:mi></alternatives>", "α"),
        ("a <!-- note --> b", "a b"),
        ("9.92 × 10\n   <jats:sup>−17</jats:sup>\n   kWh of CO\n <sub>2</sub>\n , and",
         "9.92 × 10⁻¹⁷ kWh of CO₂, and"),
        ("see <sub>2</sub> and <i>E. coli</i> ; <ovl>x</ovl>", "see ₂ and E. coli ; x"),
        ("$5 for caf\\'e \\textit{x}", "$5 for café x"),
        ("", ""),
    ],
)  # fmt: skip
def test_titles(written: str, read: str) -> None:
    assert plain(written) == read


def test_headings_of_an_abstract() -> None:
    jats = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>"
        "<jats:p>We do.</jats:p></jats:sec><jats:sec><jats:title>Why?</jats:title>So.</jats:sec>"
    )
    assert abstract(jats) == "Background: We do. Why? So."


@pytest.mark.parametrize("piece", ["<", "&", "<i>", "<alternatives>", "<!--", "<title>", "<a b",
                                   "<tex-math>", "&amp;lt;", "</i>", "<sup>1"])  # fmt: skip
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    start = time.monotonic()
    plain(piece * (190_000 // len(piece)))
    abstract(piece * (190_000 // len(piece)))
    assert time.monotonic() - start < 5
