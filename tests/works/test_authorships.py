"""Who wrote what, as it is exported, and why a work was put with an author."""

import json

import pytest
from fastapi import FastAPI

from services.works.api_authors import router
from services.works.store import Store
from tests.support import client
from tests.works.papers import ADA, ADA_ID, ARXIV, GRACE, acl, arxiv, by
from tests.works.taking_in import authors, resolve, take_in


@pytest.fixture
async def store(store: Store) -> Store:
    """Two works of Ada's, one of which was preprinted, and one of Grace's."""
    await take_in(store, arxiv(doi="10.1/a"), acl(doi="10.1/a"))
    await take_in(store, acl("2023.acl-long.7", authors=by(GRACE, ADA), year=2023))
    await resolve(store)
    return store


async def test_every_authorship_is_exported_and_an_export_goes_on_where_it_stopped(
    store: Store,
) -> None:
    app = FastAPI()
    app.include_router(router(store))
    async with client(app) as http:
        lines = [json.loads(x) for x in (await http.get("/export/authorships")).text.splitlines()]
        first = lines[0]["author"]
        rest = await http.get("/export/authorships", params={"after": first})
    told = {(tuple(one["work"]), one["position"]): one["name"] for one in lines}
    assert told == {
        (("acl:2021.acl-long.1", "arxiv:2106.08254"), 0): ADA,
        (("acl:2021.acl-long.1", "arxiv:2106.08254"), 1): GRACE,
        (("acl:2023.acl-long.7",), 0): GRACE,
        (("acl:2023.acl-long.7",), 1): ADA,
    }
    assert {one["author"] for one in lines} == set(await authors(store))
    assert [json.loads(x) for x in rest.text.splitlines()] == [
        one for one in lines if one["author"] != first
    ]


async def test_an_author_tells_why_each_work_is_theirs(store: Store) -> None:
    app = FastAPI()
    app.include_router(router(store))
    async with client(app) as http:
        found = (await http.get(f"/authors/{ADA_ID}/authorships")).json()
    assert found["author"] == ADA_ID
    assert len(found["authorships"]) == 2
    why = next(one for one in found["authorships"] if one["work_id"] == ARXIV)
    assert why["same_name"]
    assert why["pieces"]["share of co-authors"] > 0
    assert why["evidence"] == pytest.approx(sum(why["pieces"].values()), abs=1.0)
