"""The runtime as a whole: store, back ends, work orders, speech and releases, from start to stop.

Knows no telephone system: what serves its calls is a `Gateway` that is made once all of it stands.
"""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from flowc.runtime.at_most_once import AtMostOnce
from flowc.runtime.deadlines import within
from flowc.runtime.failures import what_failed
from flowc.runtime.logs import Log
from flowc.runtime.metrics import Metrics, MetricsPage
from flowc.runtime.releases import ReleaseTable
from flowc.runtime.services.broker import Broker
from flowc.runtime.services.model import SettingsError
from flowc.runtime.services.providers import Providers
from flowc.runtime.services.scripts import CallScripts
from flowc.runtime.services.ticket_desk import TicketDesk
from flowc.runtime.spoken_texts import SpokenTexts
from flowc.runtime.store import STEP_S, open_store
from flowc.runtime.supervisor import ALIVE, READY, STOPPING, Supervisor, supervisor
from flowc.runtime.tables import create_tables, read_something
from flowc.runtime.tickets import Tickets
from flowc.target import Gateway

LOOK_EVERY_S = 1.0
# A deploy stages a release, and calls enter it as soon as the server has read its files anew.
RELEASES_EVERY_S = 0.25
PAGES_HOST = "127.0.0.1"
HANGS_AFTER_S = 6.0
# A call has its answer within seconds; an order of which none was told for so long is half open.
UNTOLD_FOR_S = 60
NOTHING_DEPLOYED = "no call can be served before `flowc deploy`; releases are taken in as they come"


@dataclass(frozen=True, slots=True)
class Home:
    """Where the releases of one server are, and where it finds the sounds of free texts."""

    releases: Path
    texts: Path


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """Where a runtime finds and keeps things. `store` is a data base URL, relative to `folder`.

    `folder` is the project's; `texts` takes the sounds of free texts; `others`: the same of further
    servers. `test_mode`: calls may carry scripts. `metrics_port` None serves no pages, 0 takes a
    free port.
    """

    folder: Path
    releases: Path
    texts: Path
    store: str = "sqlite:///runtime.db"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    test_mode: bool = False
    metrics_port: int | None = None
    others: tuple[Home, ...] = ()

    @property
    def homes(self) -> tuple[Home, ...]:
        """All of them."""
        return (Home(self.releases, self.texts), *self.others)


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that runs."""

    broker: Broker
    releases: ReleaseTable
    tickets: Tickets
    scripts: CallScripts | None
    metrics: Metrics
    pages: MetricsPage | None = None


@dataclass(slots=True)
class _Pulse:
    """What the loop that serves calls felt last; other threads read it, also while it stands still."""

    store: str = "ok"
    at: float = field(default_factory=monotonic)

    @property
    def hangs(self) -> bool:
        return monotonic() - self.at > HANGS_AFTER_S


@asynccontextmanager
async def running(settings: RuntimeSettings, log: Log) -> AsyncIterator[Runtime]:
    """A runtime while the context is open; at its end attempts under way are waited for.

    Raises SettingsError, also where the store cannot be opened.
    """
    async with AsyncExitStack() as stack:
        engine = await _opened(settings)
        stack.push_async_callback(engine.dispose)
        providers = Providers(settings.folder, settings.environment, AtMostOnce(engine, log))
        stack.push_async_callback(providers.close)
        texts = SpokenTexts([home.texts for home in settings.homes], log)
        stack.push_async_callback(texts.close)
        tickets, metrics = Tickets(engine), Metrics()
        scripts = CallScripts() if settings.test_mode else None
        broker = Broker(providers, TicketDesk(tickets), texts, log, metrics, scripts)
        folders = [home.releases for home in settings.homes]
        releases = ReleaseTable(folders, providers.prepare, providers.keep, log)
        await _look(releases, providers, metrics)
        watch = asyncio.create_task(_watch(releases, providers, metrics, log))
        stack.push_async_callback(_end, watch)
        await _mark_untold(tickets, log)
        stack.push_async_callback(_end, asyncio.create_task(_keep_marking(tickets, log)))
        pulse = _Pulse()
        feeling = asyncio.create_task(_feel(engine, pulse, supervisor(settings.environment)))
        stack.push_async_callback(_end, feeling)
        pages = _pages(settings, metrics, releases, pulse)
        if pages is not None:
            stack.callback(pages.close)
            log.event("pages", host=PAGES_HOST, port=pages.port)
        yield Runtime(broker, releases, tickets, scripts, metrics, pages)


async def _opened(settings: RuntimeSettings) -> AsyncEngine:
    try:
        engine = open_store(settings.store, settings.folder)
        await create_tables(engine)
    except (SQLAlchemyError, OSError) as error:
        raise SettingsError(f"the store can't be opened: {what_failed(error)}") from error
    return engine


Serve = Callable[[Runtime], Gateway]


async def serve(
    settings: RuntimeSettings,
    gateways: Sequence[Serve],
    log: Log,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGTERM or SIGINT, then let the calls under way have their answers.

    `started` is called once every gateway serves.
    """
    stop, above = asyncio.Event(), supervisor(settings.environment)
    async with running(settings, log) as runtime:
        with _signals(stop):
            async with AsyncExitStack() as opened:
                doors = []
                for gateway in gateways:
                    door = await opened.enter_async_context(AsyncExitStack())
                    host, port = await door.enter_async_context(_served(gateway(runtime)))
                    log.event("serving", host=host, port=port, releases=len(runtime.releases.ids))
                    doors.append(door)
                started()
                above.tell(READY)
                if not runtime.releases.ids:
                    log.event("no_release", "warning", why=NOTHING_DEPLOYED)
                await stop.wait()
                log.event("stopping")
                above.tell(STOPPING)
                # All at once: what is under way behind each is waited for together.
                await asyncio.gather(*(door.aclose() for door in doors))
    log.event("stopped")


