"""What the runtime counts, and the two pages that show it: `/metrics` for Prometheus, `/health`.

Knows no call; no label holds what a caller could choose.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.metadata import version
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    make_wsgi_app,
)

from flowc.graph.operations import Invoke

_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
Health = Callable[[], dict[str, object]]


class Metrics:
    """The counters of one runtime; each has its own registry."""

    def __init__(self) -> None:
        """All at nought."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        built = Info("flowc_build", "The flowc that runs.", registry=self.registry)
        built.info({"version": version("flowc")})
        self._seconds = Histogram(
            "flowc_questions_seconds",
            "How long questions of calls took.",
            ("asked", "outcome"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.turned_away = Counter(
            "flowc_peers_turned_away",
            "Connections that were refused or broke the protocol.",
            ("why",),
            registry=self.registry,
        )
        self.calls = Gauge("flowc_calls_asking", "Calls that wait now.", registry=self.registry)
        self.releases = Gauge("flowc_releases_served", "Releases served.", registry=self.registry)
        self.refused = Gauge(
            "flowc_releases_refused", "Releases that can't be served.", registry=self.registry
        )
        self.resting = Gauge(
            "flowc_back_ends_resting",
            "Back ends that failed and are left alone.",
            registry=self.registry,
        )

    def asked(self, invoke: Invoke, outcome: str, seconds: float) -> None:
        """One question of a call has ended."""
        name = f"{invoke.service}.{invoke.operation}"
        self._seconds.labels(name, outcome).observe(seconds)


class MetricsPage:
    """A small server in a thread of its own, so that a slow reader holds up no call."""

    def __init__(self, metrics: Metrics, health: Health, host: str, port: int) -> None:
        """Listens at once; port 0 takes a free one. `health` is asked in another thread. Raises OSError."""
        pages = _Pages(make_wsgi_app(metrics.registry), health)
        self._server = make_server(host, port, pages, _Server, _Quiet)
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Pages:
    def __init__(self, metrics: Callable[..., Any], health: Health) -> None:
        self._metrics = metrics
        self._health = health

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                page: Iterable[bytes] = self._metrics(environ, start)
                return page
            case "/health":
                state = self._health()
                status = "200 OK" if state.get("healthy") else "503 Service Unavailable"
                start(status, [("Content-Type", "application/json")])
                return [json.dumps(state).encode(), b"\n"]
            case _:
                start("404 Not Found", [("Content-Type", "text/plain")])
                return [b"there are /metrics and /health\n"]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 5

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Say nothing: scrapes are no events."""
