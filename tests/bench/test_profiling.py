"""The arithmetic of profiles."""

from tests.bench.profiling import profile_table, shares

STACKS = ["main;run;send 6", "main;run;render 3", "main;run;run;send 1", "", "no number"]
LINES = ["loop (a.py:1);walk (b.py:7) 1", "loop (a.py:1);walk (b.py:9) 3", "loop (a.py:2) 1"]


def test_a_frame_has_its_own_samples_and_those_below() -> None:
    total, own, within = shares(STACKS)
    assert total == 10
    assert own == {"send": 7, "render": 3}
    assert within == {"main": 10, "run": 10, "send": 7, "render": 3}


def test_the_table_shows_shares_most_first() -> None:
    rows = profile_table("chat plain, idle", STACKS).splitlines()
    assert rows[0].startswith("chat plain, idle, itself")
    assert rows[1].split() == ["send", "70.0", "%"]
    assert rows[2].split() == ["render", "30.0", "%"]


def test_functions_are_one_whatever_their_line_and_lines_are_shown_too() -> None:
    own, within, lines = "\n".join(profile_table("chat", LINES).splitlines()).split("chat, ")[1:]
    assert ["walk", "(b.py)", "80.0", "%"] in [row.split() for row in own.splitlines()]
    assert ["walk", "(b.py)", "80.0", "%"] in [row.split() for row in within.splitlines()]
    assert ["walk", "(b.py:9)", "60.0", "%"] in [row.split() for row in lines.splitlines()]


def test_what_is_on_every_stack_is_left_out() -> None:
    assert "loop (a.py) " not in profile_table("chat", LINES).split("with what it calls")[1]


def test_nothing_sampled() -> None:
    assert profile_table("chat irc", []) == "chat irc: no samples"
