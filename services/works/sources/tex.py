r"""A careful reader of the TeX that titles and abstracts hold.

It reads what is certain (accents, styles, addresses, symbols, simple formulas) and raises ``Doubt``
at anything else, so that the caller can keep the source as it was written.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from pylatexenc.latex2text import get_default_latex_context_db

LITERAL = "\ue000"  # stands for a `$` that is no delimiter, while the text is read
_DEEPEST = 24
_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|\$\$?|[{}^_]|[^\\{}$^_]+|\\", re.S)
_WORD = re.compile(r"[\w'’&-]*")
_ATOM = re.compile(r"[\w.]+")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ACCENTS = dict(
    zip("`'^\"~=.uvHcdbrk", "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b"
        "\u0327\u0323\u0331\u030a\u0328", strict=True)
)  # fmt: skip
_MATH_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip
_STYLES = _names(
    "emph textit textbf texttt textsc textrm textsf textsl textup textmd textnormal text mbox "
    "mathrm mathit mathbf mathsf mathtt mathop operatorname bm boldsymbol underline"
)
_SWITCHES = _names(
    "it em bf rm sl tt sc sf cal itshape bfseries ttfamily scshape normalfont rmfamily sffamily "
    "displaystyle textstyle small xspace protect"
)
_SIZES = _names("left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr")
_ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT",
              "mathfrak": "FRAKTUR"}  # fmt: skip
_SPACING = {" ": " ", "\n": " ", ",": " ", ";": " ", ":": " ", ">": " ", "quad": " ",
            "qquad": " ", "!": "", "/": "", "-": "", "thinspace": " "}  # fmt: skip
_ESCAPED = frozenset("%&$#_{}")
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


class Doubt(Exception):
    """The meaning is not certain: the source text stays."""


@cache
def _symbols() -> dict[str, str]:
    """Macros that stand for a symbol and take no argument, from pylatexenc's table."""
    db = get_default_latex_context_db()
    found: dict[str, str] = {}
    for category in reversed(db.category_list):
        for spec in db.iter_macro_specs([category]):
            value = spec.simplify_repl
            if isinstance(value, str) and value.strip() and not re.search(r"[%<]|\s", value):
                found[spec.macroname] = value
    for name in (*_ACCENTS, *_STYLES, *_SWITCHES, *_SPACING, *_ALPHABETS, "\\", "and", "item"):
        found.pop(name, None)
    return found | _OWN | {name: name for name in _ESCAPED}


