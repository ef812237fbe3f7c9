"""A registry of institutions, as matching has it."""

from services.works.affiliations import Known, Registry, keys_of_record, known_of
from services.works.records import InstitutionRecord


def ror(record_id: str, name: str, **more: object) -> InstitutionRecord:
    """An institution as ROR's file has it."""
    of_registry = {"source": "ror", "feed": "ror", "record_id": record_id, "name": name}
    return InstitutionRecord.model_validate(of_registry | more)


def registry(*records: InstitutionRecord) -> Registry:
    """All that affiliations may be matched with."""
    found: dict[str, list[Known]] = {}
    for record in records:
        for key in keys_of_record(record):
            found.setdefault(key, []).append(known_of(record))
    return found
