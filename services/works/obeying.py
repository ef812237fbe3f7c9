"""What people decided is put over what evidence says: the last step of author resolution.

A pure function as well. Of an author whose mentions are decided to be several people, the one with
most of them keeps the record and whatever is not decided about; the others go each their own way.
Authors whose mentions are decided to be one person become one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.works.constraints import Constraint, Obeyed, obey
from services.works.resolution import Author, Mention


def obeying(authors: Iterable[Author], constraints: Sequence[Constraint]) -> list[Author]:
    """The authors of a block once what people decided holds, in the order of their addresses."""
    found = list(authors)
    if not constraints:
        return found
    mentions = [mention for author in found for mention in author.mentions]
    obeyed = obey(mentions, constraints)
    index = {id(mention): number for number, mention in enumerate(mentions)}
    parted = [part for author in found for part in _parted(author, obeyed, index)]
    return sorted(_joined(parted, obeyed, index), key=lambda author: author.address)


def _parted(author: Author, obeyed: Obeyed, index: dict[int, int]) -> list[Author]:
    """The author, and those who are somebody else by decision."""
    by_root: dict[int, list[Mention]] = defaultdict(list)
    for mention in author.mentions:
        number = index[id(mention)]
        if number in obeyed.by:
            by_root[obeyed.find(number)].append(mention)
    ordered = sorted(by_root, key=lambda root: (-len(by_root[root]), _first(by_root[root])))
    stays: list[int] = []
    leaves: list[list[int]] = []
    for root in ordered:
        if not any(obeyed.are_apart(root, other) for other in stays):
            stays.append(root)
            continue
        for group in leaves:
            if not any(obeyed.are_apart(root, other) for other in group):
                group.append(root)
                break
        else:
            leaves.append([root])
    parts = [_part(author, [m for root in group for m in by_root[root]]) for group in leaves]
    return [author, *parts]


def _first(mentions: Iterable[Mention]) -> tuple[str, int]:
    return min((mention.work_id, mention.place) for mention in mentions)


def _part(author: Author, mentions: list[Mention]) -> Author:
    """Take mentions out of an author, and with them the identifiers that nobody else there has."""
    gone = {id(mention) for mention in mentions}
    author.mentions = [mention for mention in author.mentions if id(mention) not in gone]
    kept = {name for mention in author.mentions for name in mention.identifiers}
    own = {name for mention in mentions for name in mention.identifiers} - kept
    work, place = _first(mentions)
    known = sorted(own & {author.address, *author.aliases}) or [f"place:{work}:{place}"]
    author.aliases -= set(known)
    if author.address in known:
        author.address = _address(author.aliases | {f"name:{m.key}" for m in author.mentions})
        author.aliases.discard(author.address)
    return Author(known[0], set(known[1:]), mentions)


def _joined(authors: list[Author], obeyed: Obeyed, index: dict[int, int]) -> list[Author]:
    """Those that are one person by decision as one, unless that joins what is to stay apart."""
    roots = {
        id(author): {
            obeyed.find(index[id(m)]) for m in author.mentions if index[id(m)] in obeyed.by
        }
        for author in authors
    }
    left = sorted(authors, key=lambda author: author.address)
    joined: list[Author] = []
    for author in left:
        mine = roots[id(author)]
        for other in joined:
            theirs = roots[id(other)]
            apart = any(obeyed.are_apart(one, two) for one in mine for two in theirs)
            if mine & theirs and not apart:
                _join(other, author)
                theirs |= mine
                break
        else:
            joined.append(author)
    return joined


def _join(author: Author, other: Author) -> None:
    addresses = {author.address, other.address, *author.aliases, *other.aliases}
    author.address = _address(addresses)
    author.aliases = addresses - {author.address}
    author.mentions += other.mentions


def _address(addresses: Iterable[str]) -> str:
    """Identifiers before names, names before places."""
    ranks = {"name": 1, "place": 2}
    return min(addresses, key=lambda address: (ranks.get(address.partition(":")[0], 0), address))
