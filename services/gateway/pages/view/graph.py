"""The research graph around one node."""

from typing import Annotated, Literal

from pydantic import Field, computed_field

from services.gateway.pages.view.base import View
from services.gateway.pages.view.paths import researcher_path, topic_path, work_path

NodeKind = Literal["author", "work", "topic"]
EdgeKind = Literal["authored", "about", "collaborated", "followed"]


class GraphNode(View):
    id: str
    kind: NodeKind
    label: Annotated[str, Field(description="A name or a title.")]
    weight: float = 1.0

    @computed_field(description="Its page.")
    @property
    def url(self) -> str:
        path = {"author": researcher_path, "work": work_path, "topic": topic_path}[self.kind]
        return path(self.id)


class GraphEdge(View):
    source: str
    target: str
    kind: EdgeKind
    weight: float = 1.0


class GraphSlice(View):
    """The part of the research graph around one node."""

    center: Annotated[str, Field(description="Id of the node in the middle.")]
    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    truncated: Annotated[bool, Field(description="There is more than what is given here.")] = False
