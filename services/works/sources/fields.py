"""Looking into a JSON record whose values may be of any type, or missing: nothing here raises."""

from typing import Any

Json = dict[str, Any]
Path = tuple[str, ...]


def at(value: Any, path: Path) -> Any:
    """Whatever stands at a path; None when nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """The text or number at a path; empty when there is none."""
    found = at(value, path)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) else ""


def object_at(value: Any, *path: str) -> Json:
    """The object at a path; empty when there is none."""
    found = at(value, path)
    return found if isinstance(found, dict) else {}


def objects_at(value: Any, *path: str) -> list[Json]:
    """The objects in the list at a path; an object by itself is a list of one."""
    found = at(value, path)
    if isinstance(found, dict):
        return [found]
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts_at(value: Any, *path: str) -> list[str]:
    """The texts in the list at a path that are not empty; a text by itself is a list of one."""
    found = at(value, path)
    if isinstance(found, str):
        found = [found]
    return [t for t in found if isinstance(t, str) and t.strip()] if isinstance(found, list) else []


def date_parts(value: Any, *path: str) -> list[int | None]:
    """The parts of `{"date-parts": [[2016, 5, 3]]}`, which may also be `[[null]]` or `[[]]`."""
    outer = object_at(value, *path).get("date-parts")
    parts = outer[0] if isinstance(outer, list) and outer else None
    numbers = parts if isinstance(parts, list) else []
    return [n if isinstance(n, int) and not isinstance(n, bool) else None for n in numbers]
