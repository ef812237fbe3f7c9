"""Each change of a schema that would break a reader or a replay is noticed, and no other."""

from copy import deepcopy
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from contracts.compatibility import breaking_changes
from contracts.generators.schemas import schemas

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title", "authors", "kind"],
    "properties": {
        "title": {"type": "string", "minLength": 1},
        "year": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "kind": {"enum": ["article", "preprint"], "type": "string"},
        "formula": {"const": "v1", "type": "string", "default": "v1"},
        "score": {"type": "integer", "minimum": 0, "maximum": 100, "default": 0},
        "doi": {"type": "string", "pattern": "^10", "format": "uri", "default": ""},
        "authors": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Author"}},
        "first": {"anyOf": [{"$ref": "#/$defs/Author"}, {"type": "null"}], "default": None},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}},
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "default": ["", 0],
        },
    },
    "$defs": {
        "Author": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "advisor": {
                    "anyOf": [{"$ref": "#/$defs/Author"}, {"type": "null"}],
                    "default": None,
                },
            },
        }
    },
}


def with_change(path: str, value: Any) -> dict[str, Any]:
    """The schema with one place set to a value, or without it where ``...`` is given."""
    schema = deepcopy(SCHEMA)
    *steps, last = path.split("/")
    node: Any = schema
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    key: Any = int(last) if isinstance(node, list) else last
    if value is ...:
        del node[key]
    else:
        node[key] = value
    return schema


BREAKING = [
    ("properties/year", ..., "year: was removed or renamed"),
    ("$defs/Author/properties/name", ..., "authors[].name: was removed or renamed"),
    ("properties/title/type", "integer", "title: type was string and is now integer"),
    ("properties/score/type", "number", "score: type was integer and is now number"),
    ("properties/title", {}, "title: type was string and is now anything"),
    ("properties/year/anyOf", [{"type": "integer"}], "year: type was integer or null"),
    ("properties/year/anyOf/0/type", "string", "is now null or string"),
    ("properties/title", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "is now null or str"),
    ("properties/authors/items", {"type": "string"}, "authors[]: type was object"),
    ("$defs/Author/properties/name/type", "null", "authors[].name: type was string"),
    ("$defs/Author/properties/name/format", "email", "authors[].name: format was absent"),
    ("required", ["title", "authors", "kind", "year"], "year: is now required"),
    ("required", ["title", "authors"], "kind: is no longer required"),
    ("$defs/Author/required", [], "authors[].name: is no longer required"),
    ("properties/kind/enum", ["article", "preprint", "book"], "kind: may now be 'book'"),
    ("properties/kind/enum", ["article"], "kind: may no longer be 'preprint'"),
    ("properties/kind/enum", ..., "kind: any value may come now"),
    ("properties/title/enum", ["a"], "title: only 'a' are allowed now"),
    ("properties/formula/const", "v2", "formula: may now be 'v2'"),
    ("properties/formula/const", "v2", "formula: may no longer be 'v1'"),
    ("properties/score/maximum", 1000, "score: maximum was 100 and is now 1000"),
    ("properties/score/minimum", 1, "score: minimum was 0 and is now 1"),
    ("properties/score/maximum", ..., "score: maximum was 100 and is now absent"),
    ("properties/title/maxLength", 80, "title: maxLength was absent and is now 80"),
    ("properties/title/minLength", ..., "title: minLength was 1"),
    ("properties/authors/minItems", 2, "authors: minItems was 1"),
    ("properties/authors/uniqueItems", True, "authors: uniqueItems was absent"),
    ("properties/doi/pattern", "^11", "doi: pattern was ^10"),
    ("properties/doi/format", "uuid", "doi: format was uri"),
    ("properties/score/default", 50, "score: absent meant 0 and now means 50"),
    ("properties/counts/additionalProperties/type", "string", "counts{}: type was integer"),
    ("properties/counts/additionalProperties", ..., "counts: additionalProperties was"),
    ("additionalProperties", False, "data: additionalProperties was True and is now False"),
    ("properties/pair/prefixItems/1/type", "string", "pair[1]: type was integer"),
    ("properties/pair/prefixItems/1", ..., "pair: had 2 fixed elements and now has 1"),
    ("properties/title/x-unheard-of", 1, "title: x-unheard-of was absent and is now 1"),
]

HARMLESS = [
    ("properties/venue", {"type": "string", "default": ""}),
    ("$defs/Author/properties/orcid", {"type": "string", "default": ""}),
    ("$defs/Unused", {"type": "string"}),
    ("description", "Said better."),
    ("properties/title/title", "Title"),
    ("properties/title/description", "Said better."),
    ("properties/title/examples", ["BEiT"]),
    ("properties/title/deprecated", True),
    ("$id", "elsewhere.json"),
]


@pytest.mark.parametrize(("path", "value", "said"), BREAKING)
def test_a_breaking_change_is_noticed(path: str, value: Any, said: str) -> None:
    found = breaking_changes(SCHEMA, with_change(path, value))
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize(("path", "value"), HARMLESS)
def test_a_harmless_change_is_let_through(path: str, value: Any) -> None:
    assert breaking_changes(SCHEMA, with_change(path, value)) == []


def test_a_new_required_property_breaks_replay() -> None:
    new = with_change("properties/venue", {"type": "string"})
    new["required"] = [*SCHEMA["required"], "venue"]
    assert breaking_changes(SCHEMA, new) == ["venue: is new and required; stored events lack it"]


def test_every_committed_schema_may_replace_itself() -> None:
    for schema in schemas().values():
        assert breaking_changes(schema, deepcopy(schema)) == []


class Before(BaseModel):
    """As a developer meets it: a model that somebody changes."""

    name: str
    level: Literal["L0", "L1"]
    links: tuple[str, ...] = ()


class After(BaseModel):
    """The same model a year later."""

    full_name: str
    level: Literal["L0", "L1", "L2"]
    links: tuple[str, ...] = ()
    note: str | None = Field(default=None, description="New and optional.")


def test_all_changes_of_a_model_are_said_at_once() -> None:
    assert breaking_changes(Before.model_json_schema(), After.model_json_schema()) == [
        "name: was removed or renamed; readers look for it",
        "full_name: is new and required; stored events lack it",
        "level: may now be 'L2'; readers do not know that value",
    ]
