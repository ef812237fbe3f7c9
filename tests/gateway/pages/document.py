"""A page as its reader's software sees it."""

from html.parser import HTMLParser


class Document(HTMLParser):
    """A page as its reader's software sees it: the words, the elements, the data blocks."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        assert not self._open, f"left open: {self._open}"

    VOID = frozenset({"meta", "link", "input", "br", "path", "rect", "circle"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1:] == [tag], f"</{tag}> closes nothing"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts.append(data)
        elif "body" in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self) -> list[str]:
        return [a["href"] or "" for a in self.all("a")]

    def meta(self, name: str) -> list[str]:
        return [m["content"] or "" for m in self.all("meta") if m.get("name") == name]


def in_order(text: str, *parts: str) -> None:
    place = 0
    for part in parts:
        found = text.find(part, place)
        assert found >= 0, f"{part!r} does not follow in: …{text[place : place + 300]}"
        place = found + len(part)
