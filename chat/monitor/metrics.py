"""The figures for Prometheus, by way of its own client library."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from chat.monitor.figures import Sampler
from chat.monitor.interfaces import Source
from chat.monitor.ring import LogRing


class ChatCollector(Collector):
    """Reads the source when Prometheus asks; nothing is counted twice or kept here."""

    def __init__(
        self, source: Source, sampler: Sampler, ring: LogRing, pages: Callable[[], int], name: str
    ) -> None:
        self._source = source
        self._sampler = sampler
        self._ring = ring
        self._pages = pages
        self._name = name

    def collect(self) -> Iterator[Metric]:
        f = self._source.figures()
        yield InfoMetricFamily("chat_server", "The server that this is.", {"name": self._name})
        yield GaugeMetricFamily("chat_people", "People online.", f.people)
        yield GaugeMetricFamily("chat_people_peak", "The most people online at once since start.", f.peak)
        yield GaugeMetricFamily("chat_rooms", "Rooms that exist.", f.rooms)
        yield CounterMetricFamily("chat_messages", "Messages said in rooms.", f.messages)
        yield CounterMetricFamily("chat_private_messages", "Private messages.", f.private_messages)
        connections = GaugeMetricFamily(
            "chat_connections", "Connections open, by dialect.", labels=["dialect"]
        )
        for dialect, count in f.connections.items():
            connections.add_metric([dialect], count)
        yield connections
        yield CounterMetricFamily("chat_connections_refused", "Connections refused.", f.refused)
        yield CounterMetricFamily(
            "chat_commands_waited", "Commands that had to wait for their turn.", f.waited
        )
        refusals = CounterMetricFamily("chat_refusals", "What was refused, by reason.", labels=["reason"])
        for reason, count in f.refusals.items():
            refusals.add_metric([reason], count)
        yield refusals
        entries = GaugeMetricFamily("chat_bounded_entries", "Length of queues and tables.", labels=["what"])
        most = GaugeMetricFamily("chat_bounded_limit", "The most that may be in each.", labels=["what"])
        for what, (size, bound) in f.bounded.items():
            entries.add_metric([what], size)
            most.add_metric([what], bound)
        yield entries
        yield most
        yield GaugeMetricFamily(
            "chat_storage_failing", "1 while the disk does not take what is to be stored.", int(f.failing)
        )
        yield CounterMetricFamily("chat_lines_delayed", "Lines of people who sent too fast.", f.delayed)
        yield CounterMetricFamily("chat_events_missed", "Events that slow readers missed.", f.missed)
        yield CounterMetricFamily("chat_readers_closed", "Readers closed for taking nothing.", f.stalled)
        yield CounterMetricFamily("chat_mutes", "How often somebody was muted.", f.muted)
        yield CounterMetricFamily("chat_received_bytes", "Bytes received from people.", f.bytes_in)
        yield CounterMetricFamily("chat_sent_bytes", "Bytes sent to people.", f.bytes_out)
        yield GaugeMetricFamily("chat_uptime_seconds", "Seconds since start.", f.uptime)
        lag = self._sampler.state.lag if self._sampler.state is not None else 0.0
        yield GaugeMetricFamily(
            "chat_event_loop_lag_seconds", "The event loop's worst lateness in the last second.", lag
        )
        yield GaugeMetricFamily("chat_monitor_pages", "Monitor pages open.", self._pages())
        events = CounterMetricFamily("chat_log_events", "Log events, by level.", labels=["level"])
        for level, count in self._ring.counts().items():
            events.add_metric([level], count)
        yield events


class Metrics:
    """What `/metrics` answers."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry()
        for collector in collectors:
            self._registry.register(collector)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def render(self, accept: str) -> tuple[bytes, str]:
        """Body and content type for a request's Accept header. Raises what the source raises."""
        encoder, content_type = choose_encoder(accept)
        return encoder(self._registry), content_type
