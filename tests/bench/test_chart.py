"""The SVG: well-formed, complete, readable on light and dark pages."""

from xml.etree import ElementTree

from tests.bench.chart import draw
from tests.bench.figures import Key, Results
from tests.bench.test_figures import measured

SVG = "{http://www.w3.org/2000/svg}"
LOAD = "window 256"


def results(*servers: tuple[str, float], users: int = 1000) -> Results:
    return Results(measured(Key("regimes", LOAD, name, users), delivered=n * 1e6) for name, n in servers)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def bars(svg: str, kind: str) -> list[float]:
    rects = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    return [float(rect.attrib["width"]) for rect in rects if rect.attrib["class"] == kind]


def test_every_server_has_its_bar_and_value() -> None:
    found = texts(draw(results(("ngircd", 1.5), ("chat plain", 15), ("floor", 12))))
    for expected in ("ngircd", "1.50 M", "chat plain", "15.00 M", "floor", "12.00 M"):
        assert expected in found


def test_lengths_are_in_proportion() -> None:
    svg = draw(results(("chat plain", 16), ("ngircd", 4), ("floor", 8)))
    (ours,), (peer,), (floor,) = bars(svg, "ours"), bars(svg, "peer"), bars(svg, "floor")
    assert abs(ours / peer - 4) < 0.01
    assert abs(ours / floor - 2) < 0.01


def test_bars_stay_inside_their_track() -> None:
    svg = draw(results(("chat plain", 16), ("ngircd", 4)))
    assert max(bars(svg, "ours")) <= max(bars(svg, "track"))


def test_ours_come_first() -> None:
    found = texts(draw(results(("inspircd", 1), ("floor", 2), ("chat irc", 3))))
    assert found.index("chat irc") < found.index("floor") < found.index("inspircd")


def test_names_are_escaped() -> None:
    assert "<b>" in texts(draw(results(("<b>", 1))))


def test_a_thousand_people_are_shown_where_there_are_several_crowds() -> None:
    both = Results([*results(("floor", 1), users=100).measurements, *results(("floor", 2)).measurements])
    assert any(text.startswith("1,000 people") for text in texts(draw(both)))
    assert any(text.startswith("100 people") for text in texts(draw(results(("floor", 1), users=100))))


def test_colours_for_both_kinds_of_page_and_nothing_from_elsewhere() -> None:
    svg = draw(results(("floor", 1)))
    assert "prefers-color-scheme: dark" in svg
    assert "href" not in svg
    assert "url(" not in svg


def test_without_figures_it_is_still_a_picture() -> None:
    assert texts(draw(Results()))[0] == "What chat costs the server"
