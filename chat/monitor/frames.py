"""The frames between server and page, written down once: JSON text, an object each, `type` says which.

Page to server:

- `{"type": "hello", "boot": "…", "seq": N}`: the first frame; `boot` and the sequence number to go on
  from if the page has had a connection before, null for both if not.
- `{"type": "find", "text": "…"}`: show only people whose name, address, account or room holds the text; ""
  shows all.
- `{"type": "action", "id": N, "action": "announce"|"kick"|"mute"|"ban", …}`: see `chat.monitor.actions`.

Server to page:

- `hello`: answers hello. `boot`, `name`, `first` (sequence number that the log goes on from), `missed`
  (events that the page asked for and will not get), `restarted`, `actions` (whether there are any),
  `page_lines`, `opening_lines`.
- `series`: `time` (when the last sample ended), `interval`, `people` and `messages`: lists of samples, oldest
  first.
- `log`: `events`: lists `[sequence, time, level, source, text]` or, with a traceback, `[…, [line, …]]`.
- `skipped`: `count` events that the page was too slow for.
- `figures`: once a second; `null` figures while the server cannot tell.
- `people`: `rows`: lists `[name, dialect, address, rooms, active, account, muted]`, `total` (how many match),
  `found` (the text that was searched for). `active` is the time of the last thing sent.
- `result`: `id`, `ok`, `text`: what became of an action.

Times are seconds since 1970, UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chat.monitor.escaping import visible
from chat.monitor.figures import INTERVAL, Overall, Sample
from chat.monitor.interfaces import Person
from chat.monitor.ring import LogEvent

MAX_INPUT = 4096
"""Bytes of one frame from a page: a long announcement fits several times."""


class BadFrame(Exception):
    """What came from a page is not a frame; the text says in what way."""


def encode(kind: str, **fields: object) -> bytes:
    """A frame of that type. A lone surrogate becomes the JSON escape for it instead of an error."""
    text = json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def decode(payload: bytes) -> dict[str, Any]:
    """The object in a frame from a page. Raises `BadFrame`."""
    if len(payload) > MAX_INPUT:
        raise BadFrame(f"{len(payload)} bytes, more than {MAX_INPUT}")
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError) as e:
        raise BadFrame("not JSON") from e
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise BadFrame("not an object with a type")
    return found


def log(events: Iterable[LogEvent]) -> bytes:
    """The `log` frame."""
    rows: list[list[object]] = []
    for e in events:
        row: list[object] = [e.sequence, round(e.time, 3), e.level, e.source, e.text]
        if e.trace:
            row.append(e.trace)
        rows.append(row)
    return encode("log", events=rows)


def series(samples: Iterable[Sample], time: float) -> bytes:
    """The `series` frame."""
    samples = list(samples)
    return encode(
        "series",
        time=round(time, 3),
        interval=INTERVAL,
        people=[s.people for s in samples],
        messages=[round(s.messages, 2) for s in samples],
    )


def figures(state: Overall | None, last: Sample | None, counts: Mapping[str, int], time: float) -> bytes:
    """The `figures` frame; `last` is the newest sample, `counts` the log's events by level since start."""
    if state is None or last is None:
        return encode("figures", time=round(time, 3), figures=None, log=dict(counts))
    f = state.figures
    return encode(
        "figures",
        time=round(time, 3),
        figures={
            "people": f.people,
            "peak": f.peak,
            "rooms": f.rooms,
            "messages": f.messages,
            "messages_minute": state.messages_minute,
            "messages_second": round(last.messages, 2),
            "private_messages": f.private_messages,
            "private_minute": state.private_minute,
            "connections": {visible(k): v for k, v in f.connections.items()},
            "refused": f.refused,
            "muted": f.muted,
            "bytes_in": f.bytes_in,
            "bytes_out": f.bytes_out,
            "in_rate": round(state.in_rate),
            "out_rate": round(state.out_rate),
            "cpu": round(state.cpu, 3),
            "lag": round(state.lag, 4),
            "lag_minute": round(state.lag_minute, 4),
            "memory": state.memory,
            "uptime": round(f.uptime, 1),
            "warnings": state.warnings,
            "errors": state.errors,
        },
        log=dict(counts),
    )


def people(rows: Sequence[tuple[Person, int]], total: int, found: str) -> bytes:
    """The `people` frame; each row is a person and when they last sent something."""
    return encode(
        "people",
        rows=[
            [
                visible(p.name),
                visible(p.dialect),
                visible(p.address),
                [visible(r) for r in p.rooms],
                active,
                None if p.account is None else visible(p.account),
                p.muted,
            ]
            for p, active in rows
        ],
        total=total,
        found=found,
    )
