"""What starting a window loads, and what it must not."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("program", ["window", "launcher"])
def test_a_window_leaves_the_choice_of_reactor_and_the_servers_parts_alone(program: str) -> None:
    code = (
        f"import sys, chat.client.{program}.program\n"
        "parts = ('autobahn', 'chat.network', 'chat.storage', 'chat.monitor')\n"
        "bad = [name for name in sys.modules if name.startswith(parts)"
        " or name in ('twisted.internet.reactor', 'prompt_toolkit', 'sv_ttk')]\n"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_key_has_a_function() -> None:
    from chat.client.window.actions import Actions
    from chat.client.window.appearance import Appearance
    from chat.client.window.keys import LOOKS, SEQUENCES

    assert {name for name in SEQUENCES.values() if not callable(getattr(Actions, name, None))} == set()
    assert {name for name in LOOKS.values() if not callable(getattr(Appearance, name, None))} == set()
