from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.monitor.support import TOKEN, World

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def samples(world: World) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    body = world.request("GET /metrics", BEARER).body.decode()
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(body)
        for s in family.samples
    }


def test_every_figure_is_there() -> None:
    world = World()
    world.source.change(
        people=3,
        peak=5,
        rooms=2,
        messages=70,
        private_messages=8,
        connections={"irc": 2, 'odd"name\n': 1},
        refused=4,
        waited=40,
        muted=6,
        bytes_in=1000,
        bytes_out=9000,
        uptime=12.5,
        delayed=11,
        missed=12,
        stalled=13,
        failing=True,
        refusals={"login_failed": 14},
        bounded={"bans": (15, 10_000)},
    )
    world.ring.append(0.0, "warn", "a", "b")
    found = samples(world)
    expected = {
        "chat_people": 3,
        "chat_people_peak": 5,
        "chat_rooms": 2,
        "chat_messages_total": 70,
        "chat_private_messages_total": 8,
        "chat_connections_refused_total": 4,
        "chat_commands_waited_total": 40,
        "chat_mutes_total": 6,
        "chat_received_bytes_total": 1000,
        "chat_sent_bytes_total": 9000,
        "chat_uptime_seconds": 12.5,
        "chat_event_loop_lag_seconds": 0,
        "chat_monitor_pages": 0,
        "chat_lines_delayed_total": 11,
        "chat_events_missed_total": 12,
        "chat_readers_closed_total": 13,
        "chat_storage_failing": 1,
    }
    assert {name: found[(name, ())] for name in expected} == expected
    assert found[("chat_connections", (("dialect", "irc"),))] == 2
    assert found[("chat_connections", (("dialect", 'odd"name\n'),))] == 1
    assert found[("chat_refusals_total", (("reason", "login_failed"),))] == 14
    assert found[("chat_bounded_entries", (("what", "bans"),))] == 15
    assert found[("chat_bounded_limit", (("what", "bans"),))] == 10_000
    assert found[("chat_log_events_total", (("level", "warn"),))] == 1
    assert found[("chat_server_info", (("name", "test"),))] == 1
    assert ("process_resident_memory_bytes", ()) in found


def test_open_pages_are_counted() -> None:
    world = World()
    world.page()
    assert samples(world)[("chat_monitor_pages", ())] == 1


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", "text/plain"), ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text")],
)
def test_both_formats_are_spoken(accept: str, kind: str) -> None:
    answer = World().request("GET /metrics", {**BEARER, "Accept": accept})
    assert answer.headers["content-type"].startswith(kind)
