"""Writes the OpenAPI document of each service: ``python -m deploy.openapi``.

``--check`` writes nothing and fails when a file is not what would be written. Building a service
connects to nothing. Services are named, as the stack names them to start them, not imported.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from contracts.generators.files import as_json, put
from deploy.local.settings import SERVICES

FOLDER = Path(__file__).parents[1] / "contracts" / "openapi"


def openapi_of(service: str) -> dict[str, Any]:
    """The document of a service, with default settings whatever the environment says."""
    settings = getattr(
        import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings"
    )
    app = import_module(f"services.{service}.main").build(settings.model_construct())
    document: dict[str, Any] = app.openapi()
    return document


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """The command; answers its exit status."""
    parser = ArgumentParser("python -m deploy.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args(arguments).check
    texts = {folder / f"{service}.json": as_json(openapi_of(service)) for service in SERVICES}
    return put(texts, check=check)


if __name__ == "__main__":
    sys.exit(main())
