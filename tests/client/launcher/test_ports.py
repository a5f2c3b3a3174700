"""Ports, and who holds them."""

import os
import socket

import pytest

from chat.client.launcher.ports import BadPort, Holder, different, holder, read_port, taken, why_not


def test_ports_are_numbers() -> None:
    assert read_port(" 8080 ", "It") == 8080
    for text in ("", "0", "65536", "99999999", "-1", "8O80", "²"):
        with pytest.raises(BadPort, match="It needs a port from 1 to 65535"):
            read_port(text, "It")


def test_two_cannot_have_the_same() -> None:
    different({"a": 1, "b": 2})
    with pytest.raises(BadPort, match="a and c cannot both have port 1"):
        different({"a": 1, "b": 2, "c": 1})


def test_the_sentence_says_who_and_what_to_do() -> None:
    assert taken(80, Holder("nginx", 12, "www")) == (
        "Port 80 is taken by nginx (process 12 of www). End that, or choose another port."
    )
    assert "another program" in taken(80, None)


def test_a_port_in_use_is_found_with_its_holder() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        pytest.importorskip("psutil")
        found = holder(port)
        assert found is not None
        assert found.pid == os.getpid()
        assert f"process {os.getpid()}" in why_not(port, "127.0.0.1")
    assert why_not(port, "127.0.0.1") == ""
