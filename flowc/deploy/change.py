"""From one generation to the next, or back: the part of a deploy that calls can notice.

The journal says what is under way before anything is; the link is switched; the server reloads and
is asked. Knows neither builds nor locks: whoever calls holds the lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from flowc.deploy.errors import NotPutBackError, PutBackError
from flowc.deploy.generations import Generation, Generations
from flowc.deploy.journal import Journal, UnderWay
from flowc.deploy.staging import Staging
from flowc.deploy.steps import Observer, Step
from flowc.target import Installer, ServerError


class Changer:
    """Changes what one server holds."""

    def __init__(
        self,
        generations: Generations,
        journal: Journal,
        staging: Staging,
        installer: Installer,
        observe: Observer,
    ) -> None:
        self._generations = generations
        self._journal = journal
        self._staging = staging
        self._installer = installer
        self._observe = observe

    async def change(
        self, purpose: str, before: Generation, after: Generation, trial: str = ""
    ) -> None:
        """Make `after` what the server holds. Raises PutBackError where it does not come to hold
        it, NotPutBackError where it does not hold `before` again either."""
        self._observe(Step.WRITE)
        self._generations.write(after, self._installer.files(after.as_loaded))
        under_way = UnderWay(purpose, before.number, after.number, trial)
        self._journal.write(under_way)
        try:
            self._observe(Step.SWITCH)
            self._generations.switch(after.number)
            await self._proven(after, trial)
            self._observe(Step.CONFIRM)
            self._journal.end()
        except OSError as reason:
            await self.put_back(under_way, before)
            raise PutBackError(f"{reason}\nwhat was before has been put back") from reason
        except BaseException:
            await self.put_back(under_way, before)
            raise

    async def finish(self, under_way: UnderWay, before: Generation, after: Generation) -> bool:
        """Let the server come to hold what a dead deploy switched to; put it back where it can't."""
        try:
            await self._proven(after, under_way.trial)
        except OSError:
            await self.put_back(under_way, before)
            return False
        self._journal.end()
        return True

    async def put_back(self, under_way: UnderWay, before: Generation) -> None:
        """Make `before` what the server holds. Raises NotPutBackError where it does not say so."""
        self._observe(Step.PUT_BACK)
        with suppress(OSError):  # on a full disk calls must get out of what is wrong all the same
            self._journal.write(replace(under_way, undoing=True))
        try:
            self._generations.switch(before.number)
        except OSError as reason:
            raise NotPutBackError(
                f"{under_way.purpose}: the old files can't be put back in place: {reason}\n"
                "run `flowc deploy --recover` once that is mended"
            ) from reason
        try:
            await self._brought_to_hold(before)
        except OSError as reason:
            raise NotPutBackError(
                f"{under_way.purpose}: the old files are in place, but the server does not say that "
                f"it holds them: {reason}\nrun `flowc deploy --recover` once it can be reached"
            ) from reason
        self._journal.end()
        self._generations.remove(under_way.after)

    async def _proven(self, after: Generation, trial: str) -> None:
        await self._brought_to_hold(after)
        if trial and after.current is not None:
            self._observe(Step.TRY_CALL)
            await self._installer.try_call(trial, after.current)

    async def _brought_to_hold(self, generation: Generation) -> None:
        """What is read back is compared with the releases' files, so these must not change meanwhile."""
        already = self._changed(generation)
        self._observe(Step.RELOAD)
        complaints = await self._installer.reload()
        self._observe(Step.READ_BACK)
        since = self._changed(generation) - already
        if since:
            raise _wrong(f"changed on the disk meanwhile: {name}" for name in sorted(since))
        held = await self._installer.read_back(generation.as_loaded)
        faults = [*held.faults, *complaints]
        if held.current != generation.current:
            faults.insert(0, f"calls enter release {held.current}, not {generation.current}")
        if faults:
            raise _wrong(faults)

    def _changed(self, generation: Generation) -> set[str]:
        return {
            f"{release}/{name}"
            for release in generation.loaded
            for name in self._staging.changed_files(release)
        }


def _wrong(faults: Iterable[str]) -> ServerError:
    return ServerError("\n".join(("the server does not hold what it should:", *faults)))
