from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import TestCase

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from chat.listening.endpoints import CannotStart
from chat.monitor.observer import MAX_TEXT
from chat.monitor.service import MonitorService, monitor_service
from chat.monitor.token import FILE_NAME
from tests.monitor.support import TOKEN, FakeSource


class ServiceTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.publisher = LogPublisher()
        folder = TemporaryDirectory()  # trial's own would stay in the checkout
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, endpoint: str = "tcp:8080:interface=127.0.0.1", **options: Any) -> MonitorService:
        return monitor_service(
            endpoint,
            FakeSource(),
            reactor=self.reactor,
            data_folder=self.folder,
            publisher=self.publisher,
            **options,
        )

    def test_it_listens_and_tells_the_address_with_the_token(self) -> None:
        service = self.make(token=TOKEN)
        self.assertIsNone(service.url)
        service.startService()
        self.addCleanup(service.stopService)
        port, _, _, interface = self.reactor.tcpServers[0]
        self.assertEqual((port, interface), (8080, "127.0.0.1"))
        assert service.url is not None
        self.assertTrue(service.url.startswith("http://"))
        self.assertTrue(service.url.endswith(f"/?token={TOKEN}"))

    def test_without_a_token_one_is_made_and_kept(self) -> None:
        service = self.make()
        service.startService()
        self.addCleanup(service.stopService)
        kept = (self.folder / FILE_NAME).read_text().strip()
        assert service.url is not None
        self.assertTrue(service.url.endswith(kept))

    def test_a_given_token_is_not_written_down(self) -> None:
        self.make(token=TOKEN)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_it_sees_the_log_while_it_runs(self) -> None:
        service = self.make(token=TOKEN)
        self.assertEqual(self.publisher._observers, [])
        service.privilegedStartService()
        service.startService()
        self.assertEqual(len(self.publisher._observers), 1)
        self.successResultOf(service.stopService())
        self.assertEqual(self.publisher._observers, [])

    def test_a_note_cannot_act_either(self) -> None:
        service = self.make(token=TOKEN)
        service.note(12.0, "info", "chat.rooms", "<bob> a\nb\x1b[2J" + "x" * MAX_TEXT)
        (event,) = service._ring.since(1, 10, 10**6)
        self.assertEqual((event.time, event.level, event.source), (12.0, "info", "chat.rooms"))
        self.assertTrue(event.text.startswith(r"<bob> a\nb\x1b[2J"))
        self.assertIn("more characters", event.text)

    def test_nothing_is_left_after_stop(self) -> None:
        service = self.make(token=TOKEN)
        service.startService()
        self.successResultOf(service.stopService())
        calls = [c for c in self.reactor.calls if "LogDateTime" not in str(c.func)]
        self.assertEqual(calls, [])

    def test_it_can_start_again(self) -> None:
        service = self.make(token=TOKEN)
        for _ in range(2):
            service.startService()
            self.assertTrue(service.running)
            self.successResultOf(service.stopService())
            self.assertFalse(service.running)

    def test_a_bad_token_and_a_bad_endpoint_are_told(self) -> None:
        with pytest.raises(CannotStart, match="token has 5 characters"):
            self.make(token="short")
        with pytest.raises(CannotStart, match="for the monitor"):
            self.make("nonsense:1", token=TOKEN)


class ImportTests(TestCase):
    def test_importing_the_monitor_chooses_no_reactor(self) -> None:
        program = "import sys, chat.monitor.service; sys.exit('twisted.internet.reactor' in sys.modules)"
        self.assertEqual(subprocess.run([sys.executable, "-c", program], check=False).returncode, 0)
