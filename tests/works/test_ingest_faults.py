"""What is told of a file in which something is wrong, or on whose way something goes wrong."""

import gzip
from collections.abc import Callable

import httpx
import pytest
from pymongo.errors import ServerSelectionTimeoutError

from chassis.documents import Contended
from services.works import domain, store
from services.works.domain import State, Told
from services.works.joining import Group
from tests.support import System
from tests.works.uploads import NO_ADDRESS, entries, feed, held, lines, send

Living = Callable[[str, State | None, Group], tuple[State, Told]]


def failing_at(title: str, error: Exception) -> Living:
    """What makes works, but for the one with this title."""

    def living(work: str, before: State | None, group: Group) -> tuple[State, Told]:
        if group.members[0].record.title == title:
            raise error
        return domain.living(work, before, group)

    return living


async def test_a_bad_record_is_reported_and_the_rest_taken(
    databases: System, http: httpx.AsyncClient
) -> None:
    one, two = entries(2)
    found, last = lines(await send(http, feed(one, NO_ADDRESS, two)))
    assert (found.read, found.new) == (3, 2)
    (notice,) = found.rejected
    assert "nowhere" in notice.reason
    assert notice.record
    assert last.done
    assert await held(databases) == 2


@pytest.mark.parametrize("packed", [False, True])
async def test_of_a_file_cut_short_everything_before_the_cut_is_taken(
    databases: System, http: httpx.AsyncClient, packed: bool
) -> None:
    whole = feed(*entries(40))
    content = gzip.compress(whole)[:-12] if packed else whole[:-60]
    response = lines(await send(http, content, name="cut.xml"))
    (notice,) = (notice for line in response for notice in line.rejected)
    assert "cut.xml" in notice.record
    assert response[-1].done
    assert 0 < await held(databases) == sum(line.new for line in response)
    assert await held(databases) >= (1 if packed else 39)


async def test_a_record_that_cannot_be_kept_is_reported_and_the_rest_taken(
    databases: System, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "living", failing_at("Title 7", ValueError("no store takes it")))
    progress = lines(await send(http, feed(*entries(20))))
    assert sum(line.new for line in progress) == 19
    assert sum(line.revised + line.unchanged for line in progress) == 0
    assert sum(line.read for line in progress) == 20
    (refused,) = [notice for line in progress for notice in line.rejected]
    assert refused.record == "2401.00007"
    assert "no store takes it" in refused.reason
    assert progress[-1].done
    assert await held(databases) == 19


async def test_what_looks_wrong_in_a_record_is_a_warning_and_it_is_taken(
    http: httpx.AsyncClient,
) -> None:
    doubtful = entries(1)[0].replace("2024-01-01T00:00:00Z", "soon", 1)
    found, _ = lines(await send(http, feed(doubtful)))
    assert (found.read, found.new, found.rejected) == (1, 1, [])
    (warning,) = found.warnings
    assert warning.record == "2401.00001"
    assert "soon" in warning.reason


async def test_a_doi_used_twice_by_one_source_is_a_warning(http: httpx.AsyncClient) -> None:
    doi = '<doi xmlns="http://arxiv.org/schemas/atom">10.1234/x</doi></entry>'
    twice = [entry.replace("</entry>", doi) for entry in entries(2)]
    found, _ = lines(await send(http, feed(*twice)))
    assert (found.read, found.new) == (2, 2)
    (warning,) = found.warnings
    assert warning.record == "2401.00002"
    assert "10.1234/x" in warning.reason


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ServerSelectionTimeoutError("no server"), "the database of works gives no answer"),
        (Contended("works of 3 keys"), "others kept changing the same works"),
    ],
)
async def test_what_breaks_a_file_off_is_told_at_the_end_of_the_answer(
    databases: System,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    told: str,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(store, "living", failing_at("Title 260", fault))
        *taken, last = lines(await send(http, feed(*entries(300))))
    assert (last.error, last.done) == (told, False)
    kept = sum(line.new for line in taken)
    assert 0 < kept == await held(databases) < 300
    again = lines(await send(http, feed(*entries(300))))
    assert again[-1].done
    assert await held(databases) == 300
