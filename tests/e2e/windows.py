"""Our programs with windows, driven by keys and the mouse and read by title and clipboard, as a person could."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .harness import PATIENCE, end, wait_until
from .screens import Display

SCREENSHOTS = "CHAT_SCREENSHOTS"
"""Environment variable with a folder: where pictures are to be kept. Without it they go to the test's own folder."""


class Window:
    """`python -m chat window` or `launcher`, alone on a screen, with settings of its own."""

    def __init__(
        self, display: Display, folder: Path, *arguments: str, env: dict[str, str] | None = None
    ) -> None:
        self.display = display
        self.folder = folder
        self._arguments = arguments
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**display.environment, "XDG_CONFIG_HOME": str(folder / "config"), **(env or {})}
        self.log = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, title: str) -> None:
        """Start it, and wait for its window."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chat", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
            )
        self.wait_title(title)
        # Without a window manager the keyboard belongs to the window under the pointer.
        self.display.xdotool("mousemove", "600", "5")

    @property
    def titles(self) -> str:
        """The titles of all windows on the screen."""
        argv = ["xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@"]
        done = subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.stdout

    def wait_title(self, text: str) -> None:
        """Wait until a window's title has this in it."""

        def there() -> bool:
            if self.process is not None and self.process.poll() is not None:
                pytest.fail(f"It ended with status {self.process.returncode}:\n{self.log.read_text()}")
            return text in self.titles

        try:
            wait_until(there, f"{text!r} in the title", 2 * PATIENCE)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure} It is {self.titles!r}\n{self.log.read_text()}")

    def press(self, *keys: str) -> None:
        """Press keys by their X names."""
        self.display.xdotool("key", "--delay", "60", *keys)

    def type(self, text: str, *keys: str) -> None:
        """Type a text, then press keys: Return, if nothing is said."""
        self.display.xdotool("type", "--delay", "15", text)
        self.press(*(keys or ("Return",)))

    def click(self, x: int, y: int, *more: str) -> None:
        """Click there; `more` are further words for xdotool."""
        self.display.xdotool("mousemove", str(x), str(y), "click", *more, "1")

    @property
    def text(self) -> str:
        """The conversation that is looked at."""
        self.press("ctrl+shift+c")
        read = "import tkinter; root = tkinter.Tk(); root.withdraw(); print(root.clipboard_get())"
        done = subprocess.run(
            [sys.executable, "-c", read],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout

    def wait_text(self, text: str | re.Pattern[str]) -> str:
        """Wait until the conversation has this in it; returns all of it."""
        pattern = re.compile(re.escape(text)) if isinstance(text, str) else text
        found = ""

        def there() -> bool:
            nonlocal found
            found = self.text
            return pattern.search(found) is not None

        try:
            wait_until(there, f"{pattern.pattern!r} in the conversation", 2 * PATIENCE)
        except pytest.fail.Exception as failure:
            self.picture("failed")
            pytest.fail(f"{failure}\n{found}\n{self.log.read_text()}")
        return found

    def picture(self, name: str) -> None:
        """Keep what is on the screen."""
        folder = Path(os.environ.get(SCREENSHOTS, self.folder))
        folder.mkdir(parents=True, exist_ok=True)
        time.sleep(0.5)  # so that all is drawn: no test depends on what a picture shows
        self.display.screenshot(folder / f"{name}.png")

    def wait(self) -> int:
        """Its exit status, once it has ended by itself."""
        assert self.process is not None
        try:
            return self.process.wait(2 * PATIENCE)
        except subprocess.TimeoutExpired:
            pytest.fail(f"It still runs. Windows: {self.titles!r}\n{self.log.read_text()}")

    def end(self) -> None:
        """End it however it is."""
        if self.process is not None:
            end(self.process)
