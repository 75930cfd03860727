"""What an Asterisk should hold, read from the files, and what a release needs of it."""

from __future__ import annotations

import asyncio
import socket
from itertools import count
from pathlib import Path

import pytest

from flowc.target import Loaded
from flowc_asterisk.dialplan import Context, Dialplan, Extension, Priority
from flowc_asterisk.install_devices import silent_runtime
from flowc_asterisk.install_expected import Step, differences, sections_of, steps_of
from flowc_asterisk.install_files import RELEASE_DIALPLAN, generation_files, host_lines
from flowc_asterisk.install_log import LogWatch, is_readable, watched
from flowc_asterisk.install_needs import missing_parts, needed_modules
from flowc_asterisk.render import render

A, B = "a" * 8, "b" * 8
DIALPLAN = Dialplan(
    (
        Context(
            "fl-aaaaaaaa.x.y",
            (
                Extension("start", (Priority("Answer"), Priority("Set", "A=(b),c", "again"))),
                Extension("_k.", (Priority("GotoIf", "$[1=1]?start,1:again"),)),
            ),
            ("fl-aaaaaaaa-input",),
        ),
    )
)


def test_what_is_rendered_is_read_again_step_by_step() -> None:
    context = "fl-aaaaaaaa.x.y"
    assert list(steps_of(render(DIALPLAN, "head").text)) == [
        Step(context, "start", 1, "Answer", ""),
        Step(context, "start", 2, "Set", "A=(b),c"),
        Step(context, "_k.", 1, "GotoIf", "$[1=1]?start,1:again"),
        Step(context, "", 0, "", "fl-aaaaaaaa-input"),
    ]


@pytest.mark.parametrize("line", ["exten start,1,NoOp()", " same => n,NoOp(", "#exec /bin/sh", "x"])
def test_a_line_of_no_release_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no line of a release"):
        list(steps_of(f"[fl-x]\n{line}\n"))


def test_every_way_of_holding_something_else_is_told() -> None:
    wanted = [
        Step("c", "s", 1, "NoOp", ""),
        Step("c", "s", 2, "Hangup", ""),
        Step("d", "s", 1, "A", ""),
    ]
    held = [
        Step("c", "s", 1, "NoOp", "x"),
        Step("c", "s", 2, "Hangup", ""),
        Step("e", "s", 1, "A", ""),
    ]
    assert differences(wanted, wanted) == ()
    assert differences(wanted, held) == (
        "1 contexts are missing: d",
        "1 steps are missing or others: c,s,1: NoOp()",
        "1 contexts are there that should not be: e",
        "1 steps are there that should not be: c,s,1: NoOp(x)",
    )


def test_queues_are_read_with_their_settings() -> None:
    text = "[fl-help]\nmaxlen = 3\nmember => PJSIP/1\n[fl-b]\n"
    assert sections_of(text) == {"fl-help": {"maxlen": "3", "member": "PJSIP/1"}, "fl-b": {}}


def test_the_newest_queue_of_a_name_holds_and_older_ones_stay(tmp_path: Path) -> None:
    for release, text in (
        (A, "[fl-x]\nmaxlen = 1\n[fl-old]\nmaxlen = 1\n"),
        (B, "[fl-x]\nmaxlen = 2\n"),
    ):
        path = tmp_path / "releases" / release / "entry/queues.conf"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    files = {each.path: each.text for each in generation_files(tmp_path, Loaded(B, (A, B)))}
    included = f'#tryinclude "{tmp_path}/releases/{B}/entry/queues.conf"'
    assert files["queues.conf"].splitlines()[1:] == [included, "[fl-old]", "maxlen = 1"]
    order = [line.split("releases/")[1] for line in files["extensions.conf"].splitlines()[1:]]
    assert order == [
        f'{A}/release/extensions.conf"',
        f'{B}/release/extensions.conf"',
        f'{B}/entry/extensions.conf"',
    ]


def test_no_release_at_all_leaves_the_files_empty_but_for_their_heads() -> None:
    for file in generation_files(Path("/r"), Loaded()):
        assert file.text.startswith("; Written by")
        assert file.text.count("\n") == 1


@pytest.mark.parametrize("root", ['/a"b', "/a;b", "/a\nb", "relative", "/a/../b"])
def test_a_root_that_could_break_a_line_is_refused(root: str) -> None:
    with pytest.raises(ValueError, match=r"no absolute path|leads out of its folder"):
        host_lines(Path(root), Path("/etc/asterisk"))


