"""The terminal client's command line: what it means, and what it cannot be."""

import pytest

from chat.client.desk.arguments import PASSWORD_VARIABLE, read_arguments
from chat.client.terminal.program import main


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "bob.the builder")
    arguments = read_arguments([])
    assert (arguments.host, arguments.port, arguments.name) == ("localhost", 56458, "bobthebuilder")
    assert arguments.rooms == ("#lobby",)


def test_an_account_name_that_cannot_be_a_name_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "1000")
    assert read_arguments([]).name == "guest"


def test_rooms() -> None:
    assert read_arguments(["--room", "a", "--room", "#b", "--room", "&c"]).rooms == ("#a", "#b", "&c")


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")
    assert read_arguments(["--account", "ann"]).password == "secret"
    assert read_arguments([]).password is None


@pytest.mark.parametrize(
    "argv",
    [["host:x"], ["--name", "a b"], ["--name", " "], ["--patience", "0"], ["--account", "a"], ["a", "b"]],
)
def test_what_cannot_be(
    argv: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
