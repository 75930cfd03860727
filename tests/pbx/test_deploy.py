"""Deploys to real servers: what calls notice of them, and what is left of those that fail.

Each is one sentence of what a deploy promises, whichever the telephone system.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flowc.deploy.deployment import Wishes
from flowc.deploy.errors import BusyError, DriftError, NotPutBackError, PutBackError, RefusedError
from flowc.deploy.steps import Step
from flowc.target import Calls, Loaded
from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller, Dialling, OutgoingCall
from tests.pbx.deploying import (
    AGREED,
    NUMBER,
    ON_BOTH,
    Booted,
    Host,
    agree,
    answers_with,
    calls_of,
    heard_whole,
    run,
    until,
)

pytestmark = pytest.mark.pbx


@ON_BOTH
def test_twenty_calls_go_on_in_their_release_while_another_is_deployed(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(4, seconds=1.5), host.build(2, seconds=1.0)
        deployment = host.deployment()
        await deployment.deploy(old, AGREED)
        async with Caller(host.sip) as caller:
            early = await calls_of(caller, 20)
            assert all(call.is_answered for call in early)
            report = await deployment.deploy(new, AGREED)
            assert report.calls.by_release == {old.release8: 20}
            late = await calls_of(caller, 5)
            assert (await host.installer().calls()).by_release == {
                old.release8: 20,
                new.release8: 5,
            }
            await asyncio.gather(*(call.ended.wait() for call in (*early, *late)))
            every = ["say0", "say1", "say2", "say3"]
            assert [heard_whole(host, call, old) for call in early] == [every] * 20
            assert [heard_whole(host, call, new) for call in late] == [["say0", "say1"]] * 5
            ends = {(call.ended_by, call.end_cause) for call in (*early, *late)}
            assert ends == {(EndedBy.SERVER, 16)}

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_no_call_is_lost_or_mixed_while_releases_change_ten_times_under_it(
    tmp_path: Path, boot: Booted
) -> None:
    """Each call hears both recordings of one release, whichever it is."""

    async def scenario(host: Host) -> None:
        builds = [host.build(2, seconds=0.6), host.build(2, seconds=0.5)]
        deployment = host.deployment()
        await deployment.deploy(builds[0], AGREED)
        async with Caller(host.sip) as caller:
            calls: list[OutgoingCall] = []
            is_over = asyncio.Event()

            async def keep_calling() -> None:
                while not is_over.is_set():
                    calls.append(await caller.call(NUMBER, how=Dialling(speaks=False)))
                    await calls[-1].ended.wait()

            callers = [asyncio.ensure_future(keep_calling()) for _ in range(20)]
            for turn in range(10):
                began = len(calls)
                await deployment.deploy(builds[(turn + 1) % 2], AGREED)
                while len(calls) < began + 5:  # deploys are quick: calls begin in each release
                    await asyncio.sleep(0.02)
            is_over.set()
            await asyncio.gather(*callers)
            await asyncio.gather(*(call.ended.wait() for call in calls))
        whole = ["say0", "say1"]
        heard = [[heard_whole(host, call, build) for build in builds] for call in calls]
        assert len(calls) >= 50
        assert all(sorted(each) == [[], whole] for each in heard)
        assert all(call.end_cause == 16 for call in calls)

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_rollback_returns_to_the_release_before_and_no_further_than_the_first(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        deployment = host.deployment()
        await deployment.deploy(old, AGREED)
        with pytest.raises(RefusedError, match="no release to return to"):
            await deployment.rollback()
        await deployment.deploy(new, AGREED)
        report = await deployment.rollback()
        assert (report.release, report.previous) == (old.release8, new.release8)
        assert await answers_with(host, old)
        with pytest.raises(RefusedError, match="no release to return to"):
            await deployment.rollback()
        await deployment.deploy(new, AGREED)
        assert await answers_with(host, new)

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_release_is_taken_away_once_no_call_is_in_it_and_two_came_after_the_one_it_preceded(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        builds = [host.build(count) for count in (1, 2, 3, 4, 5)]
        deployment = host.deployment()
        await deployment.deploy(builds[0], AGREED)
        async with Caller(host.sip) as caller:
            (call,) = await calls_of(caller, 1)
            for build in builds[1:4]:
                await deployment.deploy(build, AGREED)
            assert builds[0].release8 in deployment.current().loaded
            await call.hang_up()

            async def is_empty() -> bool:
                return (await host.installer().calls()).by_release == {}

            await until(is_empty)
        report = await deployment.deploy(builds[4], AGREED)
        assert set(report.removed) == {build.release8 for build in builds[:2]}
        kept = tuple(build.release8 for build in builds[2:])
        held = await host.installer().read_back(Loaded(kept[-1], kept))
        assert held.faults == ()
        staged = {path.name for path in (host.root / "releases").iterdir()}
        assert staged == set(kept)

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_build_without_a_sound_or_made_for_elsewhere_is_refused(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        build = host.build(2)
        (build.path / "sounds/zh/say1.wav").unlink()
        with pytest.raises(RefusedError, match="the sound zh/say1 is missing"):
            await host.deployment().deploy(build, AGREED)
        other = replace(host.build(1), sounds="/elsewhere/sounds")
        with pytest.raises(RefusedError, match="expects its sounds in /elsewhere/sounds"):
            await host.deployment().deploy(other, AGREED)

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_second_root_and_another_project_are_refused_before_anything_changes(
    tmp_path: Path, boot: Booted
) -> None:
    """Both would leave the numbers of the first with nobody who answers them."""

    async def scenario(host: Host) -> None:
        first, second = host.build(1), host.build(2)
        await host.deployment().deploy(first, AGREED)
        before = host.contents()
        moved = replace(host, root=tmp_path / "moved")
        with pytest.raises(RefusedError, match="A server has one root"):
            await moved.deployment().deploy(moved.build(3), AGREED)
        assert (await moved.deployment().plan(moved.build(3))).conflicts
        assert host.contents() == before
        with pytest.raises(RefusedError, match="root of the project `hotline`"):
            await host.deployment().deploy(replace(second, project="shop"), AGREED)
        assert host.deployment().current().current == first.release8
        report = await host.deployment().deploy(replace(second, numbers=("100",)), AGREED)
        assert f"the number {NUMBER} is answered no more" in report.notes

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_the_servers_own_files_are_left_alone_without_consent_and_restored_byte_for_byte(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        own = host.files[-1]
        own.write_bytes(own.read_bytes().rstrip())  # its last line has no end
        before, lines = host.contents(), host.installer().host_lines()
        build, deployment = host.build(), host.deployment()
        with pytest.raises(RefusedError, match="add by hand") as refused:
            await deployment.deploy(build)
        assert all(f"{each.file}" in str(refused.value) for each in lines)
        assert all(each.line in str(refused.value) for each in lines)
        assert host.contents() == before
        assert (await deployment.deploy(build, AGREED)).added == lines
        assert (await deployment.deploy(build, AGREED)).added == ()
        assert await deployment.take_out() == lines
        assert host.contents() == before
        held = await host.installer().read_back(Loaded())
        assert (held.current, held.faults) == (None, ())
        assert not list((host.root / "releases").iterdir())

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_what_was_changed_by_hand_is_shown_and_not_overwritten_without_force(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        build, deployment = host.build(1), host.deployment()
        await deployment.deploy(build, AGREED)
        generated = host.root / "current" / host.generated
        generated.write_text(generated.read_text() + "[mine]\n")
        part = host.root / "releases" / build.release8 / host.part
        part.write_text(part.read_text() + "\n")
        with pytest.raises(DriftError) as caught:
            await deployment.deploy(host.build(2), AGREED)
        assert "  +[mine]" in str(caught.value)
        assert f"changed, gone or new: {host.part}" in str(caught.value)
        plan = await deployment.plan(host.build(2))
        assert len(plan.conflicts) == 2
        with pytest.raises(DriftError):
            await deployment.rollback()
        assert "[mine]" in generated.read_text()
        await deployment.deploy(host.build(2), Wishes(force=True, agree=agree))
        assert "[mine]" not in generated.read_text()

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_of_fifty_deploys_at_once_one_wins_and_the_others_are_told_who(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        builds = [host.build(1), host.build(2)]
        attempts = (host.deployment().deploy(builds[n % 2], AGREED) for n in range(50))
        results = await asyncio.gather(*attempts, return_exceptions=True)
        losers = [each for each in results if isinstance(each, BusyError)]
        assert len(losers) == 49
        told = re.compile(r"another deploy is at work: deploy of [0-9a-f]{8}, process \d+, since ")
        assert all(told.match(str(each)) for each in losers)
        current = host.deployment().current().current
        assert current is not None
        held = await host.installer().read_back(Loaded(current, (current,)))
        assert held.faults == ()

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_trial_call_that_does_not_get_through_puts_the_old_release_back(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        deployment = host.deployment(host.installer(host.trying))
        old, new = host.build(1), host.build(2)
        await deployment.deploy(old, Wishes(agree=agree, trial=NUMBER))
        with pytest.raises(PutBackError, match="a trial call to 999 did not reach release"):
            await deployment.deploy(new, Wishes(agree=agree, trial="999"))
        assert deployment.current().current == old.release8
        assert await answers_with(host, old)

        async def is_quiet() -> bool:
            return await host.installer().calls() == Calls()

        await until(is_quiet)

    run(boot, tmp_path, scenario)


@pytest.mark.parametrize("what", ["first", "deploy", "rollback", "failing"])
@ON_BOTH
def test_killed_at_any_point_the_server_holds_the_old_or_the_new_and_recovery_ends_it(
    tmp_path: Path, boot: Booted, what: str
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        deployment = host.deployment()
        first, second = (new, old) if what == "rollback" else (old, new)
        if what == "rollback":
            await deployment.deploy(second, AGREED)
        await deployment.deploy(first, AGREED)
        saved = tmp_path / "saved"
        if what == "first":
            saved.mkdir()
        else:
            shutil.copytree(host.root, saved, symlinks=True)
        words = json.dumps({**host.words, **host.trying})
        arguments = (
            *(sys.executable, str(Path(__file__).with_name("deploy_killed.py"))),
            *(what, str(host.root), str(saved), str(second.path), host.target, words),
        )
        process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        kills = [json.loads(line) for line in output.splitlines()]
        either = {"none" if what == "first" else old.release8, new.release8}
        for kill in kills:
            assert kill["held"] in either, kill
            assert kill["current"] == kill["recovered"] in either, kill
            assert kill["settled"], kill
            assert kill["left"] == [], kill
            assert kill["seconds"] < 5, kill
        points = {kill["point"] for kill in kills}
        assert {"WRITE", "SWITCH", "RELOAD", "READ_BACK", "rename current"} <= points
        assert ("PUT_BACK" in points) == (what == "failing")
        recovered = {kill["recovered"] for kill in kills}
        assert recovered == ({old.release8} if what == "failing" else either)

    run(boot, tmp_path, scenario)


@ON_BOTH
def test_a_server_that_dies_during_a_deploy_comes_back_with_the_old_release(
    tmp_path: Path, boot: Booted
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(2)
        await host.deployment().deploy(old, AGREED)

        def observe(step: Step) -> None:
            if step is Step.RELOAD:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(host.server.pid, signal.SIGKILL)

        with pytest.raises(NotPutBackError, match="run `flowc deploy --recover` once"):
            await host.deployment(observe=observe).deploy(new, AGREED)
        with pytest.raises(NotPutBackError):
            await host.deployment().deploy(new, AGREED)
        await host.server.start_again()
        assert await answers_with(host, old)
        report = await host.deployment().recover()
        assert report.notes == (f"an interrupted deploy of {new.release8} was taken back",)
        await host.deployment().deploy(new, AGREED)
        assert await answers_with(host, new)

    run(boot, tmp_path, scenario)
