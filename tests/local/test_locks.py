"""The locks: pinned by hash, in agreement, and silent about where things are downloaded."""

import re
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.errors import StackError
from deploy.local.home import REPO

LOCKS = ("services", "local", "dev")


def pins(name: str) -> dict[str, str]:
    text = (REPO / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_wider_locks_hold_the_narrower_ones() -> None:
    services, local, dev = (pins(name) for name in LOCKS)
    assert services
    assert services.items() <= local.items() <= dev.items()


@pytest.mark.parametrize("name", [*LOCKS, "bootstrap"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (REPO / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^--?(index-url|extra-index-url|find-links|i|f)\b", text, re.MULTILINE)
    for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_lock_of_kafka_names_every_jar_once_and_no_address() -> None:
    locked = jars.read_lock()
    assert ":".join(jars.KAFKA) in locked
    assert len({jars.file_name(name) for name in locked}) == len(locked) > 40
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in locked.values())
    assert "://" not in jars.LOCK.read_text()


def test_a_jar_that_is_not_the_locked_one_is_named(tmp_path: Path) -> None:
    locked = {"org.example:thing:1": "0" * 64}
    with pytest.raises(StackError, match=r"thing-1\.jar is missing"):
        jars.verify(locked, tmp_path)
    (tmp_path / "thing-1.jar").write_bytes(b"other")
    with pytest.raises(StackError, match=r"thing-1\.jar is not the file"):
        jars.verify(locked, tmp_path)
