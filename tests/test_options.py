"""What `twistd chat` accepts on its command line, as an operator types it."""

import pytest
from twisted.python import usage

from chat.options import DEFAULT_LISTEN, DEFAULT_WEB, Options


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


def test_numbers_are_numbers() -> None:
    options = parsed(
        "--message-rate", "0.5", "--message-burst=0", "--max-users", "7", "--max-per-address", "0"
    )
    assert (options["message-rate"], options["message-burst"]) == (0.5, 0.0)
    assert (options["max-users"], options["max-per-address"]) == (7, 0)


@pytest.mark.parametrize("option", ["message-rate", "message-burst", "max-users", "max-per-address"])
@pytest.mark.parametrize("value", ["-1", "x", "", "nan", "inf", "-inf", "1e999"])
def test_a_limit_that_is_none_is_explained(option: str, value: str) -> None:
    with pytest.raises(
        usage.UsageError, match=rf"--{option} takes a .*number, 0 \(no limit\) or more, not '"
    ):
        parsed(f"--{option}={value}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--name", "two words"], "--name must be one word"),
        (["--name", ""], "--name must be one word"),
        (["--name", "a\x1b"], "--name must be one word"),
        (["--history", "maybe"], "--history is on or off, not maybe"),
        (["--registration", "x"], "--registration is open, early or closed, not x"),
        (["stray"], "'stray' is not understood"),
        (["--no-such-option"], "no-such-option"),
    ],
)
def test_what_cannot_be_taken_is_explained(arguments: list[str], sentence: str) -> None:
    with pytest.raises(usage.UsageError, match=sentence):
        parsed(*arguments)


def test_help_has_a_line_for_every_option() -> None:
    text = str(Options())
    options = Options()
    for name in (*(row[0] for row in options.optParameters), "listen", "relay"):
        assert f"--{name}=" in text
