"""What the works service reads from its environment."""

from typing import Annotated

from pydantic import Field, SecretStr

from chassis.settings import Settings


class WorksSettings(Settings):
    """The chassis' settings and the service's own.

    Batches are larger here: many messages name the same block, and it is worked out once a batch.
    """

    batch_size: Annotated[int, Field(ge=1, description="Messages handled together at most.")] = 4000

    ingest_token: Annotated[
        SecretStr | None,
        Field(description="Bearer token that may ingest; without one nobody may."),
    ] = None
    ingest_largest_upload: Annotated[int, Field(ge=1, description="Bytes of one file.")] = (
        512 * 2**20
    )
    identity_url: Annotated[
        str, Field(description="Where the identity service answers: it signs access tokens.")
    ] = "http://127.0.0.1:8001"
    contact: Annotated[
        str | None,
        Field(
            pattern=r"^[^\s@<>()]+@[^\s@<>()]+$",
            description="E-mail address that providers may write to about our requests.",
        ),
    ] = None
    harvest_workers: Annotated[int, Field(ge=0, le=32, description="Jobs at a time, per copy.")] = 2
    harvest_schedule: Annotated[
        str, Field(description="Harvests made again and again: `arxiv:cs@24h; crossref@6h`.")
    ] = ""
    harvest_urls: Annotated[
        dict[str, str],
        Field(default_factory=dict, description="Addresses of providers, where not their own."),
    ]
    harvest_keys: Annotated[
        dict[str, SecretStr],
        Field(default_factory=dict, description="API keys by provider, a JSON object."),
    ]
    harvest_pause: Annotated[
        float | None,
        Field(ge=0, description="Seconds between requests, instead of each provider's rule."),
    ] = None
    harvest_retry_pause: Annotated[
        float, Field(gt=0, description="Seconds until a job that failed is tried again, then 5x.")
    ] = 60.0
    harvest_claim_seconds: Annotated[
        float, Field(ge=1, description="A worker not heard of for so long loses its job.")
    ] = 15.0
    ingest_largest_file: Annotated[int, Field(ge=1, description="Bytes after gunzip.")] = 2 * 2**30