def build_of(tmp_path: Path, dialplan: str, music: str = "") -> Path:
    for name, text in {
        "release/extensions.conf": dialplan,
        "release/musiconhold.conf": music,
        "entry/extensions.conf": "",
        "entry/queues.conf": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_only_modules_that_the_release_uses_are_needed(tmp_path: Path) -> None:
    build = build_of(tmp_path, "exten => s,1,Read(A,${S}/x)\n same => n,Set(B=${CUT(A,*,1)})\n")
    assert needed_modules(build) == (
        "app_queue",
        "app_read",
        "func_cut",
        "pbx_config",
        "res_musiconhold",
    )


def test_each_sound_that_would_not_be_heard_is_named(tmp_path: Path) -> None:
    music = "[m]\nmode = playlist\nentry = /r/releases/x/sounds/quiet\n"
    build = build_of(tmp_path, "exten => s,1,Read(A,${S}/zh/a&${S}/zh/b&${S}/${X},1)\n", music)
    (build / "sounds/zh").mkdir(parents=True)
    (build / "sounds/zh/a.wav").write_bytes(b"RIFF")
    (build / "sounds/zh/b.wav").write_bytes(b"")
    assert missing_parts(build) == ("the sound quiet is missing", "the sound zh/b is missing")
    spoken = "exten => s,1,Playback(${S}/${L}/c&/r/releases/x/sounds/zh/_/0)\n"
    (build / "entry/extensions.conf").write_text(spoken)
    (build / "release.json").write_text('{"graph": {"languages": ["zh", "en"]}}')
    assert [fault.split()[2] for fault in missing_parts(build)] == [
        *("en/c", "quiet", "zh/_/0", "zh/b", "zh/c"),
    ]
    spelled = "exten => s,1,Playback(${S}/en/_/n${V_a_b:0:1}&${S}/zh/a)\n"
    (build / "entry/extensions.conf").write_text(spelled)
    assert [fault.split()[2] for fault in missing_parts(build)] == [
        *(f"en/_/n{digit}" for digit in range(10)),
        *("quiet", "zh/b"),
    ]
    (build / "entry/queues.conf").unlink()
    assert missing_parts(build) == ("entry/queues.conf is missing",)


LOG = """\
[2026-11-22 02:00:00.1] WARNING[7] config.c: parse error: no closing ']', line 4 of /r/releases/1a2b3c4d/x
[2026-11-22 02:00:00.1] WARNING[7][C-0001] app_playback.c: Playback failed for /r/releases/1a2b3c4d/a
[2026-11-22 02:00:00.1] ERROR[7] pbx_config.c: the host's own fault in [office]
[2026-11-22 02:00:00.1] NOTICE[7] config.c: /r is read
"""
OURS = ("1a2b3c4d",)
FORGED = """\
[2026-11-22 02:00:00] NOTICE[8] res_pjsip_session.c: Call to 'WARNING[1] pbx.c: fl-1a2b3c4d' rejected
[2026-11-22 02:00:00] WARNING[1] pbx.c: fl- and flowc- and /r/releases
"""


def _complaints_of(log: Path, *, said: str) -> tuple[str, ...]:
    async def complaints() -> tuple[str, ...]:
        with watched(log, OURS) as watch:
            with log.open("a") as file:
                file.write(said)
            return await watch.complaints()

    return asyncio.run(complaints())


def test_only_complaints_of_the_readers_about_our_files_count(tmp_path: Path) -> None:
    path = tmp_path / "full"
    path.write_text("[2026] WARNING[1] config.c: /r/releases/1a2b3c4d was bad once\n")
    assert _complaints_of(path, said=LOG) == (
        "its log: WARNING: config.c: parse error: no closing ']', line 4 of /r/releases/1a2b3c4d/x",
    )
    assert not is_readable(tmp_path / "none")


def test_a_caller_can_not_complain(tmp_path: Path) -> None:
    """Else a call a second would have every deploy put back."""
    path = tmp_path / "full"
    path.touch()
    assert _complaints_of(path, said=FORGED) == ()


def test_a_log_that_is_rotated_meanwhile_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "full"
    path.write_text("a line of yesterday\n" * 100)

    async def complaints(*, is_there: bool) -> tuple[str, ...]:
        with watched(path, OURS) as watch:
            with path.open("a") as file:
                file.write(LOG.splitlines(keepends=True)[0])
            path.rename(tmp_path / "full.1")
            if is_there:
                path.write_text("[2026] ERROR[7] pbx_config.c: fl-1a2b3c4d.f has no end\n")
            return await watch.complaints()

    assert len(asyncio.run(complaints(is_there=True))) == 2
    assert len(asyncio.run(complaints(is_there=False))) == 1


def test_a_log_that_is_never_quiet_holds_up_no_deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "full"
    path.touch()
    sizes = count(1)
    monkeypatch.setattr(LogWatch, "_size", lambda _: next(sizes))
    assert len(_complaints_of(path, said=LOG)) == 1


def test_a_runtime_that_nobody_started_is_told_before_a_call_finds_out(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    path = tmp_path / RELEASE_DIALPLAN
    with socket.create_server(("127.0.0.1", 0)) as runtime:
        port = runtime.getsockname()[1]
        path.write_text(f" same => n,AGI(agi://127.0.0.1:{port}/0a/1a2b3c4d/f.n)\n")
        assert asyncio.run(silent_runtime(tmp_path)) == ()
    (told,) = asyncio.run(silent_runtime(tmp_path))
    assert told.startswith(f"nobody listens at 127.0.0.1:{port}")
    path.write_text(" same => n,Hangup()\n")
    assert asyncio.run(silent_runtime(tmp_path)) == ()
