"""`flowc call NUMBER`: take a call in the terminal, and keep it as a test."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.test import Chosen, scripts_of
from flowc.cli.words import compiled_or_exit, lang_option, project_folder, usage_error
from flowc.diagnostics.model import Words

if TYPE_CHECKING:
    from flowc.compiler import Compiled
    from flowc.simulate.interactive import InteractiveCall, Turn
    from flowc.simulate.script import CallScript

NOBODY = Words(
    "nobody answers {number}; the project's numbers are: {known}",
    "{number} 无人接听；项目的号码有：{known}",
)
NO_TEST = Words("{like} is no call test of this project", "{like} 不是本项目的通话测试")
TAKEN = Words(
    "{save} is there already; name a new file, the old test is left as it is",
    "{save} 已存在；请换一个文件名，原来的测试保持不变",
)
NOT_PLAYED = Words(
    "`flowc test` plays no file of the name `{save}`: save it as `{right}`",
    "`flowc test` 不会测试名为 `{save}` 的文件：请存成 `{right}`",
)
# What the call waits for, as the prompt says it.
WAITS = {
    "keys": ("keys", "按键"),
    "agent": ("in the queue or with an agent", "排队或通话中"),
    "service": ("a service", "等待服务"),
    "line": ("ringing", "振铃中"),
    "recording": ("recording", "录音中"),
    "nothing": ("", ""),
}
UNANSWERED = (
    "; --like tests/....call.yaml takes that call's answers",
    "；用 --like tests/….call.yaml 沿用那通电话的答复",
)
HINT = (
    "keys, `silence`, `wait 2s`, `hang up`; also `agent answers`, `queue full`, `service down` ...",
    "按键、`silence`（不按）、`wait 2s`（等待）、`hang up`（挂机）；也可 `agent answers`、`queue full`、`service down` 等",
)


@click.command("call")
@click.argument("number")
@click.argument(
    "folder", type=click.Path(exists=True, path_type=Path), default=Path(), callback=project_folder
)
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A call test whose caller, time and services this call has.",
)
@click.option("--from", "caller", default="", help="The caller's number.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the call as a test when it is over.",
)
@lang_option
def command(
    number: str, folder: Path, like: Path | None, caller: str, save: Path | None, language: str
) -> None:
    """Take a call: read what is said, type keys, and hang up."""
    from flowc.simulate.interactive import InteractiveCall

    compiled = compiled_or_exit(folder, language)
    assert compiled.graph is not None
    known = dict(compiled.graph.numbers)
    if number not in known:
        listed = ", ".join(known)
        raise usage_error(NOBODY, number=number, known=listed)
    if save is not None:  # a place that can't be written is told before the call, not after it
        _refuse_unplayed(save)
        if save.exists():
            raise usage_error(TAKEN, save=save)
        save.parent.mkdir(parents=True, exist_ok=True)
    setting = _setting(compiled, folder, like, number, caller, language)
    call = InteractiveCall(
        compiled.graph, compiled.texts, setting, compiled.services, compiled.tickets
    )
    click.echo(HINT[language == "zh"], err=True)
    _talk(call, language)
    if save is not None:
        save.write_text(call.script(save.name.partition(".")[0]), encoding="utf-8")
        click.echo(str(save), err=True)


def _refuse_unplayed(save: Path) -> None:
    """A test under another ending would be one that nobody plays."""
    from flowc.simulate.read_calls import ENDING

    if not save.name.endswith(ENDING):
        right = save.with_name(f"{save.name.partition('.')[0]}{ENDING}")
        raise usage_error(NOT_PLAYED, save=save, right=right)


def _setting(
    compiled: Compiled, folder: Path, like: Path | None, number: str, caller: str, language: str
) -> CallScript:
    from flowc.simulate.script import CallScript

    if like is None:
        return CallScript("", number, (), caller)
    for script in scripts_of(compiled, folder, Chosen(), language):
        if (folder / script.span.source.name).resolve() == like.resolve():
            return replace(script, to=number, caller=caller or script.caller, steps=())
    raise usage_error(NO_TEST, like=like)


def _talk(call: InteractiveCall, language: str) -> None:
    """Lines in, what is said out, until the call is over or the person leaves."""
    turn = call.begin()
    _tell(turn, language)
    while not turn.is_over:
        try:
            line = input(_prompt(turn, language))
        except (EOFError, KeyboardInterrupt):
            click.echo(err=True)
            line = "hang up"
        turn = call.line(line)
        _tell(turn, language)


def _prompt(turn: Turn, language: str) -> str:
    words = WAITS.get(turn.waits_for, ("", ""))[language == "zh"]
    return f"[{turn.block}] {words}> " if sys.stdin.isatty() else ""


def _tell(turn: Turn, language: str) -> None:
    from flowc.simulate.hearing import sentences

    for each in turn.unanswered:
        click.echo(f"-- {each.say(language)}{UNANSWERED[language == 'zh']}", err=True)
    for text in sentences(turn.said):
        click.echo(f"  {text}")
    if turn.problem:
        click.echo(turn.problem[language == "zh"], err=True)
    if turn.is_over:
        words = {"caller": ("you hung up", "您已挂机"), "flow": ("the call has ended", "通话结束")}
        ended = words.get(turn.by, ("the call was too long", "通话超时"))
        click.echo(f"-- {ended[language == 'zh']} ({turn.block})")
