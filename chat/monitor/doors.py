"""What goes on at the doors, for Prometheus: HTTP requests, TLS handshakes, and when certificates end."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chat.listening.tls import Tls
from chat.web.http import BoundedSite


class DoorCollector(Collector):
    """Reads what is counted at the doors when Prometheus asks."""

    def __init__(self, site: BoundedSite, tls: Tls | None) -> None:
        self._site = site
        self._tls = tls

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment (prometheus_client)."""
        requests = CounterMetricFamily(
            "chat_http_requests", "HTTP requests on the chat's ports, by status.", labels=["code"]
        )
        for code, count in sorted(self._site.answers.items()):
            requests.add_metric([str(int(code))], count)
        yield requests
        yield GaugeMetricFamily(
            "chat_turns_waiting", "Requests and handshakes that wait for their turn.", len(self._site.turns)
        )
        tls = self._tls
        if tls is None:
            return
        handshakes = CounterMetricFamily(
            "chat_tls_handshakes", "TLS handshakes, by outcome.", labels=["outcome"]
        )
        handshakes.add_metric(["done"], tls.done)
        handshakes.add_metric(["failed"], tls.failed)
        yield handshakes
        yield GaugeMetricFamily("chat_tls_handshakes_open", "TLS handshakes under way.", tls.under_way)
        yield GaugeMetricFamily(
            "chat_certificate_ends_seconds",
            "When the first certificate ends, in seconds since 1970.",
            tls.certificates.ends,
        )
        yield GaugeMetricFamily(
            "chat_certificate_problems",
            "Certificates that end soon, or whose files cannot be used.",
            len(tls.certificates.warnings),
        )
