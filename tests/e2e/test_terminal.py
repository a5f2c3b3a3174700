"""The terminal client as people and scripts use it: in tmux and in pipes, against the real server."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .harness import CHECKOUT, PATIENCE, Conversation, Server, environment, free_port, wait_until
from .screens import Pane, Tmux

Connect = Callable[[int], Conversation]
Open = Callable[..., Pane]

# Two lines a second after the first few, and a busy machine.
MANY_LINES = 14


def argv(port: int, *options: str) -> list[str]:
    return [sys.executable, "-m", "chat", "terminal", f"127.0.0.1:{port}", *options]


def pipe(
    port: int, text: str, *options: str, timeout: float = 2 * PATIENCE
) -> subprocess.CompletedProcess[str]:
    """What a script gets that pipes text into the client."""
    return subprocess.run(
        argv(port, *options),
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        env=environment(),
        cwd=CHECKOUT,
        check=False,
    )


def enter(person: Conversation, name: str) -> Conversation:
    person.send(name)
    person.read_until(re.compile(rf"Welcome.*{name}"))
    return person


@pytest.fixture
def terminal(tmux: Tmux) -> Open:
    """Opens a terminal client that is in #lobby under this name."""

    def start(
        port: int, name: str, *options: str, columns: int = 80, rows: int = 24, tls: bool = False
    ) -> Pane:
        settings = [
            f"{key}={value}" for key, value in environment().items() if key in ("PYTHONPATH", "SSL_CERT_FILE")
        ]
        command = argv(port, "--name", name, *options)
        pane = tmux.open(name, "env", "TERM=xterm-256color", *settings, *command, columns=columns, rows=rows)
        pane.wait_for(re.compile(rf"^ ?{name}> *$|^> *$", re.MULTILINE))
        pane.wait_for(re.compile(r"2 #lobby \(\d+( here)?\)"))
        return pane

    return start


def test_people_talk_across_programs(server: Server, nc: Connect, terminal: Open) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    ann.read_until("* bob joined")
    bob.type("hello from a terminal")
    ann.read_until("<bob> hello from a terminal")
    ann.send("hello bob, hello from nc")
    bob.wait_for(re.compile(r"ann │ hello bob, hello from nc"))
    bob.type("/me waves")
    ann.read_until("* bob waves")
    ann.send("/me nods")
    bob.wait_for(re.compile(r"\* │ ann nods"))
    bob.type("/topic all that matters")
    ann.read_until("* bob changed the topic to: all that matters")
    bob.wait_for(re.compile(r"^#lobby - all that matters", re.MULTILINE))
    bob.type("/nick robert")
    ann.read_until("* bob is now robert")
    bob.wait_for(re.compile(r"^robert> *$", re.MULTILINE))
    bob.type("/exit")
    ann.read_until("* robert left")
    seen = (
        "* bob joined",
        "<bob> hello from a terminal",
        "* bob waves",
        "* bob changed the topic to: all that matters",
        "* bob is now robert",
        "* robert left",
    )
    assert re.findall("|".join(map(re.escape, seen)), ann.transcript) == list(seen)
    assert bob.wait() == 0


def test_a_password_is_typed_unseen(server: Server, nc: Connect, terminal: Open) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    bob.type("/register")
    bob.wait_for("Choose a password for bob:")
    bob.type("correct horse")
    screen = bob.wait_for("The account is yours.")
    assert "horse" not in screen + ann.transcript + server.log


def test_a_terminal_that_only_prints_has_lines(server: Server, nc: Connect, tmux: Tmux) -> None:
    ann = enter(nc(server.port), "ann")
    settings = [f"{key}={value}" for key, value in environment().items() if key == "PYTHONPATH"]
    bob = tmux.open("bob", "env", "TERM=dumb", *settings, *argv(server.port, "--name", "bob"))
    ann.read_until("* bob joined")
    ann.send("hello bob")
    bob.wait_for("<ann> hello bob")
    bob.type("hello ann")
    ann.read_until("<bob> hello ann")
    bob.type("/exit")
    assert bob.wait() == 0


def test_an_interrupt_from_outside_is_a_goodbye(
    server: Server, nc: Connect, terminal: Open, tmux: Tmux
) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    ann.read_until("* bob joined")
    pid = int(tmux.run("display-message", "-p", "-t", "=bob:", "#{pane_pid}"))
    os.kill(pid, signal.SIGINT)
    ann.read_until("* bob left")
    assert bob.wait() == 0
    assert "Traceback" not in bob.screen


