"""A registry of institutions, as matching has it."""

from services.works.affiliations import Known, Registry, address_of, institution_of, keys_of_record
from services.works.records import InstitutionRecord


def ror(record_id: str, name: str, **more: object) -> InstitutionRecord:
    """An institution as ROR's file has it."""
    of_registry = {"source": "ror", "feed": "ror", "record_id": record_id, "name": name}
    return InstitutionRecord.model_validate(of_registry | more)


def registry(*records: InstitutionRecord) -> Registry:
    """All that affiliations may be matched with."""
    found: dict[str, list[Known]] = {}
    for record in records:
        parents = tuple(map(address_of, record.parents))
        known = Known(institution_of(record), record.place or "", parents)
        for key in keys_of_record(record):
            found.setdefault(key, []).append(known)
    return found
