"""Why a rule says no."""

from datetime import datetime
from typing import Literal

Why = Literal["unknown", "forbidden", "conflict", "gone", "invalid", "later"]


class Refused(Exception):
    """A rule says no; the text is for people."""

    def __init__(
        self,
        why: Why,
        detail: str,
        *,
        code: str | None = None,
        try_again_at: datetime | None = None,
    ) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.code = code
        """A reason code for programs."""
        self.try_again_at = try_again_at


class Busy(Refused):
    """Others are changing the same thing; a little later it may well go."""

    def __init__(self, detail: str) -> None:
        super().__init__("conflict", detail, code="busy")
