"""The works service."""
