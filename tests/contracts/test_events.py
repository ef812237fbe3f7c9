"""Every event has a schema, an example and a topic, and tells nothing private."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from contracts.codec import decode, encode
from contracts.events import CATALOGUE, EVENTS
from contracts.generate import FOLDER
from contracts.topics import load_topics, topic_of_event

PRIVATE = ("mail", "message", "password", "address", "phone", "token", "secret", "birth")


@cache
def committed(kind: str) -> dict[str, Any]:
    """The documents of a folder by event type."""
    files = sorted((FOLDER / kind).glob("*.json"))
    return {path.name.removesuffix(".json"): json.loads(path.read_bytes()) for path in files}


@cache
def validator(reference: str) -> Draft202012Validator:
    """Checks against a committed schema, which it finds by the reference that events carry."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in committed("schemas").values()
    )
    return Draft202012Validator(
        {"$ref": reference}, registry=registry, format_checker=FormatChecker()
    )


def property_names(schema: Any) -> Iterator[str]:
    """The names of all properties, at every depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from property_names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from property_names(inner)


def test_every_event_has_schema_example_and_topic() -> None:
    types = CATALOGUE.keys()
    assert len(types) == len(EVENTS), "two events share a type"
    assert committed("schemas").keys() == types | {"envelope"}
    assert committed("examples").keys() == types
    assert topic_of_event().keys() == types


def test_every_event_says_what_it_means() -> None:
    for event in EVENTS:
        assert event.__doc__, f"{event.__name__} has no docstring"


def test_every_schema_is_one() -> None:
    for schema in committed("schemas").values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_an_example_is_valid(event_type: str) -> None:
    example = committed("examples")[event_type]
    assert example["type"] == event_type
    validator("contracts/schemas/envelope.json").validate(example)
    validator(example["dataschema"]).validate(example["data"])


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_an_example_is_what_a_service_would_write(event_type: str) -> None:
    example = committed("examples")[event_type]
    event = decode(json.dumps(example).encode(), CATALOGUE)
    assert isinstance(event.data, CATALOGUE[event_type])
    written = json.loads(
        encode(
            event.data,
            subject=event.subject,
            position=event.position,
            time=event.time,
            traceparent=event.traceparent,
            correlationid=event.correlationid,
            actor=event.actor,
        )
    )
    if event.position == 0:
        written["id"] = example["id"]
    assert written == example


def test_a_schema_refuses_what_the_codec_refuses() -> None:
    scored = committed("examples")["bzpeer.trust.TrustWasScored.v1"]
    too_much = {**scored["data"], "score": 101}
    assert not validator(scored["dataschema"]).is_valid(too_much)


def test_examples_show_every_field_of_their_event() -> None:
    for event_type, example in committed("examples").items():
        fields = CATALOGUE[event_type].model_fields.keys()
        assert fields - example["data"].keys() <= {"venue", "language"}, event_type


def test_no_event_tells_anything_private() -> None:
    for name, schema in committed("schemas").items():
        told = {p for p in property_names(schema) if any(word in p.lower() for word in PRIVATE)}
        assert not told, f"{name}: {told}"


def test_identity_tells_ids_codes_counts_and_what_its_owner_put_on_a_page() -> None:
    opaque = {"account_id", "claim_id", "by_claim_id", "invitation_id", "follower_author_id"}
    codes = {"kind", "reason", "reasons", "level", "proofs", "purpose", "strength"}
    states = {"verified", "followers", "withheld"}
    page = {"tagline", "pronouns", "links", "affiliation", "featured_works", "open_to_collaborate"}
    for name, schema in committed("schemas").items():
        if name.startswith("bzpeer.identity."):
            allowed = page if "Profile" in name else opaque | codes | states
            assert set(property_names(schema)) <= allowed, name


def test_an_event_is_published_by_the_service_it_is_named_after() -> None:
    for event_type, topic in topic_of_event().items():
        assert load_topics()[topic].owner == event_type.split(".")[1]