@asynccontextmanager
async def _served(gateway: Gateway) -> AsyncIterator[tuple[str, int]]:
    async with AsyncExitStack() as stack:
        try:
            where = await stack.enter_async_context(gateway.serving())
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            what = f"calls can't be served: {error.strerror or error}"
            raise SettingsError(f"{what}; does another `flowc run` serve there?") from error
        yield where


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGINT)
    for each in caught:
        loop.add_signal_handler(each, stop.set)
    try:
        yield
    finally:
        for each in caught:
            loop.remove_signal_handler(each)


async def _look(releases: ReleaseTable, providers: Providers, metrics: Metrics) -> None:
    await releases.look()
    metrics.releases.set(len(releases.ids))
    metrics.refused.set(len(releases.refused))
    metrics.resting.set(providers.resting)


async def _watch(releases: ReleaseTable, providers: Providers, metrics: Metrics, log: Log) -> None:
    while True:
        await asyncio.sleep(RELEASES_EVERY_S)
        try:
            await _look(releases, providers, metrics)
        except OSError as error:
            log.event("releases_unreadable", "error", error=type(error).__name__)


async def _mark_untold(tickets: Tickets, log: Log) -> None:
    """Orders that a runtime opened and did not live to tell of."""
    try:
        marked = await within(STEP_S, tickets.abandon_untold(UNTOLD_FOR_S))
        if marked:
            log.event("orders_abandoned", "warning", count=marked)
    except (SQLAlchemyError, OSError) as error:
        log.event("store_failed", "error", why=what_failed(error))


async def _keep_marking(tickets: Tickets, log: Log) -> None:
    while True:
        await asyncio.sleep(UNTOLD_FOR_S)
        await _mark_untold(tickets, log)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _pages(
    settings: RuntimeSettings, metrics: Metrics, releases: ReleaseTable, pulse: _Pulse
) -> MetricsPage | None:
    if settings.metrics_port is None:
        return None

    def health() -> dict[str, object]:
        served, refused = list(releases.ids), list(releases.refused)
        return {
            "healthy": bool(served) and not refused and pulse.store == "ok" and not pulse.hangs,
            "releases": served,
            "refused": refused,
            "store": pulse.store,
            **({"why": "it hangs"} if pulse.hangs else {}),
        }

    try:
        return MetricsPage(metrics, health, PAGES_HOST, settings.metrics_port)
    except OSError as error:
        what = f"{PAGES_HOST}:{settings.metrics_port}, for /metrics and /health"
        raise SettingsError(
            f"{what}: {error.strerror or error}; `--metrics-port` names another port"
        ) from error


async def _feel(engine: AsyncEngine, pulse: _Pulse, above: Supervisor) -> None:
    while True:
        pulse.store = await _why_store_fails(engine) or "ok"
        pulse.at = monotonic()
        above.tell(ALIVE)
        await asyncio.sleep(LOOK_EVERY_S)


async def _why_store_fails(engine: AsyncEngine) -> str:
    """In the store's own words; "" where it answers."""
    try:
        await within(STEP_S, read_something(engine))
    except (SQLAlchemyError, OSError) as error:
        return what_failed(error)
    return ""
