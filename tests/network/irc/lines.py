"""Reading what IRC clients got."""

import re

from chat.wire import Message, parse

TAGS = "server-time message-tags batch labeled-response echo-message"


def parsed(lines: list[str]) -> list[Message]:
    """Lines as messages."""
    return [parse(line.encode()) for line in lines]


def codes(lines: list[str]) -> list[str]:
    """The commands of lines."""
    return [message.command for message in parsed(lines)]


def bare(lines: list[str]) -> list[str]:
    """Lines without their tags."""
    return [re.sub(r"^@\S+ ", "", line) for line in lines]


def params(lines: list[str], command: str) -> list[list[str]]:
    """The parameters of the lines with this command."""
    return [list(message.params) for message in parsed(lines) if message.command == command]


def inside_batch(lines: list[str], kind: str) -> list[str]:
    """The lines of the one batch of this kind, without their tags; fails if it is not whole."""
    messages = parsed(lines)
    start = next(i for i, m in enumerate(messages) if m.command == "BATCH" and m.params[1:2] == (kind,))
    reference = messages[start].params[0][1:]
    end = next(i for i, m in enumerate(messages) if m.command == "BATCH" and m.params[0] == f"-{reference}")
    assert all(m.tags.get("batch") == reference for m in messages[start + 1 : end])
    return bare(lines[start + 1 : end])