def test_private_chats_have_pages(server: Server, nc: Connect, terminal: Open) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    ann.read_until("* bob joined")
    ann.send("/pm bob psst, bob")
    bob.wait_for("3 ann:1!")
    assert "psst" not in bob.screen
    bob.press("M-3")
    bob.wait_for(re.compile(r"ann │ psst, bob"))
    bob.type("what is it")
    ann.read_until("[pm from bob] what is it")
    bob.press("C-p")
    bob.wait_for(re.compile(r"^#lobby", re.MULTILINE))
    assert "psst" not in bob.screen
    bob.type("/pm nobody hello")
    bob.wait_for("not sent:")
    assert "psst" not in server.log


def test_the_input_line_stays_while_messages_arrive(server: Server, nc: Connect, terminal: Open) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    bob.press("h", "a", "l", "f")
    bob.wait_for("bob> half")
    for number in range(4):
        ann.send(f"line {number}")
    screen = bob.wait_for("line 3")
    assert screen.rstrip().endswith("bob> half")
    bob.press("Space", "d", "o", "n", "e", "Enter")
    ann.read_until("<bob> half done")


def test_completion_history_and_paste(server: Server, nc: Connect, terminal: Open, tmux: Tmux) -> None:
    ann = enter(nc(server.port), "annabel")
    bob = terminal(server.port, "bob")
    ann.read_until("* bob joined")
    bob.press("a", "n", "Tab")
    bob.wait_for("bob> annabel:")
    bob.press("h", "i", "Enter")
    ann.read_until("<bob> annabel: hi")
    bob.press("Up")
    bob.wait_for("bob> annabel: hi")
    bob.press("C-c")
    tmux.run("set-buffer", "one\ntwo\nthree")
    tmux.run("paste-buffer", "-p", "-t", "=bob:")
    bob.wait_for("Send 3 lines to #lobby")
    bob.press("Enter")
    assert re.findall(r"<bob> (\w+)", ann.read_until("<bob> three")) == ["one", "two", "three"]


def test_other_peoples_escape_sequences_do_nothing(server: Server, nc: Connect, terminal: Open) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    ann.send("before", "\x1b[2J\x1b[Hgone?\x1b]0;title\x07 \x9b1A still")
    screen = bob.wait_for("still")
    assert "before" in screen
    assert "gone?" in screen


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12), (24, 6)])
def test_sizes(server: Server, nc: Connect, terminal: Open, tmux: Tmux, columns: int, rows: int) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob", columns=columns, rows=rows)
    ann.read_until("* bob joined")
    ann.send("a long line that has to be wrapped on a narrow terminal, so that the end is seen: end")
    bob.wait_for("end")
    tmux.run("resize-window", "-t", "=bob:", "-x", "110", "-y", "20")
    bob.wait_for(re.compile(r"ann │ a long line that has to be wrapped.*│"))
    tmux.run("resize-window", "-t", "=bob:", "-x", str(columns), "-y", str(rows))
    bob.type("done")
    assert ann.read_until("done").endswith("<bob> done")


def test_a_server_that_restarts_is_found_again(server: Server, nc: Connect, terminal: Open) -> None:
    bob = terminal(server.port, "bob")
    assert server.stop() == 0
    bob.wait_for(re.compile(r"reconnecting in \d+ s"))
    bob.type("typed while it was down")
    bob.wait_for("1 unsent")
    server.start()
    ann = enter(nc(server.port), "ann")
    bob.wait_for(re.compile(r"you are in #lobby again"), timeout=2 * PATIENCE)
    ann.read_until(re.compile(r"<bob> typed while it was down"))
    ann.send("welcome back")
    bob.wait_for(re.compile(r"ann │ welcome back"))
    wait_until(lambda: "unsent" not in bob.screen, "the acknowledgement of what was typed")


