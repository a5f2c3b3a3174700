"""Taking apart what the server sent: commands, tags, the replies to one numeric."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable

from tests.network.chatting import Client, Server, join_irc

_LINE = re.compile(r"(?:@(?P<tags>\S+) )?(?::(?P<source>\S+) )?(?P<rest>.*)", re.DOTALL)


def bare(lines: Iterable[str]) -> list[str]:
    """Lines without their tags."""
    return [line.split(" ", 1)[1] if line.startswith("@") else line for line in lines]


def codes(lines: Iterable[str]) -> list[str]:
    """The commands of lines."""
    return [_parts(line)["rest"].split(" ")[0] for line in lines]


def only(lines: Iterable[str], *commands: str) -> list[str]:
    """Those lines that have one of these commands."""
    return [line for line in lines if codes([line])[0] in commands]


def tags(line: str) -> dict[str, str]:
    """The tags of a line; a tag without a value is ""."""
    return dict(tag.partition("=")[::2] for tag in _parts(line)["tags"].split(";") if tag)


def texts(lines: Iterable[str]) -> list[str]:
    """What follows the ` :` of lines."""
    return [_parts(line)["rest"].partition(" :")[2] for line in lines]


def arguments(line: str) -> list[str]:
    """The parameters of a numeric reply without the recipient; the trailing one is the last."""
    middle, colon, trailing = _parts(line)["rest"].partition(" :")
    return middle.split(" ")[2:] + ([trailing] if colon else [])


def batch_kind(lines: list[str]) -> str:
    """What kind of batch lines are: its type and arguments. Fails if they are no batch."""
    found = re.search(r" BATCH \+(\w+) (.*)$", lines[0])
    assert found is not None, lines
    assert lines[-1].endswith(f" BATCH -{found[1]}"), lines
    assert all(tags(line)["batch"] == found[1] for line in lines[1:-1]), lines
    return found[2]


def _parts(line: str) -> dict[str, str]:
    found = _LINE.fullmatch(line)
    assert found is not None
    return {name: value or "" for name, value in found.groupdict().items()}


def quiet(*clients: Client) -> None:
    """Forget what clients have got until here."""
    for client in clients:
        client.lines()


def operator(server: Server, nick: str = "root", *rooms: str, caps: str = "") -> Client:
    """Somebody who is an operator of the server."""
    accounts = server.factory.logins.accounts
    accounts.add("boss", "sesame", operator=True)  # type: ignore[attr-defined]
    client = join_irc(server, nick, *rooms, caps=caps)
    assert "381" in codes(client.ask("OPER boss sesame"))
    return client


def account(server: Server, name: str, password: str = "sesame") -> None:
    """There is an account."""
    server.factory.logins.accounts.add(name, password)  # type: ignore[attr-defined]


def login(name: str) -> list[str]:
    """The lines with which somebody logs in while connecting."""
    data = b64encode(f"\0{name}\0sesame".encode()).decode()
    return [
        "CAP REQ :sasl",
        f"NICK {name}",
        f"USER {name} 0 * :A",
        "AUTHENTICATE PLAIN",
        f"AUTHENTICATE {data}",
    ]
