"""What operators of the server do: OPER, KILL, WALLOPS, REHASH."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.reading import account, codes, only, operator, quiet


def test_becoming_an_operator(server: Server) -> None:
    server.factory.logins.accounts.add("boss", "sesame", operator=True)  # type: ignore[attr-defined]
    account(server, "carl")
    ann = join_irc(server, "ann")
    assert codes(ann.ask("OPER boss wrong")) == ["464"]
    assert codes(ann.ask("OPER carl sesame")) == ["464"]
    assert codes(ann.ask("OPER nobody sesame")) == ["464"]
    assert codes(ann.ask("OPER boss")) == ["461"]
    assert ann.ask("OPER boss sesame")[1:] == [":ann!ann@host MODE ann +o"]


def test_passwords_of_operators_cannot_be_guessed_at_any_speed(server: Server) -> None:
    server.factory.logins.accounts.add("boss", "sesame", operator=True)  # type: ignore[attr-defined]
    ann = join_irc(server, "ann")
    ann.send(*["OPER boss wrong"] * 3)
    ann.lines()
    assert codes(ann.ask("OPER boss sesame")) == ["NOTICE", "464"]


@pytest.mark.parametrize("line", ["KILL ann :x", "WALLOPS :x", "REHASH"])
def test_others_may_not(server: Server, line: str) -> None:
    assert codes(join_irc(server, "ann").ask(line)) == ["481"]


def test_a_kill_is_a_quit_for_everybody_else(server: Server) -> None:
    root = operator(server, "root", "#a")
    ann, bob = join_irc(server, "ann", "#a", "#b"), join_irc(server, "bob", "#a", "#b")
    quiet(root, ann, bob)
    root.send("KILL BOB :spam")
    assert bob.lines() == ["ERROR :Killed by root: spam"]
    assert bob.closed
    expected = [":bob!bob@host QUIT :Killed by root: spam"]
    assert ann.lines() == expected
    assert root.lines() == expected
    assert codes(root.ask("KILL bob", "KILL")) == ["401", "461"]


def test_people_on_plain_connections_can_be_killed_too(server: Server) -> None:
    root = operator(server)
    tess = join_plain(server, "tess")
    root.send("KILL tess")
    assert any("Killed by root" in line for line in tess.lines())
    assert tess.closed


def test_wallops_reaches_those_who_asked_for_it(server: Server) -> None:
    root = operator(server)
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    ann.send("MODE ann +w")
    quiet(ann, bob)
    root.send("WALLOPS :restart at nine")
    assert ann.lines() == [":root!root@host WALLOPS :restart at nine"]
    assert bob.lines() == []


def test_rehash_reads_the_message_of_the_day_again(server: Server) -> None:
    root = operator(server)

    def reload() -> None:
        server.settings.motd = ["New."]

    server.settings.reload = reload
    assert codes(root.ask("REHASH", "MOTD")) == ["382", "375", "372", "376"]


def test_operators_of_the_server_run_every_room(server: Server) -> None:
    root = operator(server)
    ann = join_irc(server, "ann", "#a")
    bob = join_irc(server, "bob", "#a")
    ann.lines()
    root.send("MODE #a +s", "KICK #a bob :out")
    assert codes(ann.lines()) == ["MODE", "KICK"]
    assert codes(only(bob.lines(), "KICK")) == ["KICK"]
    assert "353" in codes(root.ask("NAMES #a"))


@pytest.mark.parametrize("how", ["lose", "kill"])
@pytest.mark.parametrize("dialect", ["irc", "plain"])
def test_who_has_gone_when_oper_is_answered_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, dialect: str, how: str
) -> None:
    server = make_server()
    account(server, "carl")
    accounts = server.factory.logins.accounts
    accounts.add("boss", "sesame", operator=True)  # type: ignore[attr-defined]
    waiting: list[tuple[object, ...]] = []
    authenticate = type(accounts).authenticate
    monkeypatch.setattr(type(accounts), "authenticate", lambda *arguments: waiting.append(arguments))
    if dialect == "irc":
        ann = join_irc(server, "ann").feed(b"OPER boss sesame\r\n")
    else:
        ann = join_plain(server, "ann").feed(b"/oper boss sesame\n")
    assert len(waiting) == 1
    if how == "lose":
        ann.lose()
    else:
        person = server.directory.find("ann")
        ann.stall()
        server.directory.disconnect(person, "Killed", "Killed")
    monkeypatch.undo()
    authenticate(*waiting[0])  # type: ignore[arg-type]
    server.turn()
    ann.read()
    if not ann.ended:
        ann.lose()
    assert server.directory.with_modes == {}
    assert server.left_behind() == []
