"""Bytes that come in pieces: a file sent to us, a page a source answers with."""

import tempfile
from collections.abc import AsyncIterable
from typing import BinaryIO, cast

_IN_MEMORY = 8 * 2**20


class TooLarge(Exception):
    """More bytes came than are taken."""


async def spooled(chunks: AsyncIterable[bytes], largest: int) -> BinaryIO:
    """All of them, from the start, on disk when they are many; closing it frees them.

    Raises ``TooLarge`` after ``largest`` bytes, and reads no further.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (outlives the call)
    try:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > largest:
                raise TooLarge
            spool.write(chunk)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return cast(BinaryIO, spool)
