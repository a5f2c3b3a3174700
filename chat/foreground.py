"""`python -m chat server` and `relay`: twistd in the foreground, installed or from a checkout."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def server(argv: list[str]) -> int:
    """`twistd -n chat`."""
    return _twistd("chat", argv)


def relay(argv: list[str]) -> int:
    """`twistd -n chat-relay`."""
    return _twistd("chat-relay", argv)


def _twistd(command: str, argv: list[str]) -> int:
    _find_plugins()
    from twisted.scripts.twistd import run

    # No pid file: the folder in which somebody happens to be is not the place for one.
    sys.argv = ["twistd", "--nodaemon", "--pidfile=", command, *argv]
    run()
    return 0


def _find_plugins() -> None:
    """A checkout's plugins are where twistd does not look by itself."""
    if find_spec("twisted.plugins.chat_plugin") is None:
        import twisted.plugins

        twisted.plugins.__path__.append(str(Path(__file__).resolve().parent.parent / "twisted_plugins"))
