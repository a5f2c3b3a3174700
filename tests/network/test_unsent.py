"""How much the other side has not taken."""

import socket
import sys

from chat.network.unsent import unsent


def test_what_the_other_side_has_not_taken_is_known_of_a_real_socket() -> None:
    class Transport:
        dataBuffer = bytes(100)
        offset = 30

        def __init__(self, fileno: int) -> None:
            self.fileno = lambda: fileno

    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = Transport(ours.fileno())
        assert unsent(transport) == 70
        ours.send(bytes(5000))
        held = unsent(transport)
        theirs.recv(5000)
        assert unsent(transport) == 70
        assert held >= 5070 or sys.platform != "linux"
    assert unsent(transport) == 70
    assert unsent(object()) == 0
