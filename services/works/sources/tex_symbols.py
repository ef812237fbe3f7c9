"""What macros, letters and accents of TeX stand for in Unicode."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from pylatexenc.latex2text import get_default_latex_context_db


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACCENTS = dict(
    zip("`'^\"~=.uvHcdbrk", "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b"
        "\u0327\u0323\u0331\u030a\u0328", strict=True)
)  # fmt: skip
MATH_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip
STYLES = _names(
    "emph textit textbf texttt textsc textrm textsf textsl textup textmd textnormal text mbox "
    "mathrm mathit mathbf mathsf mathtt mathop operatorname bm boldsymbol underline"
)
SWITCHES = _names(
    "it em bf rm sl tt sc sf cal itshape bfseries ttfamily scshape normalfont rmfamily sffamily "
    "displaystyle textstyle small xspace protect"
)
SIZES = _names("left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr")
ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT",
              "mathfrak": "FRAKTUR"}  # fmt: skip
SPACING = {" ": " ", "\n": " ", ",": " ", ";": " ", ":": " ", ">": " ", "quad": " ",
            "qquad": " ", "!": "", "/": "", "-": "", "thinspace": " "}  # fmt: skip
ESCAPED = frozenset("%&$#_{}")
_OWN = {"LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "prime": "′", "S": "§", "P": "¶",
        "lbrace": "{", "rbrace": "}", "lvert": "|", "rvert": "|", "mid": "|", "colon": ":",
        "|": "‖", "mod": "mod", "sim": "∼", "ldots": "…", "dots": "…", "cdots": "⋯"}  # fmt: skip
_RAISED = dict(
    zip("0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW∘′*",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°′*", strict=True)
)  # fmt: skip
_LOWERED = dict(
    zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True)
)  # fmt: skip


@cache
def symbols() -> dict[str, str]:
    """Macros that stand for a symbol and take no argument, from pylatexenc's table."""
    db = get_default_latex_context_db()
    found: dict[str, str] = {}
    for category in reversed(db.category_list):
        for spec in db.iter_macro_specs([category]):
            value = spec.simplify_repl
            if isinstance(value, str) and value.strip() and not re.search(r"[%<]|\s", value):
                found[spec.macroname] = value
    for name in (*ACCENTS, *STYLES, *SWITCHES, *SPACING, *ALPHABETS, "\\", "and", "item"):
        found.pop(name, None)
    return found | _OWN | {name: name for name in ESCAPED}


def small(text: str, sign: str) -> str | None:
    """The text raised (``^``) or lowered (``_``); None where Unicode lacks a letter for it."""
    letters = _RAISED if sign == "^" else _LOWERED
    return _whole(letters.get(letter) for letter in text)


def styled(text: str, alphabet: str) -> str | None:
    """`R` of the alphabet `mathbb` is `ℝ`; None where Unicode lacks a letter for it."""
    return _whole(_letter(ALPHABETS[alphabet], letter) for letter in text)


def _letter(alphabet: str, letter: str) -> str | None:
    case = "CAPITAL" if letter.isupper() else "SMALL"
    for prefix in ("MATHEMATICAL ", "", "BLACK-LETTER"):
        kind = alphabet if prefix != "BLACK-LETTER" else ""
        try:
            return unicodedata.lookup(f"{prefix}{kind} {case} {letter.upper()}".strip())
        except KeyError:
            continue
    return None


def _whole(letters: Iterable[str | None]) -> str | None:
    found = list(letters)
    return None if None in found else "".join(letter for letter in found if letter)
