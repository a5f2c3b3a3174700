"""The conversation's text widget, on a screen in memory: what it draws bit by bit is what it would draw at once."""

import subprocess
import sys

import pytest

from .harness import CHECKOUT, PATIENCE
from .screens import Display

pytestmark = pytest.mark.e2e


def test_the_conversation_is_drawn_and_found_and_followed(display: Display) -> None:
    # In a process of its own: Tk keeps its connection to the screen, and ends the process when the screen goes.
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.transcript_checks"],
        env=display.environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "all checks passed" in done.stdout
