"""MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, STATS, HELP, LINKS."""

import pytest

from chat.network.irc.rows import ROWS
from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server(motd=["Be kind."])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("MOTD", ["375", "372", "376"]),
        ("MOTD chat.test", ["375", "372", "376"]),
        ("MOTD elsewhere", ["402"]),
        ("LUSERS", ["251", "252", "253", "254", "255", "265", "266"]),
        ("TIME", ["391"]),
        ("TIME elsewhere", ["402"]),
        ("INFO", ["371", "371", "374"]),
        ("ADMIN", ["256", "257", "258", "259"]),
        ("LINKS", ["365"]),
        ("HELP NOSUCH", ["524"]),
        ("HELP join", ["704", "705", "706"]),
        ("HELPOP join", ["704", "705", "706"]),
    ],
)
def test_queries(server: Server, line: str, expected: list[str]) -> None:
    assert codes(join_irc(server, "ann").ask(line)) == expected


def test_the_version_and_what_is_supported(server: Server) -> None:
    assert set(codes(join_irc(server, "ann").ask("VERSION"))) == {"351", "005"}


def test_a_server_without_motd_says_so() -> None:
    assert codes(join_irc(make_server(), "ann").ask("MOTD")) == ["422"]


def test_figures_are_the_same_on_every_door(server: Server) -> None:
    ann, tess = join_irc(server, "ann"), join_plain(server, "tess")
    lines = ann.ask("STATS u")
    figures = [row[-1] for row in params(lines, "249")]
    assert codes(lines)[0] == "242"
    assert codes(lines)[-1] == "219"
    assert {"users online: 2", "peak users: 2"} <= set(figures)
    assert "users online: 2" in tess.ask("/stats")
    assert codes(ann.ask("STATS x")) == ["219"]


def test_users_are_counted(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    join_irc(server, "bob").send("MODE bob +i")
    server.directory.find("bob").modes += "o"
    lines = ann.ask("LUSERS")
    assert params(lines, "251")[0][-1] == "There are 1 users and 1 invisible on 1 servers"
    assert params(lines, "252")[0][1] == "1"
    assert params(lines, "254")[0][1] == "2"


def test_help_lists_every_command(server: Server) -> None:
    listed = " ".join(row[-1] for row in params(join_irc(server, "ann").ask("HELP"), "705")).split()
    assert sorted(listed) == sorted(ROWS)
    assert all(row.help and row.minimum <= len(row.usage.split()) for row in ROWS.values())
