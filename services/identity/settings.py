"""What the identity service reads from its environment."""

from chassis.settings import Settings


class IdentitySettings(Settings):
    """The chassis' settings; the service adds none."""
