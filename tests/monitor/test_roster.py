from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from chat.monitor.roster import MAX_ROOMS, MAX_ROWS, Roster
from tests.monitor.support import FakeSource, person


class RosterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.source = FakeSource()
        self.roster = Roster(self.source)

    def frame(self, now: float = 1000.0, total: int = 0, find: str = "") -> dict[str, Any]:
        payload = self.roster.frame(now, total, find)
        assert payload is not None
        found: dict[str, Any] = json.loads(payload)
        return found

    def names(self, **arguments: Any) -> list[str]:
        return [row[0] for row in self.frame(**arguments)["rows"]]

    def test_a_row_says_since_when_somebody_is_idle(self) -> None:
        self.source.online = [person("bob", idle=100.4, account="rob", muted=True)]
        self.assertEqual(self.frame()["rows"], [["bob", "irc", "192.0.2.1", ["#lobby"], 900, "rob", True]])

    def test_nothing_new_makes_the_same_frame(self) -> None:
        self.source.online = [person("bob", idle=100.0)]
        first = self.roster.frame(1000.0, 1)
        self.source.online = [person("bob", idle=103.9)]
        self.assertEqual(self.roster.frame(1003.0, 1), first)
        self.source.online = [person("bob", idle=0.0)]
        self.assertNotEqual(self.roster.frame(1006.0, 1), first)

    def test_of_very_many_only_some_are_taken(self) -> None:
        self.source.online = [person(f"p{n}") for n in range(MAX_ROWS + 200)]
        frame = self.frame(total=MAX_ROWS + 200)
        self.assertEqual((len(frame["rows"]), frame["total"]), (MAX_ROWS, MAX_ROWS + 200))
        self.assertEqual(self.source.walked, MAX_ROWS)

    def test_a_search_goes_through_all_of_them(self) -> None:
        self.source.online = [person(f"p{n}") for n in range(MAX_ROWS + 200)]
        frame = self.frame(total=MAX_ROWS + 200, find="P69")
        self.assertEqual([row[0] for row in frame["rows"]][:3], ["p69", "p690", "p691"])
        self.assertEqual((frame["total"], frame["found"]), (11, "P69"))

    def test_a_search_that_fits_too_many_counts_them(self) -> None:
        self.source.online = [person(f"p{n}") for n in range(MAX_ROWS + 200)]
        frame = self.frame(find="p")
        self.assertEqual((len(frame["rows"]), frame["total"]), (MAX_ROWS, MAX_ROWS + 200))

    def test_address_account_and_room_are_searched_too(self) -> None:
        self.source.online = [
            person("a", address="198.51.100.7"),
            person("b", account="Robert"),
            person("c", rooms=("#lobby", "#Ops")),
        ]
        self.assertEqual(self.names(find="100.7"), ["a"])
        self.assertEqual(self.names(find="robert"), ["b"])
        self.assertEqual(self.names(find="#OPS"), ["c"])
        self.assertEqual(self.names(find="nothing"), [])

    def test_the_rooms_of_one_row_are_bounded(self) -> None:
        self.source.online = [person("a", rooms=tuple(f"#{n}" for n in range(500)))]
        (row,) = self.frame()["rows"]
        self.assertEqual(len(row[3]), MAX_ROOMS + 1)
        self.assertEqual(row[3][-1], "and 480 more")

    def test_a_source_that_fails_is_told_once(self) -> None:
        self.source.broken = True
        self.assertIsNone(self.roster.frame(0.0, 0))
        self.assertIsNone(self.roster.frame(0.0, 0))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.source.broken = False
        self.assertEqual(self.names(), [])
