"""`python -m chat relay`: `twistd -n chat-relay`, from a checkout as well."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run the relay until it is told to stop; `arguments` are those of `twistd chat-relay`."""
    from twisted.scripts.twistd import run

    sys.argv = ["twistd", "--nodaemon", "--pidfile=", "chat-relay", *arguments]
    run()
    return 0
