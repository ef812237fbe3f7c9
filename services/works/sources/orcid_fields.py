"""How ORCID writes what is in its records."""

from services.works.sources.fields import Json, text_at


def value(item: object, *path: str) -> str:
    """The text at a path, where ORCID writes `{"value": "…"}` or the text by itself."""
    return text_at(item, *path, "value") or text_at(item, *path)


def is_public(item: Json) -> bool:
    """Whether its owner shows it to everybody."""
    return value(item, "visibility").lower() in ("", "public")
