r"""A careful reader of the TeX that titles and abstracts hold.

It reads what is certain (accents, styles, addresses, symbols, simple formulas) and raises ``Doubt``
at anything else, so that the caller can keep the source as it was written.
"""

import re
import unicodedata
from collections.abc import Callable

from services.works.sources.tex_symbols import (
    ACCENTS,
    ALPHABETS,
    ESCAPED,
    MATH_ACCENTS,
    SIZES,
    SPACING,
    STYLES,
    SWITCHES,
    small,
    styled,
    symbols,
)

LITERAL = "\ue000"  # stands for a `$` that is no delimiter, while the text is read
_DEEPEST = 24
_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|\$\$?|[{}^_]|[^\\{}$^_]+|\\", re.S)
_WORD = re.compile(r"[\w'’&-]*")
_ATOM = re.compile(r"[\w.]+")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)")


class Doubt(Exception):
    """The meaning is not certain: the source text stays."""


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
        if name in ACCENTS:
            return self._deeper(lambda: self._accented(name))
        if name in STYLES and self._peek() == "{":
            self.at += 1
            return self._deeper(lambda: self.text("}"))
        if name in SWITCHES:
            return ""
        if name in ("url", "path", "nolinkurl") and self._peek() == "{":
            return self._address()
        if name == "href" and self._peek() == "{":
            return self._link()
        if name in ("textsuperscript", "textsubscript") and self._peek() == "{":
            self.at += 1
            inside = self._deeper(lambda: self.text("}"))
            return small(inside, "^" if name == "textsuperscript" else "_") or inside
        if name in SPACING:
            return SPACING[name]
        if name == "\\":
            return " " if (self._peek() or " ")[0].isspace() else None
        symbol = symbols().get(name)
        if symbol is None:
            return None
        return symbol if symbol.isalpha() and len(symbol) == 1 else symbol + space

    def _accented(self, name: str) -> str:
        mark = ACCENTS[name]
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
            out.append(piece[1:] if piece[0] == "\\" and piece[1:] in ESCAPED else piece)
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
        if name in SWITCHES or name in SIZES:
            return out
        if name in SPACING:
            return out + SPACING[name]
        if name in STYLES:
            if name.startswith("text") or name in ("mbox", "emph"):
                if self._next() != "{":
                    raise Doubt
                return out + self._deeper(lambda: self.text("}"))
            return out + self._argument()
        if name in ALPHABETS:
            letters = styled(self._argument(), name)
            if letters is None:
                raise Doubt
            return out + letters
        if name in MATH_ACCENTS:
            base = self._argument()
            if len(base) != 1:
                raise Doubt
            return out + base + MATH_ACCENTS[name]
        if name in ("frac", "tfrac", "dfrac"):
            over, under = self._argument(), self._argument()
            before = " " if out[-1:].isalnum() else ""
            return f"{out}{before}{_bracketed(over)}/{_bracketed(under)}"
        if name == "sqrt":
            if (self._peek() or "").startswith("["):
                raise Doubt
            return out + "√" + _bracketed(self._argument())
        symbol = symbols().get(name)
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
        written = small(inside, sign)
        if written is not None:
            return written
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


def _bracketed(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
