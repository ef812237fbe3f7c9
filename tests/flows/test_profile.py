"""The seed author's page, made by five services out of seven real records."""

import re
from html.parser import HTMLParser

from tests.seed import PAGE, WORKS
from tests.support import SEED, System, client, ingest, started

TITLES = [title for *_, title in WORKS]


class Text(HTMLParser):
    """The text of a page, in its order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._silent = 0
        self.feed(html[html.index("<main") :])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data)

    def __str__(self) -> str:
        return " ".join(re.sub(r"\s+", " ", " ".join(self._parts)).split())


async def test_the_page_and_the_json_say_what_the_records_say(system: System) -> None:
    async with (
        system.running("graph", "trust", "identity"),
        started(system.app("works")) as works,
        started(system.app("gateway")) as gateway,
        client(gateway) as http,
    ):
        counts = await ingest(works, SEED)
        assert (counts["read"], counts["new"]) == (7, 7)
        await system.caught_up()

        found = (await http.get("/api/v1/researchers", params={"q": "hangbo bao"})).json()
        assert [item["name"] for item in found["items"]] == ["Hangbo Bao"]
        author = found["items"][0]["id"]
        json = (await http.get(f"/api/v1/researchers/{author}")).json()
        page = await http.get(f"/researchers/{author}", headers={"Accept": "text/html"})

        assert json["name"] == "Hangbo Bao"
        assert json["tagline"].startswith("Hangbo Bao contributes")
        assert json["affiliation"]["text"] == "Affiliation not imported"
        assert json["open_to_collaborate"] is True
        assert (json["trust"]["score"], json["trust"]["band"]) == (21, "Emerging")
        assert json["trust"]["level"] == "L1"
        assert json["claim"]["text"] == "Unclaimed author"
        assert json["counts"] == {
            "works": 7, "followers": 0, "topics": 4, "close_collaborators": 4,
        }  # fmt: skip
        assert [c["name"] for c in json["close_collaborators"]] == [
            "Furu Wei", "Li Dong", "Wenhui Wang", "Songhao Piao",
        ]  # fmt: skip
        assert [work["title"] for work in json["works"]] == TITLES
        assert [work["year"] for work in json["works"]] == [2022] * 5 + [2020] * 2
        assert {work["type"] for work in json["works"]} == {"preprint"}
        assert {work["source"] for work in json["works"]} == {"arXiv"}

        text = str(Text(page.text))
        at = 0
        for words in PAGE:
            assert words in text[at:], f"{words!r} is not where it belongs"
            at = text.index(words, at) + len(words)
        for work in json["works"]:
            assert " ".join(work["abstract"].split()) in text
        assert text.count("preprint") == 7

        again = await http.get(
            f"/researchers/{author}", headers={"If-None-Match": page.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


async def test_the_trace_of_a_record_goes_from_ingest_to_the_page(system: System) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    async with (
        system.running("graph", "trust", "identity", "gateway"),
        started(system.app("works")) as works,
    ):
        with trace.get_tracer("test").start_as_current_span("bzpeer ingest") as root:
            await ingest(works, SEED)
        await system.caught_up()
    trace_id = root.get_span_context().trace_id
    made = {
        s.context.span_id: s for s in spans.get_finished_spans() if s.context.trace_id == trace_id
    }

    def ancestry(span_id: int) -> list[str]:
        span = made.get(span_id)
        if span is None:
            return []
        group = str((span.attributes or {}).get("messaging.consumer.group.name", ""))
        step = f"{group.rpartition('.')[2]} {span.name}".strip()
        return [*(ancestry(span.parent.span_id) if span.parent else []), step]

    paths = [ancestry(span_id) for span_id in made]
    wanted = [
        "bzpeer ingest",
        "take record",
        "works process works.block",
        "graph process works.author",
        "trust process graph.neighbourhood",
        "gateway process trust.score",
    ]
    assert any(_in_order(wanted, path) for path in paths), max(paths, key=len)


def _in_order(wanted: list[str], path: list[str]) -> bool:
    rest = iter(path)
    return all(step in rest for step in wanted)
