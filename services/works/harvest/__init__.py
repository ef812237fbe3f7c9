"""Fetches records from their sources, page by page, and goes on after a kill where it was."""
