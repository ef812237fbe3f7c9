"""Events to bytes and back, and what is said about bytes that are none."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.codec import Undecodable, about_each, decode, encode, schema_of, type_of
from contracts.envelope import Payload
from contracts.events import CATALOGUE
from contracts.events.identity import ResearcherWasFollowed
from contracts.events.works import WorksWereMerged

FOLLOWED = ResearcherWasFollowed(account_id="U1", verified=True, followers=3)


class PageWasTurned(Payload):
    """What version 1 said, before there were two sides."""

    page: int

    def upcast(self) -> "PageWasTurnedV2":
        return PageWasTurnedV2(page=self.page, side="front")


class PageWasTurnedV2(Payload):
    """The same event, newest version."""

    page: int
    side: str


PAGES = {type_of(event): event for event in (PageWasTurned, PageWasTurnedV2)}


def changed(**attributes: Any) -> bytes:
    """A good event with attributes replaced, or left out where ``None`` is given."""
    document = json.loads(encode(FOLLOWED, subject="A1", position=7)) | attributes
    return json.dumps({k: v for k, v in document.items() if v is not None}).encode()


def test_an_event_comes_out_as_it_went_in() -> None:
    time = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
    body = encode(
        FOLLOWED,
        subject="A1",
        position=7,
        time=time,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        correlationid="c-1",
        actor="U1",
    )
    event = decode(body, CATALOGUE)
    assert event.data == FOLLOWED
    assert (event.subject, event.position, event.time) == ("A1", 7, time)
    assert (event.correlationid, event.actor) == ("c-1", "U1")
    assert event.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert event.type == type_of(ResearcherWasFollowed)
    assert event.dataschema == schema_of(event.type)
    assert event.source == "/bzpeer/identity"


def test_absent_attributes_and_fields_are_left_out() -> None:
    document = json.loads(encode(WorksWereMerged(into="W2"), subject="W1", position=1))
    assert not {"traceparent", "correlationid", "actor"} & document.keys()
    assert document["data"] == {"into": "W2"}


def test_an_event_of_a_subject_has_the_same_id_each_time() -> None:
    first, again = (decode(encode(FOLLOWED, subject="A1", position=7), CATALOGUE) for _ in "12")
    assert first.id == again.id


def test_events_without_a_place_in_an_order_have_ids_of_their_own() -> None:
    first, other = (decode(encode(FOLLOWED, subject="A1", position=0), CATALOGUE) for _ in "12")
    assert first.id != other.id


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"{'type': 1}", "not JSON"),
        (b'{"type": "bzpeer', "not JSON"),
        (b"[]", "not a CloudEvents object"),
        (b"null", "not a CloudEvents object"),
        (b"{}", "unknown event type None"),
        (changed(type="bzpeer.identity.NobodyWasSeen.v1"), "NobodyWasSeen.v1"),
        (changed(type="bzpeer.identity.ResearcherWasFollowed.v9"), "ResearcherWasFollowed.v9"),
        (changed(type=["a", "list"]), "unknown event type ['a', 'list']"),
        (changed(specversion="0.3"), "specversion: Input should be '1.0'"),
        (changed(specversion=None), "specversion: Field required"),
        (changed(id=None), "id: Field required"),
        (changed(subject=""), "subject: String should have at least 1 character"),
        (changed(time="yesterday"), "time: "),
        (changed(position=-1), "position: "),
        (changed(position=None), "position: Field required"),
        (changed(datacontenttype="text/xml"), "datacontenttype: "),
        (changed(data=None), "data: Field required"),
        (changed(data={}), "data.account_id: Field required"),
        (
            changed(data={"account_id": "U1", "verified": True, "followers": -1}),
            "data.followers: Input should be greater than or equal to 0",
        ),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(body, CATALOGUE)
    assert reason in str(refused.value)


def test_every_problem_is_named() -> None:
    with pytest.raises(Undecodable, match=r"position: .*; data.account_id: "):
        decode(changed(position="first", data={}), CATALOGUE)


def test_what_a_newer_publisher_adds_is_ignored() -> None:
    data = FOLLOWED.model_dump() | {"mood": "cheerful", "nested": {"deep": [1]}}
    event = decode(changed(data=data, partitionkey="A1", comexampleown=5), CATALOGUE)
    assert event.data == FOLLOWED


def test_versions_are_told_by_the_name_of_the_class() -> None:
    assert type_of(WorksWereMerged) == "bzpeer.works.WorksWereMerged.v1"
    assert type_of(PageWasTurned).endswith(".PageWasTurned.v1")
    assert type_of(PageWasTurnedV2).endswith(".PageWasTurned.v2")


def test_a_replaced_version_comes_out_as_the_newest() -> None:
    old = decode(encode(PageWasTurned(page=3), subject="B1", position=5), PAGES)
    new = decode(encode(PageWasTurnedV2(page=3, side="front"), subject="B1", position=5), PAGES)
    assert old.data == new.data == PageWasTurnedV2(page=3, side="front")
    assert (old.type, old.dataschema) == (new.type, new.dataschema)
    assert (old.subject, old.position) == ("B1", 5)


def test_an_event_about_several_subjects_is_the_same_about_each_whenever_it_is_told() -> None:
    body = encode(FOLLOWED, subject="W1", position=0, correlationid="a command")
    told = [decode(each, CATALOGUE) for each in about_each(body, ["A1", "李 l"])]
    assert [event.subject for event in told] == ["A1", "李 l"]
    assert len({event.id for event in told} | {decode(body, CATALOGUE).id}) == 3
    assert all(event.id.split("/")[1] == event.subject for event in told)
    whole = decode(body, CATALOGUE)
    assert {e.model_copy(update={"id": "", "subject": ""}) for e in told} == {
        whole.model_copy(update={"id": "", "subject": ""})
    }
    assert [*about_each(body, ["A1"])] == [*about_each(body, ["A1"])]
