"""What the trust service reads from its environment."""

from chassis.settings import Settings


class TrustSettings(Settings):
    """The chassis' settings; the service adds none."""
