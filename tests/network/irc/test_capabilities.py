"""CAP: what is offered, requested, refused and shown."""

import pytest

from chat.network.irc.capabilities import NAMES, VALUES, Cap, listed, names_of
from tests.network.chatting import Server, connect, join_irc, make_server
from tests.network.irc.reading import codes, texts


def offered(lines: list[str]) -> dict[str, str]:
    """The capabilities of the lines of a CAP LS, with their values."""
    return dict(word.partition("=")[::2] for line in lines for word in line.split(" :", 1)[1].split())


def test_all_capabilities_are_listed_with_values_for_302(server: Server) -> None:
    lines = connect(server).ask("CAP LS 302")
    assert all(len(line.encode()) <= 510 for line in lines)
    assert all(line.startswith(":chat.test CAP * LS * :") for line in lines[:-1])
    assert lines[-1].startswith(":chat.test CAP * LS :")
    found = offered(lines)
    assert found.keys() == NAMES.keys()
    assert found["sasl"] == "PLAIN,SCRAM-SHA-256"
    assert found["draft/multiline"] == VALUES["draft/multiline"]


@pytest.mark.parametrize("line", ["CAP LS", "CAP LS 301", "CAP ls", "CAP LS x"])
def test_older_clients_get_one_line_without_values(server: Server, line: str) -> None:
    (answer,) = connect(server).ask(line)
    assert "=" not in answer
    assert offered([answer]).keys() == NAMES.keys()


def test_cap_notify_comes_with_302_and_stays(server: Server) -> None:
    ann = connect(server)
    ann.ask("CAP LS 302")
    assert texts(ann.ask("CAP LIST")) == ["cap-notify"]
    assert ann.ask("CAP REQ :-cap-notify") == [":chat.test CAP * NAK :-cap-notify"]
    assert texts(ann.ask("CAP LIST")) == ["cap-notify"]


def test_a_request_is_all_or_nothing(server: Server) -> None:
    ann = connect(server)
    assert ann.ask("CAP REQ :batch nonsense server-time") == [
        ":chat.test CAP * NAK :batch nonsense server-time"
    ]
    assert texts(ann.ask("CAP LIST")) == [""]
    assert ann.ask("CAP REQ :batch server-time") == [":chat.test CAP * ACK :batch server-time"]
    assert texts(ann.ask("CAP LIST")) == ["batch server-time"]
    assert ann.ask("CAP REQ -batch") == [":chat.test CAP * ACK :-batch"]
    assert texts(ann.ask("CAP LIST")) == ["server-time"]


def test_capabilities_can_change_after_registration(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    assert ann.ask("CAP REQ :server-time") == [":chat.test CAP ann ACK :server-time"]
    bob.send("PRIVMSG #a :one")
    assert ann.lines()[-1].startswith("@time=")
    ann.send("CAP REQ :-server-time")
    bob.send("PRIVMSG #a :two")
    assert ann.lines()[-1] == ":bob!bob@host PRIVMSG #a :two"


def test_an_unknown_subcommand(server: Server) -> None:
    assert connect(server).ask("CAP FROB x") == [":chat.test 410 * FROB :Invalid CAP command"]


def test_cap_end_after_registration_is_nothing(server: Server) -> None:
    assert join_irc(server, "ann").ask("CAP END") == []


@pytest.mark.parametrize(
    ("policy", "value"), [("open", "custom-account-name"), ("early", "before-connect,custom-account-name")]
)
def test_registering_accounts_is_offered_as_the_policy_says(policy: str, value: str) -> None:
    server = make_server(registration=policy)
    assert offered(connect(server).ask("CAP LS 302"))["draft/account-registration"] == value


def test_registering_accounts_is_not_offered_when_it_is_closed() -> None:
    server = make_server(registration="closed")
    assert "draft/account-registration" not in offered(connect(server).ask("CAP LS 302"))
    assert not any("registration" in name for name in listed(301, "closed", "PLAIN"))


def test_two_names_of_one_capability_are_shown_as_one(server: Server) -> None:
    caps = NAMES["no-implicit-names"]
    assert caps == NAMES["draft/no-implicit-names"] == Cap.NO_IMPLICIT_NAMES
    assert len(names_of(caps)) == 1


def test_every_capability_is_a_bit_of_its_own() -> None:
    assert all(bit & (bit - 1) == 0 and bit for bit in NAMES.values())
    for name, bit in NAMES.items():
        same = {other for other, value in NAMES.items() if value == bit}
        assert {other.removeprefix("draft/") for other in same} == {name.removeprefix("draft/")}


def test_no_implicit_names_spares_the_names(server: Server) -> None:
    ann = join_irc(server, "ann", caps="no-implicit-names")
    assert codes(ann.ask("JOIN #a")) == ["JOIN"]
    assert codes(ann.ask("NAMES #a")) == ["353", "366"]
