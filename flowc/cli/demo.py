"""`flowc demo`: check, test, draw, deploy to a real server of its own, and make one real call."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.draw import titles_of
from flowc.cli.test import Chosen, scripts_of
from flowc.cli.words import FINDINGS, OUTSIDE, compiled_or_exit, lang_option, project_argument

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.demo import Line, Stage
    from flowc.simulate.script import CallScript
    from flowc.target import Target

# The words of the transcript and of what stands round it, in English and in Chinese.
WORDS = {
    "said": ("heard", "听到"),
    "pressed": ("pressed", "按键"),
    "marked": ("mark", "标记"),
    "ended": ("ended by", "结束"),
    "caller": ("the caller", "来电者挂机"),
    "flow": ("the flow", "流程结束"),
    "limit": ("the time limit", "通话超时"),
    "checked": (
        "checked: {what}, {count} blocks, nothing wrong",
        "检查：{what}，{count} 个块，没有问题",
    ),
    "tested": (
        "tested:  {count} calls in the simulator, {failed} failed",
        "测试：模拟器里 {count} 通电话，{failed} 通不符",
    ),
    "drawn": ("drawn:   {path}", "画图：{path}"),
    "calling": ("calling: {number} from {caller}: {what}", "拨打：{caller} 拨 {number}：{what}"),
    "recording": ("recording of what the caller heard: {path}", "来电者听到的录音：{path}"),
    "picture": ("picture of the flows:               {path}", "流程图：          {path}"),
    "softphone": (
        "Call it from a softphone on this machine (no registration, G.711):",
        "可用本机软电话拨打（无需注册，G.711）：",
    ),
    "keys": (
        "Keys to try: 1 (Mandarin), 3 (television back), 80012345# (a customer), 0 a person",
        "可试按键：1 普通话，3 电视欠费暂开，80012345# 客户编号，0 人工",
    ),
    "stop": ("Ctrl-C stops everything that was started.", "按 Ctrl-C 停止所有已启动的程序。"),
}


def say(language: str, name: str, **particulars: object) -> str:
    """One of the demonstration's sentences."""
    return WORDS[name][language == "zh"].format(**particulars)


@click.command("demo")
@project_argument
@click.option(
    "--on", "name", default="", help="The telephone system; by default the first that is installed."
)
@click.option(
    "--call",
    "script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The call to make, written as a test.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Where recording and picture go.",
)
@click.option(
    "--stay", is_flag=True, help="Keep everything running for calls of your own, until Ctrl-C."
)
@lang_option
def command(folder: Path, name: str, script: Path, out: Path, stay: bool, language: str) -> None:
    """Show the whole road: a project checked, tested, drawn, deployed, and really called."""
    from flowc.build import BuildError
    from flowc.demo import DemoError
    from flowc.target import EmitError, LabUnavailableError, ServerError, load_target, target_names

    target = load_target(name or target_names()[0])
    out.mkdir(parents=True, exist_ok=True)
    compiled = compiled_or_exit(folder, language)
    _tested(compiled, folder, language)
    picture = _drawn(compiled, out, language)
    call = _script(script)
    try:
        recording = asyncio.run(_called(compiled, target, folder, call, out, language, stay=stay))
    except LabUnavailableError as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)
    except (BuildError, EmitError, ServerError) as error:
        click.echo(f"flowc: {error}", err=True)
        sys.exit(OUTSIDE)
    except DemoError as error:
        click.echo(f"flowc: the call went another way: {error}", err=True)
        sys.exit(FINDINGS)
    except KeyboardInterrupt:
        click.echo()
        return
    click.echo()
    click.echo(say(language, "recording", path=recording))
    click.echo(say(language, "picture", path=picture))


def _tested(compiled: Compiled, folder: Path, language: str) -> None:
    from flowc.cli.test import simulated

    assert compiled.graph is not None
    click.echo(say(language, "checked", what=folder.name, count=len(compiled.graph.blocks)))
    runs = simulated(compiled, scripts_of(compiled, folder, Chosen(), language))
    failed = sum(not run.passed for run in runs)
    click.echo(say(language, "tested", count=len(runs), failed=failed))
    if failed:
        sys.exit(FINDINGS)


def _drawn(compiled: Compiled, out: Path, language: str) -> Path:
    from flowc.diagram.draw import draw
    from flowc.diagram.errors import DrawUnavailable

    assert compiled.graph is not None
    titles, names = titles_of(compiled, compiled.graph.languages[0])
    path = out / f"{compiled.graph.name}.svg"
    try:
        picture = draw(
            compiled.graph,
            "svg",
            language=compiled.graph.languages[0],
            titles=titles,
            choice_names=names,
        )
    except DrawUnavailable as error:
        click.echo(f"flowc: {error.message}; {error.help}", err=True)
        sys.exit(OUTSIDE)
    path.write_bytes(picture)
    click.echo(say(language, "drawn", path=path))
    return path


def _script(path: Path) -> CallScript:
    from flowc.diagnostics.model import Reporter
    from flowc.simulate.read_calls import read_call

    report = Reporter()
    script = read_call(path.name, path.read_bytes(), report)
    if script is None or report.has_errors:
        raise click.UsageError(f"{path} is no call: {next(iter(report)).label('en')}")
    return script


async def _called(
    compiled: Compiled,
    target: Target,
    folder: Path,
    script: CallScript,
    out: Path,
    language: str,
    *,
    stay: bool,
) -> Path:
    from flowc.demo import DEMO_CALLER, show, staged

    async with staged(
        compiled, target, folder, lambda text: click.echo(f"         {text}")
    ) as stage:
        caller = script.caller or DEMO_CALLER
        click.echo(say(language, "calling", number=script.to, caller=caller, what=script.name))
        click.echo()
        shown = await show(stage, script)
        for line in shown.transcript:
            click.echo(_line(line, language))
        recording = out / "call.wav"
        recording.write_bytes(shown.recording)
        if stay:
            _invite(stage, language)
            await asyncio.Event().wait()
        return recording


def _line(line: Line, language: str) -> str:
    text = say(language, line.text) if line.who == "ended" else line.text
    where = f"  [{line.block}]" if line.block else ""
    return f"  {line.at_s:6.1f}s {say(language, line.who)} {text}{where}"


def _invite(stage: Stage, language: str) -> None:
    assert stage.compiled.graph is not None
    click.echo()
    click.echo(say(language, "softphone"))
    for number, _ in stage.compiled.graph.numbers[:1]:
        click.echo(f"  sip:{number}@{stage.server.address}")
    click.echo(say(language, "keys"))
    click.echo(say(language, "stop"))
