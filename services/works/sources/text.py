r"""Text for display: spaces tidied, NFC, and TeX read where its meaning is beyond doubt.

Titles, abstracts and names in arXiv's metadata are TeX; those of other sources are plain text in
which ``$``, ``{`` and ``\`` mostly stand for themselves. One rule serves both: what is surely TeX
is read (accents, ``\textit{…}``, ``\url{…}``, simple formulas), anything else stays as it was
written. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from pylatexenc.latex2text import get_default_latex_context_db

_LONGEST = 50_000  # characters; a longer text is only tidied
_LONGEST_FORMULA = 1_000
_DEEPEST = 24

_TEX = re.compile(r"[\\${}]")
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|\$\$?|[{}^_]|[^\\{}$^_]+|\\", re.S)
_DOLLAR = re.compile(r"(?<!\\)\$\$?")
_TIE = re.compile(  # `Fig.~3`, `5~TeV`, but neither `~5` nor an address
    r"((?<!\S)\S*://\S*|\\url\s*\{[^}]*\})"
    r"|(?<=[.)\]$}])~(?=[\w$\\(])|(?<=[A-Za-z]{3})~(?=[\w$\\(])|(?<=\d)~(?=[A-Za-z$\\])"
)
_LITERAL = "\ue000"  # stands for a `$` that is no delimiter, while the text is read
_WORD = re.compile(r"[\w'’&-]*")
_ATOM = re.compile(r"[\w.]+")
_WORDS = re.compile(r"[A-Za-z]{3,}\s+[A-Za-z]{2,}|[A-Za-z]{2,}\s+[A-Za-z]{3,}")
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


def tidy(text: str) -> str:
    """The text in NFC with every run of white space made one space, none at the ends."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())


def display(text: str) -> str:
    """The text as people should read it: tidied, and TeX read where that is safe."""
    return tidy(untex(text))


def untex(text: str) -> str:
    """The text with TeX read where that is safe, its spaces as they were."""
    if not _TEX.search(text) or len(text) > _LONGEST or _LITERAL in text:
        return text
    try:
        tokens = _TOKEN.findall(_TIE.sub(lambda m: m[1] or " ", _literal_dollars(text)))
        return _Reader(tokens).text().replace(_LITERAL, "$")
    except _Doubt:
        return text


def formula(source: str) -> str:
    """A formula without its dollars, readable; the source itself if it is not a simple one."""
    if len(source) > _LONGEST:
        return source
    try:
        return _Reader(_TOKEN.findall(source)).math()
    except _Doubt:
        return source


def first_doi(text: str) -> str | None:
    """The first DOI in a field that may hold several, in lower case; None if that is no DOI."""
    first = re.split(r"[\s,;]+(?=(?:https?://|doi:|10\.))|\s+", text[:2_000].strip(), maxsplit=1)[0]
    bare = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", first.lower()).rstrip(".,;")
    return bare if re.fullmatch(r"10\.\d{4,9}(?:\.\d+)*/[^\s<>\"\\]+", bare) else None


def quoted(text: str) -> str:
    """A text to be shown in a message: in quotes, and cut when it is long."""
    return repr(text if len(text) <= 80 else text[:79] + "…")


class _Doubt(Exception):
    """The meaning is not certain: the source text stays."""


def _literal_dollars(text: str) -> str:
    """Mark the dollars that are money or mere signs, so that only delimiters remain."""
    found = list(_DOLLAR.finditer(text))
    kept: list[str] = []
    at = place = 0
    while place < len(found):
        opening = found[place]
        closing = found[place + 1] if place + 1 < len(found) else None
        if closing and opening[0] == closing[0] and _is_formula(text, opening, closing):
            kept.append(text[at : closing.end()])
            at = closing.end()
            place += 2
        else:
            kept.append(text[at : opening.start()] + _LITERAL * len(opening[0]))
            at = opening.end()
            place += 1
    return "".join(kept) + text[at:]


