"""The types of works, in one vocabulary for all sources."""

TYPES = frozenset(
    {
        "article",
        "preprint",
        "proceedings-article",
        "proceedings",
        "book",
        "chapter",
        "thesis",
        "report",
        "review",
        "editorial",
        "letter",
        "erratum",
        "dataset",
        "software",
        "standard",
        "poster",
        "presentation",
        "reference-entry",
        "other",
    }
)
"""`review` is a peer review, not a review article."""
