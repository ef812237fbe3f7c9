"""TeX becomes what people read, and whatever is not surely TeX stays as it was written."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.works.sources.text import display, first_doi, formula, tidy, untex


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  two\n  lines\tand   spaces ", "two lines and spaces"),
        ("Cafe\u0301", "Café"),
        # accents
        (r"\'Edgar Rold\'an", "Édgar Roldán"),
        (r"J{\"o}rg M\"uller", "Jörg Müller"),
        (r"S\o ren {\aa}g Erd\H{o}s Fran\c{c}ois Dvo\v r\'ak", "Søren åg Erdős François Dvořák"),
        (r"\'{\i} \'\i{} \~n \.I \u{g} \k{a} \ss", "í í ñ İ ğ ą ß"),
        # markup
        (r"\textit{a} \emph{b \textbf{c}} \texttt{d}", "a b c d"),
        (r"{\it Herschel} and {\em \bf both}", "Herschel and both"),
        (r"at \url{https://example.org/a_b~c}.", "at https://example.org/a_b~c."),
        (r"\href{https://example.org}{here}", "here (https://example.org)"),
        (r"\href{https://e.org}{https://e.org}", "https://e.org"),
        (r"5\% of R\&D, \#1, co\-re\-fe\-rence", "5% of R&D, #1, coreference"),
        (r"\LaTeX{} and {HST} and {Bayesian}", "LaTeX and HST and Bayesian"),
        # formulas
        (r"$k_{\rm B}T$", "k_BT"),
        (r"$10^{-4}$ nb$^{-1}$, H$_2$O, $360^\circ$, $1^{st}$", "10⁻⁴ nb⁻¹, H₂O, 360°, 1st"),
        (r"$3\times 10^5$ and $a \leq b$", "3×10⁵ and a ≤ b"),
        (r"$\mathcal{O}(n\log n)$ in $\mathbb{R}^n$", "𝒪(n log n) in ℝⁿ"),
        (r"$\frac{a+b}{2}$, $\sqrt{n}$, $\sqrt{a+b}$", "(a+b)/2, √n, √(a+b)"),
        (r"$W_{\gamma p}$ and $m_{Z^\prime}$", "W_{γ p} and m_{Z′}"),
        (r"$\sqrt{s}=5.02$~TeV", "√s=5.02 TeV"),
        (r"$$E=mc^2$$ and \(x_1\)", "E=mc² and x₁"),
        ("$k$NN and F$_1$-score", "kNN and F₁-score"),
        # not TeX, or not surely
        ("costs $5 and $6", "costs $5 and $6"),
        ("about $4, $8 and $10 per hour", "about $4, $8 and $10 per hour"),
        ("awarded $35,000 in total", "awarded $35,000 in total"),
        ("a single $&!#* vector", "a single $&!#* vector"),
        ("#Turki$hTweets and US$500", "#Turki$hTweets and US$500"),
        ("the set {English, French}, en-{de, fr}", "the set {English, French}, en-{de, fr}"),
        ("<Italy,GDP,2T$>", "<Italy,GDP,2T$>"),
        ("[{tSe.u}]", "[{tSe.u}]"),
        (r"\unknown{some \emph{text}} stays", r"\unknown{some text} stays"),
        (r"$\begin{matrix}a\\b\end{matrix}$", r"$\begin{matrix}a\\b\end{matrix}$"),
        (r"unbalanced { brace and \emph{x}", r"unbalanced { brace and \emph{x}"),
        ("100% of it, ~5 or 10~20", "100% of it, ~5 or 10~20"),
        ("C:\\", "C:\\"),
        ("}{ $$$ \\", "}{ $$$ \\"),
    ],
)
def test_text_for_display(written: str, read: str) -> None:
    assert display(written) == read


def test_a_formula_that_is_not_simple_stays_as_it_is() -> None:
    assert formula(r"{k \choose 2}") == r"{k \choose 2}"
    assert formula(r"O(n^2\varepsilon^{-2})") == "O(n²ε⁻²)"


@given(st.one_of(st.text(), st.text(alphabet="\\${}^_~'\"%cab12é\u0301.,\n ", max_size=60)))
def test_no_text_is_refused_and_all_of_it_is_nfc(written: str) -> None:
    for read in (display(written), tidy(written), tidy(formula(written))):
        assert unicodedata.is_normalized("NFC", read)
        assert read == read.strip()


@given(st.text(alphabet="${}^_~%abXY12 .,()", max_size=60))
def test_without_macros_no_letter_or_digit_is_lost(written: str) -> None:
    def characters(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())

    assert characters(display(written)) == characters(written)


@pytest.mark.parametrize("piece", ["$", "{", "\\", "\\'", "~$", "$x_1$ ", "^{", "\\url{", "_a$"])
def test_text_made_to_be_slow_is_not(piece: str) -> None:
    started = time.monotonic()
    untex(piece * (50_000 // len(piece)))
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("10.1103/PhysRevD.93.016005", "10.1103/physrevd.93.016005"),
        ("10.1103/A.1, 10.1103/A.2;10.1103/A.3", "10.1103/a.1"),
        ("https://doi.org/10.3384/nejlt.2000", "10.3384/nejlt.2000"),
        ("doi:10.1162/COLI_a_00239", "10.1162/coli_a_00239"),
        ("DOI: 10.1162/COLI_a_00239", "10.1162/coli_a_00239"),
        ("doi:https://doi.org/10.1162/COLI_a_00239", "10.1162/coli_a_00239"),
        ("www.doi.org/10.1162/COLI_a_00239", "10.1162/coli_a_00239"),
        (
            "10.1002/1520-6696(197901)15:1<3::AID-JHBS2300150102>3.0.CO;2-L",
            "10.1002/1520-6696(197901)15:1<3::aid-jhbs2300150102>3.0.co;2-l",
        ),
        (
            "https://doi.org/10.1002/1520-6696(197901)15:1%3C3::AID-JHBS2300150102%3E3.0.CO;2-L",
            "10.1002/1520-6696(197901)15:1<3::aid-jhbs2300150102>3.0.co;2-l",
        ),
        (
            "10.1175/1520-0469(1963)020&lt;0130:DNF&gt;2.0.CO;2",
            "10.1175/1520-0469(1963)020<0130:dnf>2.0.co;2",
        ),
        ("10.1234/abc<br>", None),
        ("10.1002/(SICI)1097(1996)1:2<3;;AID", None),
        ("10.1002/(SICI)1098-1004(200001)15:1<114::AID-HUMU21>3.0.CO;2-4",
         "10.1002/(sici)1098-1004(200001)15:1<114::aid-humu21>3.0.co;2-4"),
        ("10.1002/humu<i>21</i>", None),
        ("10.1890/0012-9658(2006)87[1:t]2.0.CO;2", "10.1890/0012-9658(2006)87[1:t]2.0.co;2"),
        ("http://hdl.handle.net/2065/12202", None),
        ("0.26615/978-954", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_first_doi_of_a_field(written: str, doi: str | None) -> None:
    assert first_doi(written) == doi
