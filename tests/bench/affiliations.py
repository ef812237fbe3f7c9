"""How sure the matching of affiliations is, by what OpenAlex says of the same words.

``python -m tests.bench.affiliations FILE...``, with works and institutions of OpenAlex (JSON)

Each affiliation as printed is matched with the institutions that stand in these files. OpenAlex
always guesses, so it is no truth: wherever we say something else, it is printed, to be looked at.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from services.works.affiliations import Registry, match
from services.works.records import InstitutionRecord
from services.works.sources.fields import objects_at, text_at, texts_at
from tests.works.registry import registry, ror

Json = dict[str, Any]


def objects(paths: Sequence[Path]) -> Iterator[Json]:
    """Every object in some files, at any depth."""
    for path in paths:
        content = path.read_bytes()
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        try:
            documents = [json.loads(text)]
        except ValueError:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        yield from _inside(documents)


def _inside(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _inside(item)


def institution(item: Json) -> InstitutionRecord:
    """An institution of OpenAlex as one of ROR."""
    parents = [each for each in objects_at(item, "associated_institutions") if _is_parent(each)]
    return ror(
        _ror(item),
        item["display_name"],
        names=(*texts_at(item, "display_name_alternatives"), *_translations(item)),
        country=text_at(item, "country_code") or None,
        place=text_at(item, "geo", "city") or None,
        parents=tuple(map(_ror, parents)),
    )


def _is_parent(other: Json) -> bool:
    return text_at(other, "relationship") == "parent" and bool(_ror(other))


def _ror(item: Json) -> str:
    return text_at(item, "ror").rpartition("/")[2]


def _translations(item: Json) -> list[str]:
    found = (item.get("international") or {}).get("display_name") or {}
    return [name for name in found.values() if isinstance(name, str)]


def read(paths: Sequence[Path]) -> tuple[Registry, dict[str, set[str]]]:
    """The institutions, and by affiliation as printed the ROR ids that OpenAlex gives it."""
    known: dict[str, Json] = {}
    rors: dict[str, str] = {}
    told: dict[str, set[str]] = defaultdict(set)
    for item in objects(paths):
        if text_at(item, "display_name") and text_at(item, "ror"):
            known[item["ror"]] = max(item, known.get(item["ror"], {}), key=len)
            rors[item["id"]] = item["ror"]
        if printed := text_at(item, "raw_affiliation_string"):
            told[printed] |= set(texts_at(item, "institution_ids"))
    named = {printed: {rors[id_] for id_ in ids if id_ in rors} for printed, ids in told.items()}
    return registry(*map(institution, known.values())), named


def main() -> None:
    """Match and print."""
    if len(sys.argv) < 2:
        sys.exit("name the files: python -m tests.bench.affiliations FILE...")
    known, told = read([Path(name) for name in sys.argv[1:]])
    matched = {printed: match(printed, known) for printed in told}
    sure = {printed: found for printed, found in matched.items() if found}
    others = [
        (found.name, printed)
        for printed, several in sorted(sure.items())
        for found in several
        if found.ror not in told[printed]
    ]
    some = sum(len(found) > 1 for found in sure.values())
    same = len(sure) - len({printed for _, printed in others})
    print(f"{len(told):,} affiliations, {sum(map(bool, told.values())):,} with one of OpenAlex's")
    print(f"{len(sure):,} matched, {some:,} with several; {same:,} as OpenAlex has it; others:")
    for name, printed in sorted(others):
        print(f"  {name} <- {' '.join(printed.split())[:150]}")


if __name__ == "__main__":
    main()
