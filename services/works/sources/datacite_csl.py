"""DataCite's records in the form of citation processors (CSL JSON), as its API would have them."""

from services.works.sources.fields import Json, object_at, objects_at, text_at


def from_csl(item: Json) -> Json:
    """The attributes that a record in the form of citation processors (CSL JSON) has."""
    issued = object_at(item, "issued").get("date-parts")
    parts = issued[0] if isinstance(issued, list) and issued else []
    date = (
        "-".join(f"{p:02d}" for p in parts if isinstance(p, int)) if isinstance(parts, list) else ""
    )
    return {
        "doi": text_at(item, "DOI"),
        "titles": [{"title": text_at(item, "title")}],
        "descriptions": [{"descriptionType": "Abstract", "description": text_at(item, "abstract")}],
        "types": {"resourceTypeGeneral": "Text", "resourceType": text_at(item, "type")},
        "publicationYear": date[:4],
        "dates": [{"dateType": "Issued", "date": date}],
        "container": {"title": text_at(item, "container-title")},
        "publisher": text_at(item, "publisher"),
        "language": text_at(item, "language"),
        "creators": [
            {
                "name": text_at(person, "literal"),
                "givenName": text_at(person, "given"),
                "familyName": text_at(person, "family"),
            }
            for person in objects_at(item, "author")
        ],
    }
