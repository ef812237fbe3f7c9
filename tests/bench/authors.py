"""How right author resolution is, on the ACL Anthology: ``make bench-authors``.

Reads all of the anthology below ``BZPEER_SHARED_DATA`` (a small part, in the repo, without), hides
the anthology's own ids and variants from the resolver, and measures against them. With the path of
a file that ``bzpeer export authorships`` wrote, that is measured instead.
"""

import json
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path

from services.works.likeness import links_through
from services.works.model import Model, model
from services.works.people import Families, Part, Place
from services.works.resolution import Mention, resolve
from tests.bench.anthology import Truth, is_unlisted, read, records
from tests.bench.measures import Score, b_cubed, pairwise

_PARTS = 3


def partition(
    mentions: Sequence[Mention], weights: Callable[[str], Model] = lambda _: model()
) -> list[Hashable]:
    """The author of each mention, block by block and then across blocks, as the service does it.

    ``weights`` gives the model for a block, by default the one in use.
    """
    blocks: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        blocks[mention.block].append(mention)
    parts: list[Part] = []
    linked: set[str] = set()
    for block, held in blocks.items():
        parts += [Part(block, author) for author in resolve(held, (), weights(block))]
        linked.update(block for link in links_through(held) for block in link.blocks)
    families = Families(parts, (), linked)
    found: dict[Place, Hashable] = {}
    for family in families.touched(range(len(parts)), {}):
        for person in family.people:
            own = (m for n in person for m in families.parts[n].author.mentions)
            found |= {(m.work_id, m.place): person[0] for m in own}
    return [found[mention.work_id, mention.place] for mention in mentions]


def exported(path: Path, mentions: Sequence[Mention]) -> list[Hashable]:
    """The author of each mention as the lines of an export have it."""
    authors: dict[tuple[str, int], str] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            for source_id in told["work"]:
                authors[source_id, told["position"]] = told["author"]
    return [authors.get((f"acl:{m.work_id}", m.place), f"none {n}") for n, m in enumerate(mentions)]


def report(
    found: Mapping[str, Sequence[Hashable]], mentions: Sequence[Mention], people: Sequence[Truth]
) -> None:
    """Print the figures of some partitions."""
    names: dict[str, set[str]] = defaultdict(set)
    for mention, truth in zip(mentions, people, strict=True):
        names[truth.person].add(mention.name)
    every = range(len(mentions))
    parts = {
        "all mentions": every,
        "people who vary their name": [n for n in every if len(names[people[n].person]) > 1],
        "people whom the anthology lists": [n for n in every if not is_unlisted(people[n].person)],
        "homonyms (an explicit id)": [n for n in every if people[n].explicit],
    }
    for part, chosen in parts.items():
        known = {people[n].person for n in chosen}
        print(f"\n{part}: {len(chosen):,} mentions, {len(known):,} people")
        print(f"{'':18}{'pairs P':>9}{'R':>9}{'F1':>9}{'B³ P':>9}{'R':>9}{'F1':>9}")
        for name, authors in found.items():
            pair = [authors[n] for n in chosen], [people[n].person for n in chosen]
            print(f"{name:18}" + line(pairwise(*pair)) + line(b_cubed(*pair)))


def thinned(mentions: Sequence[Mention], people: Sequence[Truth], part: int) -> Iterator[Hashable]:
    """Who the mentions are if a third of the people whom the anthology lists were not listed."""
    for mention, truth in zip(mentions, people, strict=True):
        hidden = not truth.explicit and zlib.crc32(truth.person.encode()) % _PARTS == part
        yield f"name {mention.name}" if hidden else truth.person


def report_missing(
    found: Sequence[Hashable], mentions: Sequence[Mention], people: Sequence[Truth]
) -> None:
    """Print what precision over all mentions the whole of the anthology's list would give.

    The list at hand is two thirds of it. To hide a third of that, two ninths of the whole, costs
    so much precision; the missing three ninths cost one and a half times as much. So much they
    cost whoever knows the whole list as well.
    """
    listed = [truth.person for truth in people]
    thin = [list(thinned(mentions, people, part)) for part in range(_PARTS)]
    now = pairwise(found, listed).precision
    less = [pairwise(found, fewer).precision for fewer in thin]
    lost = sum(1 - pairwise(listed, fewer).precision for fewer in thin) / _PARTS
    whole, best = now + 1.5 * (now - sum(less) / _PARTS), 1 - 1.5 * lost
    print(f"\npairs P of all mentions by the list at hand {now:.4f}; with a third of it hidden")
    print(f"{', '.join(f'{value:.4f}' for value in less)}; so by the whole list about {whole:.4f},")
    print(f"and the whole list itself has about {best:.4f} by the list at hand")


def line(score: Score) -> str:
    """Three columns of a table."""
    return "".join(f"{value:9.4f}" for value in (score.precision, score.recall, score.f1))


def main() -> None:
    """Measure and print."""
    mentions, people = read(records())
    begun = time.process_time()
    if len(sys.argv) > 1:
        found = {"exported": exported(Path(sys.argv[1]), mentions)}
    else:
        found = {"resolved": partition(mentions)}
    print(f"{time.process_time() - begun:.1f} s of one core for {len(mentions):,} mentions")
    baselines: dict[str, Sequence[Hashable]] = {
        "exact name": [mention.name for mention in mentions],
        "normalised name": [mention.key for mention in mentions],
        "first initial": [mention.block for mention in mentions],
    }
    report(found | baselines, mentions, people)
    report_missing(next(iter(found.values())), mentions, people)


if __name__ == "__main__":
    main()