def test_a_server_that_is_killed_loses_and_doubles_nothing(
    server: Server, nc: Connect, terminal: Open
) -> None:
    bob = terminal(server.port, "bob")
    for number in range(3):
        bob.type(f"message {number}")
    server.stop(signal.SIGKILL)
    bob.wait_for(re.compile(r"reconnecting in \d+ s"))
    server.start()
    bob.wait_for(re.compile(r"2 #lobby \(\d+( here)?\) .*\d+ ms *$", re.MULTILINE), timeout=2 * PATIENCE)
    bob.type("message 3")
    ann = nc(server.port)
    enter(ann, "ann")
    history = ann.read_until("message 3")
    assert [history.count(f"<bob> message {number}") for number in range(4)] == [1, 1, 1, 1]
    assert "not sent" not in bob.screen


def test_signals_end_it_with_a_goodbye(server: Server, nc: Connect, terminal: Open, tmux: Tmux) -> None:
    ann = enter(nc(server.port), "ann")
    bob = terminal(server.port, "bob")
    ann.read_until("* bob joined")
    pid = int(tmux.run("display-message", "-p", "-t", "=bob:", "#{pane_pid}"))
    os.kill(pid, signal.SIGTERM)
    ann.read_until("* bob left")
    assert bob.wait() == 0


def test_a_script_says_its_lines(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    done = pipe(server.port, "===== 3 passed in 0.1s =====\n/not a command\n", "--name", "ci")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ann.read_until("* ci joined")
    assert ann.read_until("* ci left").strip().splitlines() == [
        "<ci> ===== 3 passed in 0.1s =====",
        "<ci> /not a command",
        "* ci left",
    ]


def test_the_pipeline_of_the_readme(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    client = " ".join(argv(server.port, "--name", "ci"))
    command = f"printf 'collected\\n7 passed\\n' 2>&1 | tail -1 | {client}"
    subprocess.run(command, shell=True, check=True, timeout=PATIENCE, env=environment(), cwd=CHECKOUT)
    ann.read_until("<ci> 7 passed")


def test_many_lines_at_the_pace_that_the_server_takes(server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    lines = [f"line {number}" for number in range(MANY_LINES)]
    done = pipe(server.port, "\n".join(lines), "--name", "ci")
    assert (done.returncode, done.stderr) == (0, "")
    ann.read_until("* ci joined")
    heard = ann.read_until("* ci left").strip().splitlines()
    assert heard == [*(f"<ci> {line}" for line in lines), "* ci left"]


def test_another_room_and_a_file(server: Server, nc: Connect, tmp_path: Path) -> None:
    ann = enter(nc(server.port), "ann")
    ann.send("/join build")
    ann.read_until("#build")
    file = tmp_path / "result"
    file.write_text("from a file")
    with file.open() as opened:
        done = subprocess.run(
            argv(server.port, "--name", "ci", "--room", "build"),
            stdin=opened,
            timeout=PATIENCE,
            env=environment(),
            cwd=CHECKOUT,
            check=False,
        )
    assert done.returncode == 0
    ann.read_until("<ci> from a file")


def test_a_script_waits_for_a_server_that_comes_back(server: Server, nc: Connect) -> None:
    server.stop()
    started = subprocess.Popen(
        argv(server.port, "--name", "ci"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=CHECKOUT,
        text=True,
    )
    assert started.stdin is not None
    assert started.stderr is not None
    started.stdin.write("late\n")
    started.stdin.close()
    assert "Nothing listens" in started.stderr.readline()
    server.start()
    ann = enter(nc(server.port), "ann")
    ann.read_until("<ci> late")
    assert started.wait(PATIENCE) == 0
    started.stderr.close()


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--name", "a*b"), 1, "does not take the name a*b"),
        (("--name", "ci", "--tls", "--patience", "5"), 1, "does not speak TLS"),
        (("--nonsense",), 2, "unrecognized arguments"),
    ],
)
def test_what_cannot_be_ends_with_a_sentence(
    server: Server, options: tuple[str, ...], status: int, words: str
) -> None:
    done = pipe(server.port, "hello\n", *options)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_ends_with_a_sentence() -> None:
    done = pipe(free_port(), "hello\n", "--name", "ci", "--patience", "2")
    assert done.returncode == 1
    assert "Nothing listens" in done.stderr
    assert "1 line was not sent" in done.stderr


def test_the_pipe_needs_no_prompt_toolkit(server: Server, tmp_path: Path) -> None:
    (tmp_path / "prompt_toolkit.py").write_text("raise ImportError('not here')")
    path = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    done = subprocess.run(
        argv(server.port, "--name", "ci"),
        input="hello\n",
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env={**environment(), "PYTHONPATH": path},
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
