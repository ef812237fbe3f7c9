r"""Text for display: spaces tidied, NFC, and TeX read where its meaning is beyond doubt.

Titles, abstracts and names in arXiv's metadata are TeX; those of other sources are plain text in
which ``$``, ``{`` and ``\`` mostly stand for themselves. One rule serves both: what is surely TeX
is read (accents, ``\textit{…}``, ``\url{…}``, simple formulas), anything else stays as it was
written. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from urllib.parse import unquote

from services.works.sources.tex import LITERAL, Doubt, Reader

_LONGEST = 50_000  # characters; a longer text is only tidied
_LONGEST_FORMULA = 1_000

_TEX = re.compile(r"[\\${}]")
_SPACES = re.compile(r"\s+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_DOLLAR = re.compile(r"(?<!\\)\$\$?")
_DOI = re.compile(  # those of before 2001 may contain a SICI: `…15:1<3::AID-JHBS2>3.0.CO;2-L`
    r"10\.\d{4,9}(?:\.\d+)*/[^\s<>\"\\]+(?:<[^\s<>\"\\]+>\d\.\d\.[a-z]{2};\d[^\s<>\"\\]*)?"
)
_TIE = re.compile(  # `Fig.~3`, `5~TeV`, but neither `~5` nor an address
    r"((?<!\S)\S*://\S*|\\url\s*\{[^}]*\})"
    r"|(?<=[.)\]$}])~(?=[\w$\\(])|(?<=[A-Za-z]{3})~(?=[\w$\\(])|(?<=\d)~(?=[A-Za-z$\\])"
)
_WORDS = re.compile(r"[A-Za-z]{3,}\s+[A-Za-z]{2,}|[A-Za-z]{2,}\s+[A-Za-z]{3,}")


def tidy(text: str) -> str:
    """The text in NFC with every run of white space made one space, none at the ends.

    Characters that control a device or are none at all are left out.
    """
    text = _UNPRINTABLE.sub("", text)
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())


def display(text: str) -> str:
    """The text as people should read it: tidied, and TeX read where that is safe."""
    return tidy(untex(text))


def untex(text: str) -> str:
    """The text with TeX read where that is safe, its spaces as they were."""
    if not _TEX.search(text) or len(text) > _LONGEST or LITERAL in text:
        return text
    try:
        marked = _TIE.sub(lambda m: m[1] or " ", _literal_dollars(text))
        return Reader(marked).text().replace(LITERAL, "$")
    except Doubt:
        return text


def formula(source: str) -> str:
    """A formula without its dollars, readable; the source itself if it is not a simple one."""
    if len(source) > _LONGEST:
        return source
    try:
        return Reader(source).math()
    except Doubt:
        return source


def first_doi(text: str) -> str | None:
    """The first DOI in a field that may hold several, in lower case; None if that is no DOI."""
    text = re.sub(r"^\s*doi[:\s]\s*", "", text[:2_000], flags=re.I).strip()
    first = re.split(r"[\s,;]+(?=(?:https?://|doi:|10\.))|\s+", text, maxsplit=1)[0].lower()
    bare = re.sub(r"^(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:)", "", first).rstrip(".,;")
    if "%3c" in bare or "&lt;" in bare:  # a SICI as addresses and HTML write it
        bare = unquote(bare).replace("&lt;", "<").replace("&gt;", ">")
    return bare if _DOI.fullmatch(bare) else None


def with_subtitle(title: str, subtitle: str) -> str:
    """Both as one title, unless the title has it already."""
    title = title.rstrip()
    if not title or not subtitle.strip() or subtitle.strip().casefold() in title.casefold():
        return title
    return f"{title} {subtitle}" if title[-1] in ":.?!—–-" else f"{title}: {subtitle}"


def quoted(text: str) -> str:
    """A text to be shown in a message: in quotes, and cut when it is long."""
    return repr(text if len(text) <= 80 else text[:79] + "…")


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
            kept.append(text[at : opening.start()] + LITERAL * len(opening[0]))
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
