"""Who looks at a page, when they are signed in."""

from dataclasses import dataclass

from contracts.people.account import Me
from contracts.people.exchange import Relation


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person, what their forms carry, and how they stand to the author of the page."""

    me: Me
    token: str
    """Their access token, for identity."""
    secret: str
    """Of their session; it is never on a page."""
    csrf: str
    relation: Relation | None = None
    is_ahead: bool = False
    """What they changed is recorded, and pages do not show it yet."""

    @property
    def name(self) -> str:
        """What the header calls them."""
        return self.me.name or self.me.email or self.me.orcid or "Your account"

    @property
    def owns(self) -> bool:
        """Whether the author of the page is they themselves."""
        return self.relation is not None and self.relation.mine

    @property
    def moderates(self) -> bool:
        """Whether the moderators' queue is theirs to see."""
        return "moderator" in self.me.roles

    @property
    def operates(self) -> bool:
        """Whether they say who moderates."""
        return "operator" in self.me.roles