class Reader:
    """Reads tokens once, from left to right; raises ``Doubt`` as soon as it is not certain."""

    def __init__(self, source: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(source)
        self.at = 0
        self.depth = 0

    # --- text ---------------------------------------------------------------------------------

    def text(self, closing: str | None = None) -> str:
        """Read up to ``closing``, which is taken, or to the end."""
        out: list[str] = []
        after_unknown = False
        while (piece := self._next()) != closing:
            if piece is None:
                raise Doubt  # not closed
            unknown = False
            if piece == "{":
                out.append(self._group("".join(out[-1:])[-1:], after_unknown))
                unknown = after_unknown
            elif piece == "}":
                raise Doubt
            elif piece in ("$", "$$"):
                out.append(self._formula(piece, piece))
            elif piece in ("\\(", "\\["):
                out.append(self._formula(piece, "\\)" if piece == "\\(" else "\\]"))
            elif piece[0] == "\\":
                read = self._macro(piece)
                unknown = read is None
                out.append(piece if read is None else read)
            else:
                out.append(piece)
            after_unknown = unknown
        return "".join(out)

    def _group(self, before: str, keep: bool) -> str:
        """A group; its braces stay where they may be meant, as in `{English, French}`."""
        start = self.at
        inside = self._deeper(lambda: self.text("}"))
        source = self.tokens[start : self.at - 1]
        if keep:
            return "{" + inside + "}"
        if not source:
            return "" if start > 1 and self.tokens[start - 2][0] == "\\" else "{}"
        markup = source[0][0] == "\\" and not inside.startswith("\\")
        in_word = before == "" or before.isspace() or before.isalnum() or before == "-"
        protected = in_word and _WORD.fullmatch(inside)  # `{HST}`, but not `[{E}]`
        return inside if markup or protected else "{" + inside + "}"

    def _macro(self, piece: str) -> str | None:
        """What a macro in text gives; None when it is not known."""
        name = piece[1:].strip() or piece[1:]
        space = piece[1 + len(name) :]
        if name in _ACCENTS:
            return self._deeper(lambda: self._accented(name))
        if name in _STYLES and self._peek() == "{":
            self.at += 1
            return self._deeper(lambda: self.text("}"))
        if name in _SWITCHES:
            return ""
        if name in ("url", "path", "nolinkurl") and self._peek() == "{":
            return self._address()
        if name == "href" and self._peek() == "{":
            return self._link()
        if name in ("textsuperscript", "textsubscript") and self._peek() == "{":
            self.at += 1
            inside = self._deeper(lambda: self.text("}"))
            return _small(inside, _RAISED if name == "textsuperscript" else _LOWERED) or inside
        if name in _SPACING:
            return _SPACING[name]
        if name == "\\":
            return " " if (self._peek() or " ")[0].isspace() else None
        symbol = _symbols().get(name)
        if symbol is None:
            return None
        return symbol if symbol.isalpha() and len(symbol) == 1 else symbol + space

    def _accented(self, name: str) -> str:
        mark = _ACCENTS[name]
        following = self._next()
        if following == "{":
            base = self._deeper(lambda: self.text("}"))
        elif following is None or following[0] in "}$^_" or following in ("\\", "\\\\"):
            raise Doubt
        elif following[0] == "\\":
            read = self._macro(following)
            if read is None:
                raise Doubt
            base = read
        else:
            bare = following.lstrip() if name.isalpha() else following
            if not bare:
                raise Doubt
            base, rest = bare[0], bare[1:]
            self._push_back(rest)
        if not base or not base[0].isalpha():
            raise Doubt
        first = {"ı": "i", "ȷ": "j"}.get(base[0], base[0])
        return unicodedata.normalize("NFC", first + mark) + base[1:]

    def _address(self) -> str:
        """The group that follows, raw but for escapes: an address."""
        self.at += 1
        out: list[str] = []
        depth = 1
        while (piece := self._next()) is not None:
            depth += (piece == "{") - (piece == "}")
            if depth == 0:
                return "".join(out)
            out.append(piece[1:] if piece[0] == "\\" and piece[1:] in _ESCAPED else piece)
        raise Doubt

    def _link(self) -> str:
        address = self._address()
        if self._peek() != "{":
            raise Doubt
        self.at += 1
        words = self._deeper(lambda: self.text("}"))
        return words if words.strip() in ("", address) else f"{words} ({address})"

    # --- formulas -----------------------------------------------------------------------------

    def _formula(self, opening: str, closing: str) -> str:
        start = self.at
        try:
            return self.math(closing).strip()
        except Doubt:
            self.at = start
        source = [opening]
        while (piece := self._next()) is not None:
            source.append(piece)
            if piece == closing:
                return "".join(source)
        raise Doubt

    def math(self, closing: str | None = None) -> str:
        """Read a formula up to ``closing``, which is taken, or to the end."""
        out = ""
        while (piece := self._next()) != closing:
            if piece is None or piece in ("}", "$", "$$"):
                raise Doubt
            if piece in ("^", "_"):
                out += self._script(piece, out)
            elif piece == "{":
                if out[-3:].isalpha() and len(out) > 2:
                    raise Doubt  # a macro that lost its backslash
                out += self._deeper(lambda: self.math("}"))
            elif piece[0] == "\\":
                out = self._math_macro(piece, out)
            elif "&" in piece:
                raise Doubt
            else:
                out += re.sub(r"(?<=\w)'(?!\w)", "′", piece.replace("~", " "))
        return out

    def _math_macro(self, piece: str, out: str) -> str:
        name = piece[1:].strip() or piece[1:]
        space = " " if piece[1 + len(name) :] else ""
        if name in _SWITCHES or name in _SIZES:
            return out
        if name in _SPACING:
            return out + _SPACING[name]
        if name in _STYLES:
            if name.startswith("text") or name in ("mbox", "emph"):
                if self._next() != "{":
                    raise Doubt
                return out + self._deeper(lambda: self.text("}"))
            return out + self._argument()
        if name in _ALPHABETS:
            return out + "".join(_letter(_ALPHABETS[name], c) for c in self._argument())
        if name in _MATH_ACCENTS:
            base = self._argument()
            if len(base) != 1:
                raise Doubt
            return out + base + _MATH_ACCENTS[name]
        if name in ("frac", "tfrac", "dfrac"):
            over, under = self._argument(), self._argument()
            before = " " if out[-1:].isalnum() else ""
            return f"{out}{before}{_bracketed(over)}/{_bracketed(under)}"
        if name == "sqrt":
            if (self._peek() or "").startswith("["):
                raise Doubt
            return out + "√" + _bracketed(self._argument())
        symbol = _symbols().get(name)
        if symbol is None:
            raise Doubt
        if len(symbol) > 1 and symbol.isalpha():  # log, max
            before = " " if out[-1:].isalnum() else ""
            return out + before + symbol + space
        if not symbol.isalnum() and not out[-1:].isspace():
            space = ""  # `3\times 4`
        return out + symbol + space

    def _script(self, sign: str, before: str) -> str:
        source_is_group = self._peek() == "{"
        inside = self._argument().strip()
        if not inside:
            raise Doubt
        if sign == "^" and before[-1:].isdigit() and _ORDINAL.fullmatch(inside):
            return inside
        small = _small(inside, _RAISED if sign == "^" else _LOWERED)
        if small is not None:
            return small
        return f"{sign}{{{inside}}}" if source_is_group and len(inside) > 1 else sign + inside

    def _argument(self) -> str:
        """A group, a macro or one character."""
        piece = self._next()
        while piece is not None and piece.isspace():
            piece = self._next()
        if piece is None or piece[0] in "}$^_":
            raise Doubt
        if piece == "{":
            return self._deeper(lambda: self.math("}"))
        if piece[0] == "\\":
            return self._deeper(lambda: self._math_macro(piece, "")).strip()
        bare = piece.lstrip()
        self._push_back(bare[1:])
        return bare[0]

    # --- tokens -------------------------------------------------------------------------------

    def _next(self) -> str | None:
        if self.at >= len(self.tokens):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _push_back(self, rest: str) -> None:
        """Leave ``rest``, the end of the piece just taken, to be read next."""
        if rest:
            taken = self.tokens[self.at - 1]
            self.tokens[self.at - 1 : self.at] = [taken[: -len(rest)], rest]

    def _deeper(self, read: Callable[[], str]) -> str:
        if self.depth >= _DEEPEST:
            raise Doubt
        self.depth += 1
        inside = read()
        self.depth -= 1
        return inside


def _small(text: str, letters: dict[str, str]) -> str | None:
    found = [letters.get(c) for c in text]
    return None if None in found else "".join(c for c in found if c)


def _letter(alphabet: str, letter: str) -> str:
    """`R` of the double-struck alphabet is `ℝ`."""
    case = "CAPITAL" if letter.isupper() else "SMALL"
    for prefix in ("MATHEMATICAL ", "", "BLACK-LETTER"):
        kind = alphabet if prefix != "BLACK-LETTER" else ""
        try:
            return unicodedata.lookup(f"{prefix}{kind} {case} {letter.upper()}".strip())
        except KeyError:
            continue
    raise Doubt


def _bracketed(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
