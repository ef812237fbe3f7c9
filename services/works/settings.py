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
    ingest_largest_file: Annotated[int, Field(ge=1, description="Bytes after gunzip.")] = 2 * 2**30
