"""What is derived is up to date, and a broken promise is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from contracts.generate import FOLDER, main

MERGED = "schemas/bzpeer.works.WorksWereMerged.v1.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the derived files, to be spoiled."""
    shutil.copytree(FOLDER / "schemas", tmp_path / "schemas")
    shutil.copy(FOLDER / "asyncapi.yaml", tmp_path)
    return tmp_path


def edit(path: Path, **changes: Any) -> None:
    """Change a committed schema, as if the code had moved on since."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def contents(folder: Path) -> dict[Path, bytes]:
    """All files and what is in them."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_committed_files_are_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_writing_again_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    assert main([], folder) == 0
    assert contents(folder) == before


def test_files_that_differ_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    edit(folder / MERGED, description="Worded differently.")
    before = contents(folder)
    assert main(["--check"], folder) == 1
    said = capsys.readouterr().err
    assert "asyncapi.yaml is not up to date: run `make contracts`" in said
    assert "WorksWereMerged.v1.json is not up to date" in said
    assert len(said.splitlines()) == 2
    assert contents(folder) == before, "--check writes nothing"
    assert main([], folder) == 0
    assert main(["--check"], folder) == 0


def test_a_file_that_is_missing_is_written(folder: Path) -> None:
    (folder / MERGED).unlink()
    assert main(["--check"], folder) == 1
    assert main([], folder) == 0
    assert (folder / MERGED).read_text() == (FOLDER / MERGED).read_text()


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_broken_promise_is_refused(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / MERGED, properties={"survivor": {"type": "string"}}, required=["survivor"])
    before = contents(folder)
    assert main(arguments, folder) == 1
    said = capsys.readouterr().err
    assert "bzpeer.works.WorksWereMerged.v1: survivor: was removed or renamed" in said
    assert "into: is new and required" in said
    assert "upcaster" in said
    assert contents(folder) == before, "nothing is overwritten"


def test_an_event_type_does_not_just_go_away(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "schemas" / "bzpeer.works.WorkWasSold.v1.json").write_text("{}")
    assert main([], folder) == 1
    assert "bzpeer.works.WorkWasSold.v1: no event has this type" in capsys.readouterr().err
