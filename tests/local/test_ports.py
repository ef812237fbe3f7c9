"""Ports are remembered, and a taken one is left."""

import socket
from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.ports import HOST, free_port, is_free, next_free_port, require_free
from deploy.local.servers import remembered_ports


def test_a_remembered_port_is_used_again_unless_it_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = remembered_ports(home, ("mongod", "kafka"))
    assert remembered_ports(home, ("mongod", "kafka")) == first
    with socket.create_server((HOST, first["kafka"])):
        second = remembered_ports(home, ("mongod", "kafka"))
    assert second["mongod"] == first["mongod"]
    assert second["kafka"] != first["kafka"]


def test_a_port_whose_last_connections_the_system_still_remembers_is_free_for_a_server() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port)) as client:
            server.accept()[0].close()
            assert client.recv(1) == b""
    with socket.socket() as plain, pytest.raises(OSError, match="in use"):
        plain.bind((HOST, port))
    assert is_free(port)


def test_the_next_free_port_is_found_and_a_demanded_one_is_refused() -> None:
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        assert next_free_port(taken) > taken
        assert free_port(taken) != taken
        with pytest.raises(StackError, match=f"port {taken} is taken"):
            require_free(taken)
