"""The seed author's preprints and their published versions, in any order."""

from pathlib import Path

import pytest

from services.works.records import Record
from services.works.sources import open_source
from services.works.store import Store
from tests.support import SEED
from tests.works.taking_in import resolve, take_in, works

PUBLISHED = sorted((Path(__file__).parents[1] / "data" / "seed").glob("*.xml"))


def records(path: Path) -> list[Record]:
    with path.open("rb") as stream:
        return [item for item in open_source(stream, path.name, 2**20) if isinstance(item, Record)]


@pytest.mark.parametrize("preprints_first", [True, False])
async def test_published_versions_join_their_preprints(store: Store, preprints_first: bool) -> None:
    files = [SEED, *PUBLISHED] if preprints_first else [*PUBLISHED, SEED]
    for file in files:
        await take_in(store, *records(file))
        await resolve(store)
    found = await works(store)
    assert len(found) == 8
    joined = {work["title"] for work in found.values() if len(work["sources"]) == 2}
    assert joined == {
        "Attention Temperature Matters in Abstractive Summarization Distillation",
        "THE-X: Privacy-Preserving Transformer Inference with Homomorphic Encryption",
    }
    assert all(
        (work["type"], work["year"]) == ("proceedings-article", 2022)
        for work in found.values()
        if work["title"] in joined
    )
    hangbo = await store.blocks.authors.collection.find_one({"state.author.name": "Hangbo Bao"})
    assert hangbo is not None
    wrote = [item["work_id"] for item in hangbo["state"]["author"]["works"]]
    assert sorted(wrote) == sorted(found)
