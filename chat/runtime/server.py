"""`python -m chat server`: `twistd -n chat` for a checkout, whose plugins twistd alone would not find."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run the server until it is told to stop; `arguments` are those of `twistd chat`."""
    from twisted.scripts.twistd import run

    sys.argv = ["twistd", "--nodaemon", "--pidfile=", "chat", *arguments]
    run()
    return 0
