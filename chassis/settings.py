"""What every service reads from its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables of the same names in capitals; an empty one counts as not set.

    A service adds its own by subclass.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    mongodb_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    namespace: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][a-z0-9-]*$",
            description="Prefix of topics, groups and databases: several systems share servers.",
        ),
    ] = "bzpeer"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    log_level: str = "INFO"
    trusted_proxies: Annotated[
        str,
        Field(
            description="Addresses and networks, with commas between, whose `X-Forwarded-For` says "
            "who asks; `*` is all. Without any, it is whoever connects."
        ),
    ] = ""
    traces_file: Annotated[
        Path | None, Field(description="Spans are also appended here, one JSON object a line.")
    ] = None
    batch_size: Annotated[int, Field(ge=1, description="Messages handled together at most.")] = 500
    dead_letter_limit: Annotated[
        int, Field(ge=1, description="More dead letters than this in a minute stop the consumer.")
    ] = 100
