"""What every test of the IRC dialect starts from."""

import pytest

from tests.network.chatting import Server, make_server


@pytest.fixture
def server() -> Server:
    """A server at which nobody is."""
    return make_server()
