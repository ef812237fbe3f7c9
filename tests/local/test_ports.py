"""Ports are remembered, and a taken one is left."""

import socket
from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.ports import free_port, next_free_port, require_free
from deploy.local.servers import remembered_ports


def test_a_remembered_port_is_used_again_unless_it_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = remembered_ports(home, ("mongod", "kafka"))
    assert remembered_ports(home, ("mongod", "kafka")) == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first["kafka"]))
        other.listen()
        second = remembered_ports(home, ("mongod", "kafka"))
    assert second["mongod"] == first["mongod"]
    assert second["kafka"] != first["kafka"]


def test_the_next_free_port_is_found_and_a_demanded_one_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert next_free_port(taken) > taken
        assert free_port(taken) != taken
        with pytest.raises(StackError, match=f"port {taken} is taken"):
            require_free(taken)
