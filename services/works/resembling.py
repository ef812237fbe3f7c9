"""Which records look like one work by title and authors alone, the likeliest pairs first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from services.works.nodes import MOST_BEARERS, PUBLISHED, Node
from services.works.records import Record
from services.works.titles import (
    authors_key,
    differ_by_subtitle,
    is_weak,
    near_titles,
    same_authors,
    same_list,
    title_key,
)

_YEARS_APART = 4
"""Between a preprint and what was published under the same title."""
_YEARS_OF_CHANGE = 2
"""Between a preprint and what was published under a title that has changed."""


def by_title(nodes: Mapping[str, Node]) -> Iterable[tuple[Node, Node]]:
    """Pairs of one title that go together, the nearest in time first."""
    return _nearest_first(
        pair
        for same in _meeting(nodes, title_key)
        for pair in combinations(same, 2)
        if go_together(*pair) and not _is_one_of_many(same, *pair)
    )


def by_near_title(nodes: Mapping[str, Node]) -> Iterable[tuple[Node, Node]]:
    """Pairs by the very same authors whose title changed on its way from the preprint, or lost its
    subtitle."""
    return _nearest_first(
        pair
        for same in _meeting(nodes, authors_key)
        for pair in combinations(same, 2)
        if _may_have_changed(*pair)
    )


def go_together(one: Node, other: Node) -> bool:
    """Whether two records of one title are of one work, by types, years and authors."""
    if one.source == other.source and one.is_published == other.is_published:
        return False
    kinds = {one.lead.type, other.lead.type}
    if not kinds <= PUBLISHED | {"preprint"} and len(kinds) > 1:
        return False
    weak = is_weak(one.lead) or is_weak(other.lead)
    far = _YEARS_APART if "preprint" in kinds and not weak else 0
    return _years_apart(one, other) <= far and same_authors(one.lead, other.lead)


def _is_one_of_many(same: Sequence[Node], one: Node, other: Node) -> bool:
    """Whether a title that says little is that of several records of one source."""
    if not is_weak(one.lead) and not is_weak(other.lead):
        return False
    return max(Counter((node.source, node.is_published) for node in same).values()) > 1


def _may_have_changed(one: Node, other: Node) -> bool:
    if not {one.lead.type, other.lead.type} <= PUBLISHED | {"preprint"}:
        return False
    if not go_together(one, other) or not same_list(one.lead, other.lead):
        return False
    titles = one.lead.title, other.lead.title
    return _years_apart(one, other) <= _YEARS_OF_CHANGE and (
        differ_by_subtitle(*titles)
        or (one.is_published != other.is_published and near_titles(*titles))
    )


def _meeting(
    nodes: Mapping[str, Node], key_of: Callable[[Record], str | None]
) -> Iterable[Sequence[Node]]:
    """The records that have a key in common, unless too many do."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        key = key_of(node.lead)
        if key is not None:
            found[key].append(node)
    return (same for same in found.values() if len(same) <= MOST_BEARERS)


def _nearest_first(pairs: Iterable[tuple[Node, Node]]) -> Iterable[tuple[Node, Node]]:
    return sorted(pairs, key=lambda pair: (_years_apart(*pair), pair[0].place, pair[1].place))


def _years_apart(one: Node, other: Node) -> int:
    """Between the nearest years of two works; a missing year is far from any."""
    first, second = one.years, other.years
    if not first or not second:
        return _YEARS_APART + 1
    return max(0, min(second) - max(first), min(first) - max(second))
