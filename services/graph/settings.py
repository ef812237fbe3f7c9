"""What the graph service reads from its environment."""

from chassis.settings import Settings


class GraphSettings(Settings):
    """The chassis' settings; the service adds none."""
