"""How far a list was walked, kept in the checkpoint under ``walk`` beside what the paging keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.works.harvest.fetching import Checkpoint, Incomplete


@dataclass(frozen=True, slots=True)
class Walk:
    """``page`` counts pages since the list was begun, ``most`` those of the longest walk so far.

    ``mark`` stands for one of the pages before. A list that leads back to it has no end; as the
    mark moves on at every power of two (Brent), a circle of any size is noticed.
    """

    page: int = 0
    most: int = 0
    mark: str | None = None

    @classmethod
    def of(cls, at: Checkpoint) -> "Walk":
        """The walk that reached a checkpoint."""
        return cls(**at["walk"]) if "walk" in at else cls(page=int(bool(at)))

    @property
    def further(self) -> bool:
        """Whether the next page is one that no walk has reached."""
        return self.page >= self.most

    def behind(self, sign: str) -> "Walk":
        """The walk with one more page, known by its sign.

        Raises:
            Incomplete: it is a page from before.
        """
        if sign == self.mark:
            raise Incomplete(f"the list leads in a circle: page {self.page + 1} came before")
        page = self.page + 1
        moves = page & (page - 1) == 0
        return Walk(page, max(page, self.most), sign if moves else self.mark)

    def again(self) -> "Walk":
        """The walk from the beginning of the same list."""
        return Walk(most=self.most)

    def kept(self, place: Mapping[str, Any]) -> Checkpoint:
        """The checkpoint at a place that this walk reached."""
        return {**place, "walk": asdict(self)}


def place_of(at: Checkpoint) -> Checkpoint:
    """What the paging keeps in a checkpoint."""
    return {name: value for name, value in at.items() if name != "walk"}
