"""What the gateway reads from its environment."""

from typing import Annotated

from pydantic import Field

from chassis.settings import Settings


class GatewaySettings(Settings):
    """The chassis' settings and the gateway's own."""

    public_url: Annotated[str, Field(description="Where people reach the gateway.")] = (
        "http://127.0.0.1:8000"
    )
    graph_url: Annotated[str, Field(description="Where the graph service answers.")] = (
        "http://127.0.0.1:8004"
    )
    graph_timeout: Annotated[float, Field(gt=0, description="Seconds.")] = 3.0
    identity_url: Annotated[str, Field(description="Where the identity service answers.")] = (
        "http://127.0.0.1:8001"
    )
    identity_timeout: Annotated[float, Field(gt=0, description="Seconds.")] = 5.0
    consistency_wait: Annotated[
        float, Field(ge=0, description="Seconds a read waits for what its reader has changed.")
    ] = 2.0
    trust_url: Annotated[str, Field(description="Where the trust service answers.")] = (
        "http://127.0.0.1:8003"
    )
    works_url: Annotated[str, Field(description="Where the works service answers.")] = (
        "http://127.0.0.1:8002"
    )
    page_cache_bytes: Annotated[int, Field(ge=0, description="Rendered pages kept at most.")] = (
        64 * 2**20
    )
