"""What a person can choose about the embedded stack, all by environment variables."""

import os
from dataclasses import dataclass

from deploy.local.errors import StackError

SERVICES = ("identity", "works", "trust", "graph", "gateway")
"""In the order in which they are shown."""

PIPELINE = ("works", "graph", "trust", "identity", "gateway")
"""In the order in which events flow: each consumes only from those before it."""


@dataclass(frozen=True)
class StackSettings:
    """Choices for one stack; `from_environment` reads them."""

    namespace: str = "bzpeer"
    kafka_bootstrap_servers: str | None = None
    mongodb_uri: str | None = None
    gateway_port: int | None = None
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, gateway_port: int | None = None) -> "StackSettings":
        """NAMESPACE, KAFKA_BOOTSTRAP_SERVERS, MONGODB_URI, BZPEER_GATEWAY_PORT, LOG_LEVEL."""
        asked = os.environ.get("BZPEER_GATEWAY_PORT")
        if gateway_port is None and asked:
            if not asked.isdigit() or not 0 < int(asked) < 65536:
                raise StackError(f"BZPEER_GATEWAY_PORT is {asked!r}, which is not a port.")
            gateway_port = int(asked)
        return cls(
            namespace=os.environ.get("NAMESPACE") or "bzpeer",
            kafka_bootstrap_servers=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
            mongodb_uri=os.environ.get("MONGODB_URI") or None,
            gateway_port=gateway_port,
            log_level=os.environ.get("LOG_LEVEL") or "INFO",
        )

    def topic(self, name: str) -> str:
        """The topic's name in Kafka."""
        return f"{self.namespace}.{name}"

    def group(self, service: str) -> str:
        """The service's consumer group."""
        return f"{self.namespace}.{service}"
