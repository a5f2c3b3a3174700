"""What `twistd chat` accepts, as an operator types it, writes it into a file, or has it in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.python import usage

from chat.listening.endpoints import CannotStart
from chat.options import DEFAULT_LISTEN, DEFAULT_WEB, TABLE, Options


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment in which the tests run is an option."""
    for option in TABLE:
        monkeypatch.delenv(option.variable, raising=False)


def parsed(*arguments: str) -> Options:
    options = Options()
    options.parseOptions(list(arguments))
    return options


def test_without_options_it_listens_where_everybody_expects_it() -> None:
    options = parsed()
    assert options["listen"] == [DEFAULT_LISTEN] == ["tcp:56458"]
    assert options["web"] == DEFAULT_WEB == "tcp:8080:interface=127.0.0.1"
    assert (options["message-rate"], options["message-burst"]) == (2.0, 5.0)
    assert (options["max-users"], options["max-per-address"], options["relay"]) == (0, 16, [])


def test_listen_and_relay_may_be_given_several_times() -> None:
    options = parsed("--listen", "tcp:1", "-l", "unix:/x", "--relay", "tcp:2", "--relay", "tcp:3")
    assert options["listen"] == ["tcp:1", "unix:/x"]
    assert options["relay"] == ["tcp:2", "tcp:3"]


def test_of_what_is_given_twice_the_last_counts() -> None:
    assert parsed("--name", "one", "--name", "two")["name"] == "two"


def test_numbers_are_numbers() -> None:
    options = parsed(
        "--message-rate", "0.5", "--message-burst=0", "--max-users", "7", "--max-per-address", "0"
    )
    assert (options["message-rate"], options["message-burst"]) == (0.5, 0.0)
    assert (options["max-users"], options["max-per-address"]) == (7, 0)


@pytest.mark.parametrize("option", ["message-rate", "message-burst", "max-users", "max-per-address"])
@pytest.mark.parametrize("value", ["-1", "x", "", "nan", "inf", "-inf", "1e999"])
def test_a_limit_that_is_none_is_explained(option: str, value: str) -> None:
    with pytest.raises(CannotStart, match=rf"--{option} takes a .*number, 0 \(no limit\) or more, not '"):
        parsed(f"--{option}={value}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--name", "two words"], "--name must be one word"),
        (["--name", ""], "--name must be one word"),
        (["--name", "a\x1b"], "--name must be one word"),
        (["--history", "maybe"], "--history is on or off, not maybe"),
        (["--registration", "x"], "--registration is open, early or closed, not x"),
        (["--log-level", "loud"], "--log-level takes debug, info, warn, error or critical"),
        (["--config", "/nonexistent"], "The --config file /nonexistent cannot be read: No such file"),
        (["stray"], "'stray' is not understood"),
    ],
)
def test_what_cannot_be_taken_is_explained(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CannotStart, match=sentence):
        parsed(*arguments)


def test_an_option_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(usage.UsageError, match="no-such-option"):
        parsed("--no-such-option")


@pytest.mark.parametrize("option", TABLE, ids=lambda option: option.name)
def test_help_has_a_line_for_every_option(option: object) -> None:
    assert f"--{getattr(option, 'name', '')}=" in str(Options())


# where values come from


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "chat.toml"
    config.write_text('name = "file"\nmax-users = 1\nmessage-rate = 1\nlisten = ["tcp:1"]\n')
    monkeypatch.setenv("CHAT_MAX_USERS", "2")
    monkeypatch.setenv("CHAT_MESSAGE_RATE", "2")
    options = parsed("--config", str(config), "--message-rate", "3")
    assert (options["name"], options["max-users"], options["message-rate"]) == ("file", 2, 3.0)
    assert options["listen"] == ["tcp:1"]
    assert options["message-burst"] == 5.0


def test_the_file_can_be_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chat.toml").write_text('name = "file"\n')
    monkeypatch.setenv("CHAT_CONFIG", str(tmp_path / "chat.toml"))
    assert parsed()["name"] == "file"


def test_the_file_is_read_again_wherever_the_process_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "chat.toml"
    config.write_text('name = "one"\nmotd = "motd.txt"\n')
    monkeypatch.chdir(tmp_path)
    options = parsed("--config", "chat.toml")
    assert options["motd"] == str(tmp_path / "motd.txt")
    monkeypatch.chdir("/")
    config.write_text('name = "two"\n')
    assert options.resolve()["name"] == "two"
    assert options["name"] == "one"


# secrets


@pytest.mark.parametrize("name", ["password", "monitor-token"])
def test_a_secret_can_stand_in_a_file(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sesame\r\nand more\n")
    assert parsed(f"--{name}-file", str(secret))[name] == "sesame"


def test_a_secret_on_the_command_line_wins_over_its_file_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    config = tmp_path / "chat.toml"
    config.write_text('password-file = "secret"\n')
    assert parsed("--config", str(config))["password"] == "sesame"
    assert parsed("--config", str(config), "--password", "other")["password"] == "other"


def test_a_secret_given_twice_in_one_place_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="--password and --password-file both give a password"):
        parsed("--password", "x", "--password-file", str(tmp_path))


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\n", b"x" * 5000])
def test_a_file_without_a_secret_is_explained_and_not_shown(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CannotStart) as caught:
        parsed("--password-file", str(path))
    assert str(caught.value).startswith(f"--password-file: {path} ")
    assert "xxxx" not in str(caught.value)


def test_the_environment_is_asked_for_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    # It is that of the project's own clients: the password of a person's account.
    monkeypatch.setenv("CHAT_PASSWORD", "sesame")
    assert parsed()["password"] is None
