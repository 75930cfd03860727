"""A deploy, a rollback and a recovery, step by step. Success is what the server says it holds.

Everything before SWITCH can be forgotten; from there on either the new state is read back from the
server, or the old one is put back and read back. Must not know any telephone system.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flowc.deploy.build_folder import BuildFolder, open_build
from flowc.deploy.change import Changer
from flowc.deploy.disk import SHARED_MODE, Disk
from flowc.deploy.drift import find_drift
from flowc.deploy.errors import DriftError, RefusedError
from flowc.deploy.generations import Generation, Generations, hashed
from flowc.deploy.host import Agree, add_lines, missing_lines, refuse, take_out_lines
from flowc.deploy.journal import Journal, UnderWay
from flowc.deploy.layout import Layout
from flowc.deploy.lock import held_lock
from flowc.deploy.planning import Situation, deployed, plan_of, rolled_back
from flowc.deploy.runtime_pages import taken_up
from flowc.deploy.staging import Staging
from flowc.deploy.steps import Observer, Step
from flowc.plan import Plan
from flowc.target import Calls, HostLine, Installer, Loaded

_TWO_ROOTS = (
    "flowc has put on this server what this `root:` knows nothing of. A server has one root: deploy to "
    "that one, or take flowc out by it first (--take-out). Where that root is gone, let the server "
    "read its configuration anew without that root's lines. It holds:"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a deploy shall go. `agree` is shown the lines that the host's files lack; `trial` is a
    number to ring after the switch, "" for none; `pages` the port of the runtime's pages on this
    host, None to ask no runtime."""

    force: bool = False
    agree: Agree = refuse
    trial: str = ""
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. `calls`: where they were just before; `removed`: releases taken away."""

    release: str | None
    previous: str | None
    seconds: float
    calls: Calls = field(default_factory=Calls)
    removed: tuple[str, ...] = ()
    added: tuple[HostLine, ...] = ()
    notes: tuple[str, ...] = ()


class Deployment:
    """One server, seen from its own disk."""

    def __init__(
        self,
        root: Path,
        installer: Installer,
        *,
        disk: Disk | None = None,
        observe: Observer = lambda _: None,
    ) -> None:
        self._layout = Layout(root)
        self._installer = installer
        self._disk = disk or Disk()
        self._observe = observe
        self._generations = Generations(self._layout, self._disk)
        self._journal = Journal(self._layout.under_way, self._disk)
        self._staging = Staging(self._layout, self._disk)
        self._changer = Changer(self._generations, self._journal, self._staging, installer, observe)

    def current(self) -> Generation:
        """What is deployed, by the disk; an empty generation where nothing is."""
        return self._generations.current() or self._empty()

    async def plan(self, build: BuildFolder) -> Plan:
        """What `deploy` would do. Changes nothing. Raises OSError."""
        self._refuse_incomplete(build)
        await self._installer.check(build.path)
        before, calls = self.current(), await self._installer.calls()
        after = deployed(before, build.release8, calls, self._installer)
        is_staged = build.release8 in self._staging.staged()
        lines = missing_lines(self._installer.host_lines())
        faults = () if before.number == 0 else self._drift(before)
        there = self._deployed(before)
        faults += await self._strangers(before, there, build)
        lost = _numbers_lost(there, build)
        return plan_of(Situation(before, after, is_staged, lines, calls, faults, lost))

    async def deploy(self, build: BuildFolder, wishes: Wishes | None = None) -> Report:
        """Let new calls enter a release. Raises OSError; its kinds are in `errors`."""
        wishes = wishes or Wishes()
        with self._locked(f"deploy of {build.release8}"):
            began = time.monotonic()
            notes = list(await self._recover())
            self._observe(Step.CHECK)
            self._refuse_incomplete(build)
            notes += await self._installer.check(build.path)
            before = self._settled(force=wishes.force)
            there = self._deployed(before)
            strangers = await self._strangers(before, there, build)
            if strangers and not wishes.force:
                raise RefusedError("\n".join((*strangers, "nothing was changed; --force goes on")))
            lost = _numbers_lost(there, build)
            notes += (f"the number {each} is answered no more" for each in lost)
            self._observe(Step.STAGE)
            is_new = self._staging.stage(build, force=wishes.force)
            if wishes.pages is not None:
                notes += await self._served(wishes.pages, build, is_new=is_new, force=wishes.force)
            self._observe(Step.HOST)
            added = add_lines(self._installer.host_lines(), wishes.agree, self._disk)
            calls = await self._installer.calls()
            after = deployed(before, build.release8, calls, self._installer)
            purpose = f"deploy of {build.release8}"
            await self._changer.change(purpose, before, after, wishes.trial)
            removed = self._clean_up(before, after)
            seconds = time.monotonic() - began
            return Report(
                after.current, before.current, seconds, calls, removed, added, tuple(notes)
            )

    async def rollback(self, *, force: bool = False) -> Report:
        """Let new calls enter the release before. Raises OSError."""
        with self._locked("rollback"):
            began = time.monotonic()
            notes = await self._recover()
            self._observe(Step.CHECK)
            before = self._settled(force=force)
            if before.previous is None:
                raise RefusedError("there is no release to return to")
            calls = await self._installer.calls()
            after = rolled_back(before, calls, self._installer)
            await self._changer.change("rollback", before, after)
            removed = self._clean_up(before, after)
            seconds = time.monotonic() - began
            return Report(after.current, before.current, seconds, calls, removed, (), notes)

    async def recover(self) -> Report:
        """End what a dead deploy left: finish it where the server holds it, else take it back."""
        with self._locked("recovery"):
            began = time.monotonic()
            notes = await self._recover()
            current = self.current().current
            return Report(current, current, time.monotonic() - began, notes=notes)

    async def take_out(self) -> tuple[HostLine, ...]:
        """Take flowc out of the server: no release, no line in its configuration.

        Raises RefusedError while a call is in a release.
        """
        with self._locked("take-out"):
            await self._recover()
            calls = await self._installer.calls()
            if calls.between or sum(calls.by_release.values()):
                raise RefusedError(
                    "calls are in flowc's releases; take it out when they have ended"
                )
            before = self.current()
            after = self._empty(before.number + 1)
            await self._changer.change("take-out", before, after)
            taken = take_out_lines(self._installer.host_lines(), self._disk)
            self._clean_up(before, after)
            await self._installer.reload()
            return taken

    @contextmanager
    def _locked(self, purpose: str) -> Iterator[None]:
        self._observe(Step.LOCK)
        self._disk.make_folder(self._layout.root)
        if self._layout.root.stat().st_mode & 0o002:
            raise RefusedError(f"anybody may write to {self._layout.root}; that must not be")
        with held_lock(self._layout.lock, purpose):
            for folder in (self._layout.releases, self._layout.generations):
                self._disk.make_folder(folder)
            for folder in (self._layout.recordings, self._layout.texts):
                self._disk.make_folder(folder, SHARED_MODE)
            if self._generations.current() is None:
                empty = self._empty()
                self._generations.write(empty, self._installer.files(empty.as_loaded))
                self._generations.switch(empty.number)
            yield

    async def _recover(self) -> tuple[str, ...]:
        self._observe(Step.RECOVER)
        self._staging.remove_leftovers()
        left = self._journal.read()
        return () if left is None else (await self._end(left),)

    async def _end(self, left: UnderWay) -> str:
        current = self.current()
        before = self._still_there(self._generations.read(f"{left.before:06}"))
        if current.number == left.after and not left.undoing:
            is_finished = await self._changer.finish(left, before, self._still_there(current))
            if is_finished:
                self._clean_up(before, current)
                return f"an interrupted {left.purpose} was finished"
        else:
            await self._changer.put_back(left, before)
        return f"an interrupted {left.purpose} was taken back"

    def _settled(self, *, force: bool) -> Generation:
        before = self.current()
        drift = self._drift(before)
        if drift and not force:
            raise DriftError("\n".join((*drift, "nothing was changed; --force goes over it")))
        return self._still_there(before)

    def _still_there(self, generation: Generation) -> Generation:
        """The generation without releases that somebody took away: no server can come to hold these, so
        whoever waited for it would neither go on nor come back."""
        there = {each for each in generation.loaded if self._staging.is_whole(each)}
        entered = generation.current
        return replace(
            generation,
            current=entered if entered in there else None,
            loaded=tuple(each for each in generation.loaded if each in there),
            # The one that calls enter stays the last, since a rollback leaves it.
            history=tuple(each for each in generation.history if each in there or each == entered),
        )

    def _drift(self, generation: Generation) -> tuple[str, ...]:
        artifacts = self._installer.files(generation.as_loaded)
        return find_drift(self._layout, generation, artifacts, self._staging)

    async def _strangers(
        self, before: Generation, there: BuildFolder | None, build: BuildFolder
    ) -> tuple[str, ...]:
        """A server has one root, and a root one project: another's calls would end up nowhere."""
        if before.current is None:
            held = await self._installer.read_back(before.as_loaded)
            return (_TWO_ROOTS, *held.faults) if held.faults else ()
        if there is None or there.project == build.project:
            return ()
        whose = f"{self._layout.root} is the root of the project `{there.project}`, whose numbers"
        return (f"{whose} would be answered no more; give `{build.project}` a server of its own",)

    def _deployed(self, generation: Generation) -> BuildFolder | None:
        """The build that calls enter; None where there is none, or none that can be read."""
        if generation.current is None:
            return None
        try:
            return open_build(self._layout.release(generation.current))
        except RefusedError:
            return None

    def _refuse_incomplete(self, build: BuildFolder) -> None:
        place = self._layout.release(build.release8) / "sounds"
        faults = list(
            dict.fromkeys(
                (*build.missing(), *self._installer.lacking(build.path), *build.changed())
            )
        )
        if Path(build.sounds) != place:
            faults.insert(0, f"it expects its sounds in {build.sounds}, they would be in {place}")
        if faults:
            raise RefusedError(
                "\n".join((f"release {build.release8} is not fit for this:", *faults))
            )

    async def _served(
        self, port: int, build: BuildFolder, *, is_new: bool, force: bool
    ) -> tuple[str, ...]:
        """Notes on a runtime that will not answer the release's calls. Raises RefusedError for one
        that refuses it; where nothing answers, whoever deploys has been told by the installer."""
        self._observe(Step.ASK_RUNTIME)
        pages, release = await taken_up(port, build.release8), build.release8
        if pages is None or release in pages.served:
            return ()
        if release not in pages.refused:
            return (f"the runtime whose pages are at port {port} does not look for releases here",)
        words = f"the runtime refuses release {release}; its log says why (release_refused)"
        if force:
            return (words,)
        if is_new:
            self._staging.remove(release)
        raise RefusedError(f"{words}\nnothing was changed; --force goes on")

    def _clean_up(self, before: Generation, after: Generation) -> tuple[str, ...]:
        """Take away releases that are loaded no more, and old generations but the last."""
        self._observe(Step.CLEAN_UP)
        removed = tuple(each for each in self._staging.staged() if each not in after.loaded)
        for release in removed:
            self._staging.remove(release)
        for number in self._generations.numbers():
            if number not in (before.number, after.number):
                self._generations.remove(number)
        return removed

    def _empty(self, number: int = 0) -> Generation:
        return Generation(number, files=hashed(self._installer.files(Loaded())))


def _numbers_lost(there: BuildFolder | None, build: BuildFolder) -> tuple[str, ...]:
    return tuple(sorted({*there.numbers} - {*build.numbers})) if there else ()
