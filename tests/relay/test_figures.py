"""What a relay counts is told line by line."""

from __future__ import annotations

from chat.relay.figures import RelayFigures
from chat.relay.upstreams import Upstream

from .net import Door


def test_counting_and_telling() -> None:
    figures = RelayFigures([Upstream("chat.example:56458", Door())])
    for _ in range(3):
        figures.opened()
    figures.closed()
    figures.turned_away("live")
    figures.turned_away("live")
    figures.turned_away("all")
    figures.failed += 1
    figures.bytes_up, figures.bytes_down = 5, 7
    assert figures.refused_by_rule == {"live": 2, "all": 1}
    assert dict(figures.lines(now=0.0)) == {
        "relay connections": "2 (peak 3, total 3)",
        "relay refused": "3",
        "relay without a server": "1",
        "relay bytes up": "5",
        "relay bytes down": "7",
        "relay to chat.example:56458": "untried",
    }
