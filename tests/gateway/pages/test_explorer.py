"""What the explorer of the graph says in words."""

import json

from services.gateway.pages import render
from services.gateway.pages.view.graph import GraphEdge, GraphSlice
from tests.gateway.pages.document import Document, in_order
from tests.gateway.pages.samples import BASE, EVERY_PAGE, SLICE


def test_the_explorer_lists_everything_it_draws_closest_first() -> None:
    page = Document(EVERY_PAGE["explorer"])
    in_order(page.text, "Researchers 2", "Furu Wei 1.33", "Li Dong –", "Works 1", "BEiT", "Topics")
    assert json.loads(page.scripts[0])["center"] == "a-1"
    assert [f["value"] for f in page.all("input") if "checked" in f] == [
        "1",
        "author",
        "work",
        "topic",
    ]


def test_the_explorer_says_who_follows_whom() -> None:
    assert "Follow" not in Document(EVERY_PAGE["explorer"]).text
    follows = (
        GraphEdge(source="a-2", target="a-1", kind="followed"),
        GraphEdge(source="a-1", target="a-2", kind="followed"),
        GraphEdge(source="a-9", target="a-1", kind="followed"),
    )
    slice_ = SLICE.model_copy(update={"edges": (*SLICE.edges, *follows)})
    page = Document(render.explorer_page(slice_, base_url=BASE, name="Hangbo Bao"))
    in_order(page.text, "Follow", "Furu Wei", "Both ways", "Li Dong", "Follows", "Works")


def test_the_explorer_says_when_there_is_more_or_nothing() -> None:
    more = SLICE.model_copy(update={"truncated": True})
    assert (
        "There is more"
        in Document(render.explorer_page(more, base_url=BASE, name="Hangbo Bao")).text
    )
    nothing = GraphSlice(center="a-1", nodes=SLICE.nodes[:1])
    page = render.explorer_page(nothing, base_url=BASE, name="Hangbo Bao", kinds=("topic",))
    assert "Nothing of the chosen kinds" in Document(page).text
