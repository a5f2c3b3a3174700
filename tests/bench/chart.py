"""The comparison as an SVG: one panel a figure, one bar a server, for light and dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from .figures import Key, Results

WIDTH, MARGIN, LABEL = 720, 24, 118
BAR, GAP, PANEL_HEAD, PANEL_GAP, TITLE = 18, 7, 44, 22, 58
VALUE = 84
"""Room to the right of the longest bar for its value."""


@dataclass(frozen=True)
class Panel:
    """One group of bars: a figure of a phase; `better` says which direction is good."""

    title: str
    better: str
    scenario: str
    phase: str
    figure: str
    form: str = "{:,.1f}"
    scale: float = 1
    floor: bool = True


# fmt: off
PANELS = (
    Panel("Fan-out under load, 256 messages in flight",
          "million deliveries per second of server CPU, more is better",
          "regimes", "window 256", "deliveries per CPU second", "{:.2f} M", 1e-6),
    Panel("Fan-out, 16 messages in flight",
          "million deliveries per second of server CPU, more is better",
          "regimes", "window 16", "deliveries per CPU second", "{:.2f} M", 1e-6),
    Panel("An idle room, 20 messages a second",
          "microseconds of server CPU a delivery, less is better",
          "regimes", "idle 20/s", "us a delivery", "{:.1f} µs"),
    Panel("Logging in",
          "milliseconds of server CPU a login, less is better",
          "login", "login", "CPU ms a login", "{:.2f} ms", floor=False),
    Panel("Memory",
          "KB a connection, less is better",
          "memory", "login", "KB a connection", "{:.1f} KB", floor=False),
)
# fmt: on

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 }
  .panel { font-weight: 600 }
  .quiet { fill: #59636e; font-size: 12px }
  .value { font-variant-numeric: tabular-nums }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .track { fill: #f0f2f5 }
  .ours { fill: #1a7f64 }
  .peer { fill: #8c959f }
  .floor { fill: #c9a227 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .card { fill: #0d1117; stroke: #3d444d }
    .track { fill: #1c2128 }
    .ours { fill: #3fb68b }
    .peer { fill: #6e7681 }
    .floor { fill: #d4b13f }
  }
"""


def _text(x: float, y: float, text: str, style: str = "", end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}"{anchor}>{escape(text)}</text>'


def _bar(y: float, width: float, style: str, title: str = "") -> str:
    inside = f"<title>{escape(title)}</title>" if title else ""
    shape = f'x="{MARGIN + LABEL}" y="{y:g}" width="{width:.1f}" height="{BAR}" rx="3"'
    return f'<rect class="{style}" {shape}>{inside}</rect>'


def _kind(server: str) -> str:
    return "ours" if server.startswith("chat ") else "floor" if server == "floor" else "peer"


def _bars(results: Results, panel: Panel, users: int) -> list[tuple[str, float]]:
    found = []
    for key in results.measured():
        if (key.scenario, key.phase, key.users) != (panel.scenario, panel.phase, users):
            continue
        value = results.median(key, panel.figure)
        if value is not None and (panel.floor or key.server != "floor"):
            found.append((key.server, value * panel.scale))
    order = {"ours": 0, "floor": 1, "peer": 2}
    return sorted(found, key=lambda bar: (order[_kind(bar[0])], bar[0]))


def _most_measured(keys: list[Key], panel: Panel) -> int | None:
    """The crowd that a panel shows: 1,000 people where there are several, else the largest."""
    crowds = sorted({key.users for key in keys if (key.scenario, key.phase) == (panel.scenario, panel.phase)})
    return 1000 if 1000 in crowds else crowds[-1] if crowds else None


def _panel(panel: Panel, users: int, bars: list[tuple[str, float]], y: int) -> list[str]:
    longest = max(value for _, value in bars) or 1
    span = WIDTH - 2 * MARGIN - LABEL - VALUE
    parts = [
        _text(MARGIN, y + 14, panel.title, "panel"),
        _text(MARGIN, y + 31, f"{users:,} people, {panel.better}", "quiet"),
    ]
    for row, (server, value) in enumerate(bars):
        top = y + PANEL_HEAD + row * (BAR + GAP)
        amount = panel.form.format(value)
        parts += [
            _text(MARGIN, top + BAR - 5, server),
            _bar(top, span, "track"),
            _bar(top, max(2.0, span * value / longest), _kind(server), f"{server}: {amount}"),
            _text(WIDTH - MARGIN, top + BAR - 5, amount, "value", end=True),
        ]
    return parts


def draw(results: Results) -> str:
    """The whole document. Panels for which nothing was measured are left out."""
    keys = results.measured()
    parts: list[str] = []
    y = TITLE
    for panel in PANELS:
        users = _most_measured(keys, panel)
        bars = _bars(results, panel, users) if users else []
        if users and bars:
            parts += _panel(panel, users, bars, y)
            y += PANEL_HEAD + len(bars) * (BAR + GAP) + PANEL_GAP
    height = y + 12
    note = "medians of rounds in one run; floor: a C loop that only copies, the least a server can do"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            "<title>Chat servers compared by server CPU</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="10"/>',
            _text(MARGIN, 34, "What chat costs the server", "title"),
            *parts,
            _text(MARGIN, height - 14, note, "quiet"),
            "</svg>\n",
        ]
    )
