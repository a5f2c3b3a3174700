"""Where windows are put."""

import pytest

from chat.client.gui.placement import fitted


@pytest.mark.parametrize(
    ("remembered", "wanted"),
    [
        ("", "1000x700"),
        ("nonsense", "1000x700"),
        ("800x600", "800x600"),
        ("800x600+10+20", "800x600+10+20"),
        ("800x600+5000+5000", "800x600+480+300"),
        ("800x600+-900+-40", "800x600+0+0"),
        ("30000x30000+0+0", "1280x900+0+0"),
        ("1x1+5+5", "480x360+5+5"),
        ("999999999x1+0+0", "1000x700"),
        ("-800x600", "1000x700"),
    ],
)
def test_a_window_can_be_seen(remembered: str, wanted: str) -> None:
    assert fitted(remembered, (1280, 900), (480, 360), (1000, 700)) == wanted


def test_a_screen_smaller_than_the_smallest_is_filled() -> None:
    assert fitted("800x600+5+5", (320, 240), (480, 360), (1000, 700)) == "320x240+0+0"