def _is_formula(text: str, opening: re.Match[str], closing: re.Match[str]) -> bool:
    inside = text[opening.end() : closing.start()]
    if not inside.strip() or len(inside) > _LONGEST_FORMULA or "\\$" in inside:
        return False
    if inside[0].isdigit() and text[closing.end() : closing.end() + 1].isdigit():
        return False  # "$4, $8"
    prose = re.sub(r"\{[^{}]*\}", "", inside)
    if _WORDS.search(re.sub(r"\\[A-Za-z]+", "\\\\", prose)):
        return False
    if re.search(r"[\\^_]", inside):
        return True
    if inside[0].isdigit() and (inside[-1].isspace() or re.search(r"[A-Za-z]{2}", inside)):
        return False  # "$5 and", "$3bn"
    return len(inside) <= 80


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


class _Reader:
    """Reads tokens once, from left to right; raises ``_Doubt`` as soon as it is not certain."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    # --- text ---------------------------------------------------------------------------------

    def text(self, closing: str | None = None) -> str:
        """Read up to ``closing``, which is taken, or to the end."""
        out: list[str] = []
        after_unknown = False
        while (piece := self._next()) != closing:
            if piece is None:
                raise _Doubt  # not closed
            unknown = False
            if piece == "{":
                out.append(self._group("".join(out[-1:])[-1:], after_unknown))
                unknown = after_unknown
            elif piece == "}":
                raise _Doubt
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
            raise _Doubt
        elif following[0] == "\\":
            read = self._macro(following)
            if read is None:
                raise _Doubt
            base = read
        else:
            bare = following.lstrip() if name.isalpha() else following
            if not bare:
                raise _Doubt
            base, rest = bare[0], bare[1:]
            self._push_back(rest)
        if not base or not base[0].isalpha():
            raise _Doubt
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
        raise _Doubt

    def _link(self) -> str:
        address = self._address()
        if self._peek() != "{":
            raise _Doubt
        self.at += 1
        words = self._deeper(lambda: self.text("}"))
        return words if words.strip() in ("", address) else f"{words} ({address})"

    # --- formulas -----------------------------------------------------------------------------

    def _formula(self, opening: str, closing: str) -> str:
        start = self.at
        try:
            return self.math(closing).strip()
        except _Doubt:
            self.at = start
        source = [opening]
        while (piece := self._next()) is not None:
            source.append(piece)
            if piece == closing:
                return "".join(source)
        raise _Doubt

    def math(self, closing: str | None = None) -> str:
        """Read a formula up to ``closing``, which is taken, or to the end."""
        out = ""
        while (piece := self._next()) != closing:
            if piece is None or piece in ("}", "$", "$$"):
                raise _Doubt
            if piece in ("^", "_"):
                out += self._script(piece, out)
            elif piece == "{":
                if out[-3:].isalpha() and len(out) > 2:
                    raise _Doubt  # a macro that lost its backslash
                out += self._deeper(lambda: self.math("}"))
            elif piece[0] == "\\":
                out = self._math_macro(piece, out)
            elif "&" in piece:
                raise _Doubt
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
                    raise _Doubt
                return out + self._deeper(lambda: self.text("}"))
            return out + self._argument()
        if name in _ALPHABETS:
            return out + "".join(_letter(_ALPHABETS[name], c) for c in self._argument())
        if name in _MATH_ACCENTS:
            base = self._argument()
            if len(base) != 1:
                raise _Doubt
            return out + base + _MATH_ACCENTS[name]
        if name in ("frac", "tfrac", "dfrac"):
            over, under = self._argument(), self._argument()
            before = " " if out[-1:].isalnum() else ""
            return f"{out}{before}{_bracketed(over)}/{_bracketed(under)}"
        if name == "sqrt":
            if (self._peek() or "").startswith("["):
                raise _Doubt
            return out + "√" + _bracketed(self._argument())
        symbol = _symbols().get(name)
        if symbol is None:
            raise _Doubt
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
            raise _Doubt
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
            raise _Doubt
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
            raise _Doubt
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
    raise _Doubt


def _bracketed(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
