"""Terminals and windows on screens in memory, driven by keys and read by what they show."""

import re
import subprocess
from pathlib import Path

import pytest

from .harness import PATIENCE, end, environment, need, wait_until


class Pane:
    """One program in a terminal of tmux, seen as a person sees it: by what is on the screen."""

    def __init__(self, tmux: "Tmux", name: str) -> None:
        self._tmux = tmux
        self._name = name

    @property
    def screen(self) -> str:
        """The visible lines, without trailing spaces."""
        return self._tmux.run("capture-pane", "-p", "-t", f"={self._name}:")

    def type(self, *lines: str) -> None:
        """Type lines, each with Enter after it."""
        for line in lines:
            self._tmux.run("send-keys", "-t", f"={self._name}:", "-l", "--", line)
            self.press("Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them: Enter, Tab, Up, C-c, PageUp..."""
        self._tmux.run("send-keys", "-t", f"={self._name}:", *keys)

    def wait_for(self, text: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """Wait until the screen shows this text or a match, and return the screen."""
        pattern = re.compile(re.escape(text)) if isinstance(text, str) else text
        screen = ""

        def shown() -> bool:
            nonlocal screen
            screen = self.screen
            return pattern.search(screen) is not None

        try:
            wait_until(shown, f"{pattern.pattern!r} on the screen of {self._name}", timeout)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}\n{screen}")
        return screen

    def wait(self) -> int:
        """The program's exit status, once it has ended by itself."""

        def ended() -> str:
            # tmux 3.3a can miss the end of a program, which it then sees with the end of the next one that it runs.
            self._tmux.run("run-shell", "true")
            return self._tmux.run(
                "display-message", "-p", "-t", f"={self._name}:", "#{pane_dead_status}"
            ).strip()

        try:
            return int(wait_until(ended, f"{self._name} to end"))
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}\n{self.screen}")


class Tmux:
    """A tmux server of its own, on a socket in a folder with a short path."""

    def __init__(self, folder: Path) -> None:
        self._program = need("tmux")
        self._socket = folder / "tmux"
        self.folder = folder

    def run(self, *arguments: str) -> str:
        """What a tmux command prints; fails with tmux's own sentence."""
        argv = [self._program, "-S", str(self._socket), "-f", "/dev/null", "-u", *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            pytest.fail(f"tmux {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def open(self, name: str, *argv: str, columns: int = 100, rows: int = 30) -> Pane:
        """Run a program in a new terminal of this size."""
        size = ("-x", str(columns), "-y", str(rows))
        # A terminal stays after its program has ended, so that its last words can be read.
        keep = (";", "set-option", "-t", f"={name}:", "remain-on-exit", "on")
        self.run("new-session", "-d", "-s", name, *size, "--", *argv, *keep)
        return Pane(self, name)

    def end(self) -> None:
        """End this tmux and all programs in it."""
        if self._socket.exists():
            subprocess.run(
                [self._program, "-S", str(self._socket), "kill-server"], check=False, timeout=PATIENCE
            )


class Display:
    """An X screen in memory (Xvfb), on a display number that it finds free by itself."""

    def __init__(self, width: int = 1280, height: int = 900) -> None:
        self.process = subprocess.Popen(
            [need("Xvfb"), "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        # Xvfb writes the number once it takes connections; if it cannot start, this reads an empty line.
        number = self.process.stdout.readline().decode().strip()
        if not number:
            pytest.fail(f"Xvfb did not start: exit status {self.process.wait(PATIENCE)}.")
        self.name = f":{number}"

    @property
    def environment(self) -> dict[str, str]:
        """This checkout's environment, with windows on this screen."""
        return {**environment(), "DISPLAY": self.name}

    def xdotool(self, *arguments: str, timeout: float = PATIENCE) -> str:
        """What an xdotool command prints; fails with xdotool's own sentence."""
        argv = [need("xdotool"), *arguments]
        done = subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        if done.returncode:
            pytest.fail(f"xdotool {' '.join(arguments)}: {done.stderr.strip() or 'nothing found'}")
        return done.stdout.strip()

    def screenshot(self, path: Path) -> None:
        """Write what is on the screen to a PNG file."""
        argv = [need("import"), "-display", self.name, "-window", "root", str(path)]
        subprocess.run(argv, check=True, timeout=PATIENCE)

    def end(self) -> None:
        """End the screen; programs that still show windows there lose their connection."""
        end(self.process)
        assert self.process.stdout is not None
        self.process.stdout.close()
