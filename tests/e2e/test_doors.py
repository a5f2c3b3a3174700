"""Every door at once: nc, telnet, irssi and WeeChat meet in one room of one server."""

import re
import subprocess
from collections.abc import Callable

from .conftest import Connect
from .harness import PATIENCE, Server, enter, need
from .screens import Pane


def test_a_silent_person_is_greeted_and_asked_for_a_name(server: Server, nc: Connect) -> None:
    person = nc(server.port)
    person.read_until(re.compile("name", re.IGNORECASE))
    enter(person, "ann")
    assert "#lobby" in person.read_until("/help")


def test_everybody_meets_through_every_door(
    server: Server,
    nc: Connect,
    telnet: Connect,
    irssi: Callable[[int, str], Pane],
    weechat: Callable[[int, str], Pane],
) -> None:
    ann = enter(nc(server.port), "ann")
    tess = enter(telnet(server.port), "tess")
    ann.read_until("* tess joined")
    iris = irssi(server.port, "iris")
    ann.read_until("* iris joined")
    tess.read_until("* iris joined")
    wes = weechat(server.port, "wes")
    for person in (ann, tess):
        person.read_until("* wes joined")
    iris.wait_for(re.compile(r"wes \[.*\] has joined #lobby"))

    # Everybody sees who is there.
    for program in (iris, wes):
        program.type("/names")
    for name in ("ann", "tess", "iris", "wes"):
        iris.wait_for(re.compile(rf"\[[ @+]?{name} *\]"))
        wes.wait_for(re.compile(rf"Nicks #lobby:.*\b{name}\b"))
    ann.send("/users")
    listed = ann.read_until(re.compile(r"(?s)(?=.*ann)(?=.*tess)(?=.*iris)(?=.*wes).*\n"))
    assert "iris" in listed

    # What one says, all others see, and the speaker does not get it back.
    ann.send("hello from nc")
    tess.read_until("<ann> hello from nc")
    iris.wait_for(re.compile(r"< ?ann> hello from nc"))
    wes.wait_for(re.compile(r"ann.*hello from nc"))
    tess.send("hello from telnet")
    ann.read_until("<tess> hello from telnet")
    iris.wait_for(re.compile(r"< ?tess> hello from telnet"))
    wes.wait_for(re.compile(r"tess.*hello from telnet"))
    iris.type("hello from irssi")
    ann.read_until("<iris> hello from irssi")
    tess.read_until("<iris> hello from irssi")
    wes.wait_for(re.compile(r"iris.*hello from irssi"))
    wes.type("hello from WeeChat")
    ann.read_until("<wes> hello from WeeChat")
    tess.read_until("<wes> hello from WeeChat")
    iris.wait_for(re.compile(r"< ?wes> hello from WeeChat"))
    assert "<ann>" not in ann.transcript

    # /me and its like.
    ann.send("/me waves")
    tess.read_until("* ann waves")
    iris.wait_for(re.compile(r"\* ann waves"))
    wes.wait_for(re.compile(r"\* +.*ann waves"))
    iris.type("/me nods")
    ann.read_until("* iris nods")

    # In private: the one it is for, and nobody else.
    ann.send("/pm iris for your eyes")
    ann.read_until("[pm to iris] for your eyes")
    iris.wait_for("[Act: 3")
    iris.type("/window goto ann")
    iris.wait_for(re.compile(r"<ann> for your eyes"))
    iris.type("answer to you")
    ann.read_until("[pm from iris] answer to you")
    ann.send("/reply got it")
    iris.wait_for("got it")
    tess.send("/pm wes only you")
    tess.read_until("[pm to wes] only you")
    wes.wait_for(re.compile(r"3\. +tess"))  # in its list of buffers
    wes.type("/buffer chat.tess")
    wes.wait_for("only you")
    wes.type("/msg tess you too")
    tess.read_until("[pm from wes] you too")
    iris.type("/window goto #lobby")
    wes.type("/buffer #lobby")

    # A new name is seen by all.
    ann.send("/nick anna")
    tess.read_until("* ann is now anna")
    iris.wait_for(re.compile("ann is now known as anna"))
    wes.wait_for(re.compile("ann is now known as anna"))
    iris.type("/nick isis")
    ann.read_until("* iris is now isis")
    tess.read_until("* iris is now isis")

    # And so is leaving.
    tess.send("/exit")
    assert "Goodbye" in tess.read_to_end()
    ann.read_until("* tess left")
    iris.wait_for(re.compile(r"tess \[.*\] has (quit|left)"))
    wes.type("/quit")
    ann.read_until("* wes left")

    assert not [secret for secret in ("your eyes", "answer to", "got it") if secret in tess.transcript]
    assert not [secret for secret in ("only you", "you too") if secret in ann.transcript + server.log]
    assert not [secret for secret in ("your eyes", "answer to", "got it") if secret in server.log]
    assert "Traceback" not in server.log


def script(port: int, text: str, *options: str) -> str:
    """What a script prints that pipes text into nc; fails unless nc ends by itself with status 0."""
    argv = [need("nc"), *options, "127.0.0.1", str(port)]
    done = subprocess.run(
        argv, input=text, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=True
    )
    return done.stdout


def test_a_script_says_its_lines_and_leaves(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    seen = script(server.port, "bob\nhello\n/exit\n")
    assert re.search(r"(?s)Welcome.*bob.*Goodbye", seen)
    ann.read_until("* bob joined")
    assert ann.read_until("* bob left").strip().splitlines() == ["<bob> hello", "* bob left"]


def test_nothing_of_a_long_script_is_lost_however_fast_it_is(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    lines = [f"line {number}" for number in range(9)]  # more than may be said at once
    script(server.port, "\n".join(["bob", *lines, "/exit", ""]))
    ann.read_until("* bob joined")
    heard = ann.read_until("* bob left").strip().splitlines()
    assert heard == [*(f"<bob> {line}" for line in lines), "* bob left"]


def test_a_script_that_just_ends_has_said_it_all(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    script(server.port, "bob\nhello\nthere\n", "-N")
    ann.read_until("* bob joined")
    heard = ann.read_until("* bob left").strip().splitlines()
    assert heard == ["<bob> hello", "<bob> there", "* bob left"]
