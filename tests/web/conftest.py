"""What tests of the web share: a chat with a site, and that nothing fails unseen."""

import pytest

from tests.network.chatting import Server
from tests.network.conftest import logged_failures  # noqa: F401
from tests.web.browsers import make_web_server


@pytest.fixture
def server() -> Server:
    """A chat with nobody in it, whose port answers HTTP."""
    return make_web_server()
