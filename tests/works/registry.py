"""A registry of institutions, as matching has it."""

from services.works.affiliations import Known, Registry, keys_of_record, known_of, match
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


def matched(printed: str, known: Registry) -> list[str]:
    """The ROR ids, as short as they come, of the institutions that are printed."""
    return [found.ror.rpartition("/")[2] for found in match(printed, known)]
