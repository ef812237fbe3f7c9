"""The trust service."""
