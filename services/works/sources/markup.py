"""Marked-up text (JATS, HTML, MathML, escaped once or more) as people should read it.

Only elements that are known are taken for markup: `p < 0.05` and `List<String>` stay as written.
"""

import html
import re
from html.entities import html5

from lxml import etree

from services.works.sources.text import formula, tidy, untex

_LONGEST = 200_000  # characters; a longer text is only tidied
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"<(/?)(?:[A-Za-z][\w.-]{0,20}:)?([A-Za-z][\w-]{0,30})((?:\s[^<>]*)?)>")
_COMMENT = re.compile(r"<!--(?:(?!<!--).){0,2000}?-->|<!\[CDATA\[|\]\]>", re.S)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INLINE = _names("""
    a abbr alternatives annotation b bold cite code em ext-link font i inf inline-formula
    inline-graphic italic kbd mark math menclose mfenced mfrac mglyph mi mmultiscripts mn mo
    monospace mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup
    mtable mtd mtext mtr munder munderover named-content none overline ovl pre roman s samp
    sans-serif sc scp semantics small span strike strong styled-content sub sup tex-math tt u
    underline uri var wbr xref
""")
_BLOCK = _names("""
    abstract article blockquote body br caption dd def-item def-list disp-formula disp-quote div
    dl dt fig graphic h1 h2 h3 h4 h5 h6 head hr html img label li list list-item ol p para sec
    section table table-wrap tbody td th thead title tr ul
""")
_SCRIPTS = {"sup": "^", "sub": "_", "inf": "_"}
_SCRIPT = re.compile(
    r"<(?:[\w.-]+:)?(sup|sub|inf)(?:\s[^<>]*)?>([^<>]{1,20})</(?:[\w.-]+:)?\1\s*>", re.I
)
_PRINTED = re.compile(
    r"(?<=\S)\s++(?=<(?:[\w.-]+:)?(?:sup|sub|inf)\b)|(?<=>)\s++(?=[.,;:)\]])", re.I
)
"""Some deposits are printed with each element on a line of its own: `10`, `<sup>-3</sup>`."""
_EMPHASIS = r"(?:[\w.-]+:)?(?:i|em|italic)(?:\s[^<>]*)?>"
_GLUED_BEFORE = re.compile(rf"(?<=[^\W\d_]{{2}})(<{_EMPHASIS}[^\W\d_]{{3}})")
_GLUED_AFTER = re.compile(rf"(?<=\w{{3}})(</{_EMPHASIS})(?=[^\W\d_]{{3}})")
"""Some deposits have lost the spaces around words in italics."""
_TEX_MATH = re.compile(
    r"<(?:[\w.-]+:)?tex-math(?:\s[^<>]*)?>([^<]{0,4000})</(?:[\w.-]+:)?tex-math\s*>", re.S | re.I
)
_ALTERNATIVES = re.compile(
    r"<(?:[\w.-]+:)?alternatives(?:\s[^<>]*)?>((?:(?!<(?:[\w.-]+:)?alternatives).){0,4000}?)</(?:[\w.-]+:)?alternatives\s*>",
    re.S | re.I,
)
_HEADING = re.compile(
    r"<(?:[\w.-]+:)?(title|h[1-6])(?:\s[^<>]*)?>(.{0,200}?)</(?:[\w.-]+:)?\1\s*>", re.S | re.I
)
_WRAPPER = re.compile(r"\\documentclass.*?\\begin\{document\}(.*?)\\end\{document\}", re.S)
_ABSTRACT = re.compile(r"\s*(?:abstract|summary|zusammenfassung|resumen|résumé|resumo)\s*[.:]?\s*",
                       re.I)  # fmt: skip


def plain(text: str) -> str:
    """The text without its markup, entities and TeX; tidied."""
    if len(text) > _LONGEST:
        return tidy(text)
    if "<" in text or "&" in text:
        text = _without_tags(text)
        for _ in range(2):  # some sources escape twice: `&amp;lt;p&amp;gt;`
            unescaped = _ENTITY.sub(_character, text)
            if unescaped == text:
                break
            text = _without_tags(unescaped)
    return tidy(untex(text))


def abstract(text: str) -> str:
    """The same of an abstract: headings within it end in a colon, "Abstract" itself is left out."""
    return plain(_HEADING.sub(_heading, text))


def inner(element: etree._Element) -> str:
    """What stands inside an element, with its markup, to be given to ``plain``."""
    children = (etree.tostring(child, encoding="unicode", with_tail=True) for child in element)
    return html.escape(element.text or "", quote=False) + "".join(children)


def without_full_stop(text: str) -> str:
    """A title, maybe with markup, without the full stop that the source has put after it."""
    return re.sub(r"(?<=[^.])\.(?=(?:</[a-z]+>)*\s*$)", "", text)


def plain_of(element: etree._Element | None) -> str:
    """The text of an element without its markup."""
    return "" if element is None else plain(inner(element))


def _character(found: re.Match[str]) -> str:
    """The character of an entity; a name that is none stays as it is."""
    if found[0][1] == "#":
        return html.unescape(found[0])
    return html5.get(found[0][1:], found[0])


def _heading(found: re.Match[str]) -> str:
    text = _without_tags(found[2]).strip()
    if not text or _ABSTRACT.fullmatch(text):
        return " "
    return f" {text} " if text[-1] in ".:?!" else f" {text}: "


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = _COMMENT.sub(" ", text)
    text = _PRINTED.sub(lambda found: "" if "\n" in found[0] else found[0], text)
    text = _ALTERNATIVES.sub(_alternative, text)
    text = _TEX_MATH.sub(_tex, text)
    text = _SCRIPT.sub(_script, text)
    text = _GLUED_AFTER.sub(r"\1 ", _GLUED_BEFORE.sub(r" \1", text))
    return _TAG.sub(_tag, text)


def _tag(found: re.Match[str]) -> str:
    name = found[2].lower()
    if name in _BLOCK:
        return " "
    return "" if name in _INLINE else found[0]


def _script(found: re.Match[str]) -> str:
    mark = _SCRIPTS[found[1].lower()]
    small = formula(f"{mark}{{{found[2].strip()}}}")
    return found[2] if small[:1] == mark else small


def _alternative(found: re.Match[str]) -> str:
    """Of a formula in several notations, the one in TeX."""
    tex = _TEX_MATH.search(found[1])
    return tex[0] if tex else found[1]


def _tex(found: re.Match[str]) -> str:
    source = html.unescape(found[1])
    wrapped = _WRAPPER.search(source)
    return formula((wrapped[1] if wrapped else source).strip().strip("$"))
