from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from chat.monitor.frames import MAX_INPUT
from chat.monitor.websocket import CLOSE_TIMEOUT, MAX_FRAMES
from tests.monitor.support import Wire, World, client_frame, heard, person, raw_frames, say, sequences


class ConversationTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World()
        self.addCleanup(self.world.sampler.stop)

    def lose(self, wire: Wire) -> None:
        wire.protocol.connectionLost(Failure(ConnectionDone()))

    def test_a_page_opens_and_follows(self) -> None:
        self.world.ring.append(0.0, "info", "a", "before")
        wire = self.world.page()
        first = heard(wire)
        self.assertEqual([f["type"] for f in first], ["hello", "series", "figures", "people", "log"])
        self.world.ring.append(0.0, "info", "a", "after")
        self.world.clock.advance(0.1)
        (frame,) = heard(wire, "log")
        self.assertEqual(frame["events"][0][4], "after")

    def test_a_page_that_drops_comes_back_where_it_was(self) -> None:
        wire = self.world.page()
        boot = heard(wire, "hello")[0]["boot"]
        for _ in range(5):
            self.world.ring.append(0.0, "info", "a", "b")
        self.world.clock.advance(0.1)
        self.assertEqual(sequences(heard(wire)), [1, 2, 3, 4, 5])
        self.lose(wire)
        self.assertEqual(self.world.feed.pages, 0)
        self.world.ring.append(0.0, "info", "a", "missed")
        frames = heard(self.world.page(boot, 6))
        self.assertEqual(frames[0]["missed"], 0)
        self.assertEqual(sequences(frames), [6])

    def test_people_are_found(self) -> None:
        self.world.source.online = [person("bob"), person("carol")]
        wire = self.world.page()
        wire.take()
        say(wire, {"type": "find", "text": "bo"})
        self.assertEqual([r[0] for r in heard(wire, "people")[0]["rows"]], ["bob"])

    def test_a_page_that_never_reads_costs_nothing_and_is_closed(self) -> None:
        slow, fine = self.world.page(), self.world.page()
        slow.take()
        assert slow.producer is not None
        verifyObject(IPushProducer, slow.producer)
        slow.producer.pauseProducing()
        for _ in range(50):
            for _ in range(500):
                self.world.ring.append(0.0, "info", "a", "x" * 500)
            self.world.clock.advance(1)
        self.assertEqual(slow.take(), b"")
        self.assertFalse(slow.aborted)
        self.world.clock.pump([1] * 15)
        self.assertTrue(slow.aborted)
        self.assertFalse(fine.aborted)

    def test_a_page_that_reads_again_is_told_what_was_skipped(self) -> None:
        wire = self.world.page()
        wire.take()
        assert wire.producer is not None
        wire.producer.pauseProducing()
        for _ in range(7000):
            self.world.ring.append(0.0, "info", "a", "b")
        self.world.clock.advance(1)
        wire.producer.resumeProducing()
        self.world.clock.pump([0.1] * 20)
        frames = heard(wire)
        (skipped,) = [f["count"] for f in frames if f["type"] == "skipped"]
        self.assertEqual(sequences(frames), list(range(skipped + 1, 7001)))

    def test_sending_to_a_page_that_closes_is_harmless(self) -> None:
        wire = self.world.page()
        wire.take()
        wire.feed(client_frame((1000).to_bytes(2, "big"), opcode=8))
        wire.protocol.send(b"{}")
        self.assertNotIn(1, [opcode for opcode, _ in raw_frames(wire.take())])
        self.world.ring.append(0.0, "info", "a", "b")
        self.world.clock.advance(1)
        self.lose(wire)
        self.assertEqual(self.world.feed.pages, 0)

    def test_pings_are_answered_unless_nobody_reads(self) -> None:
        wire = self.world.page()
        wire.take()
        wire.feed(client_frame(b"are you there", opcode=9))
        self.assertEqual(list(raw_frames(wire.take())), [(10, b"are you there")])
        assert wire.producer is not None
        wire.producer.pauseProducing()
        wire.feed(client_frame(b"are you there", opcode=9) * 100)
        self.assertEqual(wire.take(), b"")

    def test_garbage_before_hello_and_after_close_is_survived(self) -> None:
        wire, _ = self.world.handshake()
        wire.feed(os.urandom(5000))
        self.lose(wire)
        self.assertEqual(self.world.feed.pages, 0)

    # Actions

    def act(self, **frame: Any) -> dict[str, Any]:
        wire = self.world.page()
        wire.take()
        say(wire, {"type": "action", "id": 7, **frame})
        (answer,) = heard(wire, "result")
        return answer

    def test_an_action_is_done_and_answered(self) -> None:
        answer = self.act(action="kick", name="bob", reason="noise")
        self.assertEqual((answer["id"], answer["ok"], answer["text"]), (7, True, "bob was disconnected."))
        self.assertEqual(self.world.actions.done, [("kick", "bob", "noise")])

    def test_a_refused_action_says_why(self) -> None:
        answer = self.act(action="kick", name="nobody")
        self.assertEqual((answer["ok"], answer["text"]), (False, "No such person: nobody."))

    def test_an_action_that_fails_is_told_without_details(self) -> None:
        answer = self.act(action="kick", name="boom")
        self.assertFalse(answer["ok"])
        self.assertNotIn("broken", answer["text"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_without_actions_there_are_none(self) -> None:
        self.world.sampler.stop()
        self.world = World(actions=False)
        wire = self.world.page()
        self.assertFalse(heard(wire, "hello")[0]["actions"])
        say(wire, {"type": "action", "id": 1, "action": "kick", "name": "bob"})
        self.assertFalse(heard(wire, "result")[0]["ok"])
        self.assertEqual(self.world.actions.done, [])


def _text(text: str) -> Callable[[], bytes]:
    return lambda: client_frame(text.encode())


@pytest.mark.parametrize(
    "garbage",
    [
        _text(""),
        _text("hello"),
        _text("[]"),
        _text('{"type": "nonsense"}'),
        _text('{"type": "action", "action": "kick", "name": "bob"}'),
        lambda: client_frame(b'{"type": "hello"}', opcode=2),
        lambda: client_frame(b'{"type": "find", "text": "a"}') * (MAX_FRAMES + 1),
    ],
)
def test_what_is_no_frame_of_ours_closes_the_page_with_a_reason(garbage: Callable[[], bytes]) -> None:
    world = World()
    wire = world.page()
    wire.take()
    wire.feed(garbage())
    frames = list(raw_frames(wire.take()))
    opcode, payload = frames[-1]
    assert opcode == 8
    assert payload[2:]
    assert world.feed.pages == 0
    assert world.actions.done == []
    assert not wire.aborted
    world.clock.advance(CLOSE_TIMEOUT)
    assert wire.aborted


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff" * 100,
        b"\x81\x05hello",  # not masked
        client_frame(b"\xff\xfe\xfd"),  # not UTF-8
        client_frame(b"x" * (MAX_INPUT + 1)),
        b"\x81\xff" + (2**62).to_bytes(8, "big") + bytes(4),  # a length of four exabytes
        client_frame(b"x" * 200, opcode=9),  # a ping that is too long
        client_frame(b"", opcode=0),  # goes on with nothing
    ],
)
def test_what_is_no_websocket_frame_drops_the_connection(garbage: bytes) -> None:
    world = World()
    wire = world.page()
    wire.feed(garbage)
    assert wire.aborted
    wire.protocol.connectionLost(Failure(ConnectionDone()))
    assert world.feed.pages == 0


def test_a_message_of_many_fragments_is_bounded() -> None:
    world = World()
    wire = world.page()
    part = bytearray(client_frame(b"x" * 1000, opcode=1))
    part[0] = 0x01
    wire.feed(bytes(part))
    part[0] = 0x00
    for _ in range(10):
        if not wire.aborted:
            wire.feed(bytes(part))
    assert wire.aborted


def test_frames_may_come_byte_by_byte() -> None:
    world = World()
    wire, _ = world.handshake()
    for byte in client_frame(json.dumps({"type": "hello", "boot": None, "seq": None}).encode()):
        wire.feed(bytes([byte]))
    assert heard(wire, "hello")
