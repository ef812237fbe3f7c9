"""Whether a schema may replace another without a new version of its event.

Two things must stay true. A reader built on the old schema can read every new event: services are
not all replaced at once. A reader built on the new schema can read every old event: projections are
rebuilt from the earliest. So a schema may only gain optional properties and change its wording.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_WORDS = {"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "deprecated"}
_UNION = {"anyOf", "oneOf"}
_OBJECT = {"properties", "required", "additionalProperties"}
_ARRAY = {"items", "prefixItems"}
_SEEN_TO = _WORDS | _UNION | _OBJECT | _ARRAY | {"type", "enum", "const", "default"}
_ABSENT = object()


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """What would break a reader or a replay, a sentence each; empty when nothing would.

    A value is named by its path, such as ``authors[].name``; ``data`` is the whole.
    """
    return list(_Comparison(old_schema, new_schema).of(old_schema, new_schema, ""))


class _Comparison:
    """Two documents, each resolving the references within itself."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old_root = old
        self._new_root = new
        self._compared: set[tuple[str, str]] = set()

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """The breaking changes at a path and below it."""
        yield from _default(old, new, path)
        if "$ref" in old and "$ref" in new:
            pair = (old["$ref"], new["$ref"])
            if pair in self._compared:
                return
            self._compared.add(pair)
        old, new = _resolved(old, self._old_root), _resolved(new, self._new_root)
        before, after = _forms(old, self._old_root), _forms(new, self._new_root)
        if before.keys() != after.keys():
            yield f"{_name(path)}: type was {_either(before)} and is now {_either(after)}"
        if not _UNION & (old.keys() | new.keys()):
            yield from self._form(old, new, path)
            return
        for kind in sorted(before.keys() & after.keys()):
            yield from self.of(before[kind], after[kind], path)

    def _form(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        yield from _values(old, new, path)
        yield from self._properties(old, new, path)
        yield from self._elements(old, new, path)
        for keyword in sorted((old.keys() | new.keys()) - _SEEN_TO):
            before, after = old.get(keyword, "absent"), new.get(keyword, "absent")
            if before != after:
                yield f"{_name(path)}: {keyword} was {before} and is now {after}"

    def _properties(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield f"{_name(path, name)}: was removed or renamed; readers look for it"
        for name in sorted((after.keys() - before.keys()) & is_required):
            yield f"{_name(path, name)}: is new and required; stored events lack it"
        for name in (name for name in before if name in after):
            if name in is_required - was_required:
                yield f"{_name(path, name)}: is now required; stored events may lack it"
            if name in was_required - is_required:
                yield f"{_name(path, name)}: is no longer required; readers count on it"
            yield from self.of(before[name], after[name], _join(path, name))
        yield from self._schema_or_bool(old, new, path, "additionalProperties", "{}")

    def _elements(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        yield from self._schema_or_bool(old, new, path, "items", "[]")
        before, after = old.get("prefixItems", ()), new.get("prefixItems", ())
        if len(before) != len(after):
            yield f"{_name(path)}: had {len(before)} fixed elements and now has {len(after)}"
        for index, (first, second) in enumerate(zip(before, after, strict=False)):
            yield from self.of(first, second, f"{path}[{index}]")

    def _schema_or_bool(
        self, old: Schema, new: Schema, path: str, keyword: str, mark: str
    ) -> Iterator[str]:
        before, after = old.get(keyword, True), new.get(keyword, True)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self.of(before, after, path + mark)
        elif before != after:
            yield f"{_name(path)}: {keyword} was {before} and is now {after}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference leads to, with what stands beside the reference."""
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _forms(schema: Schema, root: Schema) -> dict[str, Schema]:
    """The forms a value may take, by their type; a second object by its title as well."""
    listed = schema.get("anyOf") or schema.get("oneOf")
    if listed is None:
        kind = schema.get("type", "anything")
        kinds = [kind] if isinstance(kind, str) else kind
        return {kind: {**schema, "type": kind} for kind in kinds}
    found: dict[str, Schema] = {}
    for item in listed:
        target = _resolved(item, root)
        inner = {target["type"]: item} if "type" in target else _forms(target, root)
        for kind, form in inner.items():
            name = f"{kind} {target.get('title', len(found))}" if kind in found else kind
            found[name] = form
    return found


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if before is None or after is None:
        if before is not after:
            yield (
                f"{_name(path)}: any value may come now; readers know {_list(before)}"
                if before
                else f"{_name(path)}: only {_list(after or [])} are allowed now"
            )
        return
    if gained := [value for value in after if value not in before]:
        yield f"{_name(path)}: may now be {_list(gained)}; readers do not know that value"
    if lost := [value for value in before if value not in after]:
        yield f"{_name(path)}: may no longer be {_list(lost)}; stored events have that value"


def _allowed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _default(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = old.get("default", _ABSENT), new.get("default", _ABSENT)
    if _ABSENT not in (before, after) and before != after:
        yield f"{_name(path)}: absent meant {before!r} and now means {after!r}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name(path: str, name: str | None = None) -> str:
    return (path if name is None else _join(path, name)) or "data"


def _either(kinds: Mapping[str, Schema]) -> str:
    return " or ".join(sorted(kinds))


def _list(values: list[Any]) -> str:
    return ", ".join(repr(value) for value in values)
