"""How long a block takes in which everybody has one common name.

``python -m tests.bench.common_name 1000 2000 4000`` prints for blocks of so many mentions, of
made-up people with eight works each, the seconds of a core that it takes to resolve them.
"""

import random
import sys
import time
from collections.abc import Sequence

from services.works.evidence import Surroundings
from services.works.names import block_of, name_key
from services.works.resolution import Mention, resolve

_NAME = "Wei Wang"
_WORKS = 8
_SEED = 1
_LETTERS = "bcdfghklmnprstvz"


def mentions(count: int) -> list[Mention]:
    """So many mentions of people with circles of co-authors and subjects of their own."""
    chance = random.Random(_SEED)
    vocabulary = [_word(chance, 6) for _ in range(5000)]
    people = count // _WORKS
    circles = [[f"{_word(chance, 5)} {_word(chance, 7)}" for _ in range(6)] for _ in range(people)]
    subjects = [chance.sample(vocabulary, 60) for _ in range(people)]
    found = []
    for number in range(count):
        person, year = chance.randrange(people), chance.randrange(2000, 2020)
        around = Surroundings(
            coauthors=tuple(sorted(chance.sample(circles[person], 3))),
            title=tuple(sorted(chance.sample(subjects[person], 6))),
            venue=tuple(chance.sample(subjects[person], 1)),
            year=year,
            front=True,
        )
        work, key = f"W{number:08d}", name_key(_NAME)
        found.append(Mention(work, 0, block_of(_NAME), key, _NAME, year=year, surroundings=around))
    return found


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_LETTERS, k=length))


def main(counts: Sequence[int]) -> None:
    """Resolve blocks of these sizes."""
    for count in counts:
        block = mentions(count)
        begun = time.process_time()
        authors = resolve(block)
        print(f"{count:,} mentions, {len(authors):,} authors: {time.process_time() - begun:.1f} s")


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]])
