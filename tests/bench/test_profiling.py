"""The arithmetic of profiles."""

from tests.bench.profiling import profile_table, shares

STACKS = ["main;run;send 6", "main;run;render 3", "main;run;run;send 1", "", "no number"]


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


def test_nothing_sampled() -> None:
    assert profile_table("chat irc", []) == "chat irc: no samples"
