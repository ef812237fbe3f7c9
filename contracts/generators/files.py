"""Derived files: written anew, or compared with what is committed."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def as_json(document: Any) -> str:
    """JSON as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def put(texts: Mapping[Path, str], *, check: bool) -> int:
    """Write each text that its file does not hold yet; with ``check`` only name the file.

    Answers the exit status: 1 when ``check`` found a difference.
    """
    differing = [path for path, text in texts.items() if _read(path) != text]
    for path in differing:
        if check:
            sys.stderr.write(f"{os.path.relpath(path)} is not up to date: run `make contracts`.\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
            sys.stdout.write(f"wrote {os.path.relpath(path)}\n")
    return int(check and bool(differing))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
