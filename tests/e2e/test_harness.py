"""The harness itself, tried on a line server that echoes in capitals."""

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import Connect
from .harness import Conversation, Daemon, free_port, listens, twistd, wait_until
from .screens import Display, Tmux

SHOUT = """
from twisted.application import service, strports
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

class Shout(LineOnlyReceiver):
    delimiter = b"\\n"
    def connectionMade(self):
        self.sendLine(b"Say something.")
    def lineReceived(self, line):
        self.sendLine(line.upper())
        if line.strip() == b"bye":
            self.transport.loseConnection()

application = service.Application("shout")
strports.service({endpoint!r}, Factory.forProtocol(Shout)).setServiceParent(application)
"""


@pytest.fixture
def shout(ends: ExitStack, tmp_path: Path) -> tuple[Daemon, int]:
    port = free_port()
    script = tmp_path / "shout.tac"
    script.write_text(SHOUT.format(endpoint=f"tcp:{port}:interface=127.0.0.1"))
    daemon = Daemon(tmp_path / "shout", "-y", str(script))
    ends.callback(daemon.end)
    daemon.start(port)
    return daemon, port


def test_the_daemon_is_started_stopped_and_started_again(shout: tuple[Daemon, int]) -> None:
    daemon, port = shout
    assert f"starting on {port}" in daemon.log
    # A bare twistd ends by the signal that it was sent, not with a status of its own.
    assert daemon.stop() == -signal.SIGTERM
    assert not listens(port)
    daemon.start(port)
    assert daemon.running


def test_a_daemon_that_ends_at_once_fails_the_start_with_its_log(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, "-y", str(tmp_path / "nothing.tac"))
    with pytest.raises(pytest.fail.Exception, match=r"(?s)status 1 instead of listening.*nothing\.tac"):
        daemon.start(free_port())


def test_nc_talks(shout: tuple[Daemon, int], nc: Connect) -> None:
    person = nc(shout[1])
    person.read_until("Say something.\n")
    person.send("one", "two", "bye")
    assert person.read_until("TWO") == "ONE\nTWO"
    person.close_input()
    assert person.read_to_end() == "\nBYE\n"
    assert person.wait() == 0


def test_nc_fails_with_what_it_saw_instead(shout: tuple[Daemon, int], nc: Connect) -> None:
    person = nc(shout[1])
    person.read_until("Say")
    person.send("one")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)'TWO': not within.*ONE"):
        person.read_until("TWO", timeout=1)
    person.send("bye")
    person.close_input()
    with pytest.raises(pytest.fail.Exception, match="output ended"):
        person.read_until("TWO")


def test_telnet_talks_in_a_terminal(shout: tuple[Daemon, int], telnet: Connect) -> None:
    person = telnet(shout[1])
    person.read_until("Say something.")
    person.send("one")
    person.read_until("ONE")
    person.send("bye")
    person.read_until("BYE")
    assert "Connection closed by foreign host" in person.read_to_end()


def test_programs_in_tmux_are_typed_to_and_seen(shout: tuple[Daemon, int], tmux: Tmux) -> None:
    first, second = (tmux.open(name, "nc", "127.0.0.1", str(shout[1])) for name in ("first", "second"))
    for pane in (first, second):
        pane.wait_for("Say something.")
    first.type("it's; -l $HOME")
    first.wait_for("IT'S; -L $HOME")
    second.type("bye")
    assert "IT'S" not in second.wait_for("BYE")
    second.press("C-d")
    assert second.wait() == 0


def test_tmux_fails_with_the_screen_that_it_saw(tmux: Tmux) -> None:
    pane = tmux.open("quiet", "cat")
    pane.type("only this")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)'that' on the screen of quiet.*only this"):
        pane.wait_for("that", timeout=1)


WINDOW = """
import sys, tkinter
root = tkinter.Tk()
root.title("Harness")
root.configure(background="#ff0000")
root.geometry("400x300+0+0")
entry = tkinter.Entry(root)
entry.pack()
entry.focus_set()
entry.bind("<KeyRelease-Return>", lambda event: (print(entry.get(), flush=True), root.destroy()))
root.mainloop()
"""


def test_a_window_is_typed_to_and_photographed(display: Display, ends: ExitStack, tmp_path: Path) -> None:
    program = Conversation([sys.executable, "-c", WINDOW], env=display.environment)
    ends.callback(program.end)
    window = display.xdotool("search", "--sync", "--onlyvisible", "--name", "Harness").split()[0]
    display.xdotool("windowfocus", "--sync", window)
    picture = tmp_path / "screen.png"

    def drawn() -> bool:
        display.screenshot(picture)
        return picture.stat().st_size > 0 and picture.read_bytes().startswith(b"\x89PNG")

    wait_until(drawn, "a picture of the screen")
    display.xdotool("type", "--window", window, "hello")
    display.xdotool("key", "--window", window, "Return")
    program.read_until("hello")
    assert program.wait() == 0


def test_chromium_shows_a_page(page: Page, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<h1>x</h1><script>document.querySelector('h1').textContent = 6 * 7</script>"
    )
    page.goto((tmp_path / "page.html").as_uri())
    assert page.inner_text("h1") == "42"


def test_twistd_is_the_one_of_this_python() -> None:
    program = twistd()[0]
    assert os.access(program, os.X_OK)
    assert Path(program).parent == Path(sys.executable).parent
