"""What the launcher starts."""

from chat.client.launcher import commandlines
from chat.client.launcher.output import without_token
from chat.options import Options
from chat.relay.service import Options as RelayOptions


def test_the_server_understands_its_command_line() -> None:
    argv = commandlines.server(4001, 4002, 4003, "/some/where")
    options = Options()
    options.parseOptions(argv[argv.index("server") + 1 :])
    assert options["listen"] == ["tcp:4001", "haproxy:tcp:4003:interface=127.0.0.1"]
    assert options["web"] == "tcp:4002:interface=127.0.0.1"
    assert options["data"] == "/some/where"


def test_the_relay_understands_its_command_line() -> None:
    argv = commandlines.relay(4004, 4003)
    options = RelayOptions()
    options.parseOptions(argv[argv.index("relay") + 1 :])
    assert options["listen"] == ["tcp:4004"]
    assert options["to"] == [("127.0.0.1", 4003)]


def in_terminal(*present: str, platform: str = "linux", **environ: str) -> list[str] | None:
    return commandlines.in_terminal(
        ["python", "it's"],
        which=lambda name: f"/bin/{name}" if name in present else None,
        platform=platform,
        environ=environ,
    )


def test_a_terminal_is_found_by_wish_then_by_rank() -> None:
    assert in_terminal("xterm", "konsole") == ["/bin/konsole", "-e", "python", "it's"]
    assert in_terminal("xterm", "konsole", TERMINAL="xterm") == ["/bin/xterm", "-e", "python", "it's"]
    assert in_terminal("xterm", "mine", TERMINAL="mine") == ["/bin/mine", "-e", "python", "it's"]
    assert in_terminal("xterm", TERMINAL="gone") == ["/bin/xterm", "-e", "python", "it's"]
    assert in_terminal() is None


def test_other_systems_have_one_of_their_own() -> None:
    assert (in_terminal(platform="win32") or [])[:2] == ["cmd", "/c"]
    assert "do script" in (in_terminal(platform="darwin") or [])[-1]


def test_the_programs_find_the_same_package() -> None:
    import chat

    first = commandlines.environment()["PYTHONPATH"].split(":")[0]
    assert chat.__file__.startswith(first)


def test_ready_and_the_monitors_address_are_recognised() -> None:
    patterns = commandlines.SERVER_PATTERNS
    assert patterns["ready"].search("2026 [chat.chat_server.Conversation#info] Chat is ready as chat")
    found = patterns["monitor"].search("[x#info] Open the monitor at http://127.0.0.1:1/?token=ab-c_d~.e")
    assert found is not None
    assert found[1] == "http://127.0.0.1:1/?token=ab-c_d~.e"
    assert without_token(f"at {found[1]} now") == "at http://127.0.0.1:1/?token=… now"
