"""Calls a second: the call machine against sismic, a general statechart interpreter, on one flow.

The flow: a menu (three choices, silence and wrong counted), then eight digits (timers, counters,
too few), a branch on a number, a sentence, hang up. Both get the same events with the same times:
dialled, end of audio, a wrong key, end of audio, `1`, end of audio, eight digits, end of audio. Both
make a new call each time and keep what they prepare once (linked graph; statechart). The machine
builds its trace and its commands, sismic its macro steps. The runners take turns in slices of a few
milliseconds; the ratio is the median of the rounds' ratios. sismic runs as it does by default, and
once more told to look for no contracts (the chart has none). Run: `python benchmarks/simulator.py
[calls a slice]`. The last line is one JSON object.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from time import process_time

from sismic.interpreter import Interpreter
from sismic.io import import_from_yaml
from sismic.model import Event as SismicEvent
from sismic.model import Statechart

from flowc.compiler import Compiled, compile_files
from flowc.machine.events import AudioEnded, Dialled, Event, KeyPressed
from flowc.machine.machine import Machine
from flowc.machine.prepare import prepare
from flowc.machine.prepared import Prepared
from flowc.simulate.script import CallScript, Hears, Press
from flowc.simulate.simulator import simulate
from flowc.simulate.voice import Voice
from flowc.simulate.world import SimulatedWorld

ROUNDS, SLICES = 11, 15
ACCOUNT = "80012345"

PROJECT = """\
project: benchmark
timezone: Asia/Shanghai
languages: [en]
voices: {en: "espeak:en-us"}
numbers:
  "7000": {flow: hotline}
keys: {0: person}
person: {to: hotline.to_agent}
"""
QUEUES = """\
queues:
  agents: {members: [anna]}
"""
FLOW = """\
flow: hotline
nodes:
  main:
    menu: Welcome.
    choices:
      1: {name: balance, to: ask}
      2: {name: faults, to: faults}
    gave_up: person
  ask:
    collect: account
    prompt: Please enter your account number.
    length: 8
    then: which
    gave_up: person
  which:
    branch: [{if: 'starts_with(account, "8")', to: television}]
    else: faults
  television:
    hangup: Your television is paid for.
  faults:
    hangup: There are no faults.
  to_agent:
    queue: agents
    max_wait: 60s
    waited_too_long: faults
    full: faults
    no_agents: faults
    error: faults
    after_agent: faults
"""

CHART = """\
statechart:
  name: call
  preamble: |
    digits = ''
    silences = 0
    wrongs = 0
    cause = ''
  root state:
    name: call
    initial: idle
    states:
      - name: idle
        transitions: [{event: dialled, target: menu}]
      - name: menu
        initial: menu_prompt
        on entry: |
          silences = 0
          wrongs = 0
        states:
          - name: menu_prompt
            transitions: [{event: audio_ended, target: menu_wait}]
          - name: menu_wait
            transitions:
              - {guard: 'after(5)', target: menu_silence}
          - name: menu_silence
            on entry: |
              silences += 1
              cause = 'silence'
            transitions:
              - {guard: 'silences >= 3 or silences + wrongs >= 4', target: to_agent}
              - {guard: 'silences < 3 and silences + wrongs < 4', target: menu_prompt}
          - name: menu_wrong
            on entry: |
              wrongs += 1
              cause = 'wrong(key)'
            transitions:
              - {guard: 'wrongs >= 3 or silences + wrongs >= 4', target: to_agent}
              - {guard: 'wrongs < 3 and silences + wrongs < 4', target: menu_prompt}
        transitions:
          - {event: key, guard: "event.key == '1'", target: ask}
          - {event: key, guard: "event.key == '2'", target: faults}
          - {event: key, guard: "event.key == '0'", target: to_agent}
          - {event: key, guard: "event.key not in '012'", target: menu_wrong}
      - name: ask
        initial: ask_prompt
        on entry: |
          digits = ''
          silences = 0
          wrongs = 0
        states:
          - name: ask_prompt
            transitions:
              - {event: audio_ended, target: ask_wait}
              - {event: key, target: ask_more, action: digits += event.key}
          - name: ask_wait
            transitions:
              - {event: key, target: ask_more, action: digits += event.key}
              - {guard: 'after(5)', target: ask_silence}
          - name: ask_more
            transitions:
              - {guard: 'len(digits) == 8', target: which}
              - {event: key, guard: "event.key != '#'", target: ask_more, action: digits += event.key}
              - {event: key, guard: "event.key == '#'", target: ask_short}
              - {guard: 'after(3)', target: ask_short}
          - name: ask_silence
            on entry: silences += 1
            transitions:
              - {guard: 'silences >= 3 or silences + wrongs >= 4', target: to_agent}
              - {guard: 'silences < 3 and silences + wrongs < 4', target: ask_prompt}
          - name: ask_short
            on entry: |
              wrongs += 1
              digits = ''
            transitions:
              - {guard: 'wrongs >= 3 or silences + wrongs >= 4', target: to_agent}
              - {guard: 'wrongs < 3 and silences + wrongs < 4', target: ask_prompt}
      - name: which
        transitions:
          - {guard: "digits.startswith('8')", target: television}
          - {guard: "not digits.startswith('8')", target: faults}
      - name: television
        transitions: [{event: audio_ended, target: over}]
      - name: faults
        transitions: [{event: audio_ended, target: over}]
      - name: to_agent
      - {name: over, type: final}
"""


def happenings() -> list[tuple[str, str, int]]:
    """What happens in the call: event, key, and when in ms."""
    keys = [("key", key, 9000 + 250 * place) for place, key in enumerate(ACCOUNT)]
    return [
        ("dialled", "", 0),
        ("audio_ended", "", 2000),
        ("key", "7", 2200),
        ("audio_ended", "", 4200),
        ("key", "1", 4400),
        ("audio_ended", "", 8800),
        *keys,
        ("audio_ended", "", 14_000),
    ]


def machine_events() -> list[Event]:
    """The same for the machine."""
    made: list[Event] = []
    for name, key, at in happenings():
        match name:
            case "dialled":
                made.append(Dialled("7000", "13800000000", at))
            case "key":
                made.append(KeyPressed(key, at))
            case _:
                made.append(AudioEnded(at))
    return made


def play_machine(prepared: Prepared, events: list[Event]) -> None:
    """One call on the machine, its trace with it."""
    world = SimulatedWorld(1_795_226_400, "Asia/Shanghai", {}, ())
    machine = Machine(prepared, world, Voice({}).read)
    for event in events:
        machine.handle(event)
    assert machine.is_over
    assert machine.block.node == "television", machine.trace
    assert machine.trace.steps


def play_sismic(
    chart: Statechart, events: list[tuple[str, str, int]], without_contracts: bool = False
) -> None:
    """One call on sismic, as it is made by default, or with its looking for contracts put off."""
    interpreter = Interpreter(chart, ignore_contract=without_contracts)
    for name, key, at in events:
        interpreter.clock.time = at / 1000
        interpreter.queue(SismicEvent(name, key=key) if key else SismicEvent(name))
        interpreter.execute()
    assert interpreter.final
    assert interpreter.context["digits"] == ACCOUNT


class Runner:
    """Plays the same call again and again, and keeps what each slice of calls cost.

    In processor time: other processes on the machine are no part of either.
    """

    def __init__(self, play: Callable[[], object], calls: int) -> None:
        self._play, self._calls = play, calls
        self._spent = self._made = 0.0

    def slice(self) -> None:
        started = process_time()
        for _ in range(self._calls):
            self._play()
        self._spent += process_time() - started
        self._made += self._calls

    def calls_a_second(self) -> float:
        """Of the slices since it was last asked."""
        made, spent = self._made, self._spent
        self._made = self._spent = 0.0
        return made / spent


def compiled_hotline() -> Compiled:
    """The flow above as `flowc` makes it. AssertionError where it says that it is wrong."""
    files = {"flowc.yaml": PROJECT, "queues.yaml": QUEUES, "flows/hotline.flow.yaml": FLOW}
    compiled = compile_files({name: text.encode() for name, text in files.items()})
    assert compiled.graph is not None, [(str(f.span), f.label("en")) for f in compiled.found]
    return compiled


def runners(calls: int) -> dict[str, Runner]:
    """All that is compared; a slice of each takes about as long."""
    compiled = compiled_hotline()
    assert compiled.graph is not None
    prepared, events = prepare(compiled.graph), machine_events()
    chart, chart_events = import_from_yaml(CHART), happenings()
    steps = (Hears("welcome"), Press("7"), Press("1"), Press(ACCOUNT), Hears("paid"))
    script, texts = CallScript("benchmark", "7000", steps), compiled.texts
    assert simulate(prepared, script, texts).passed, simulate(prepared, script, texts).failures
    few = max(2, calls // 60)
    return {
        "machine": Runner(lambda: play_machine(prepared, events), calls),
        "sismic": Runner(lambda: play_sismic(chart, chart_events), few),
        "sismic_without_contracts": Runner(lambda: play_sismic(chart, chart_events, True), few),
        "script": Runner(lambda: simulate(prepared, script, texts), max(2, calls // 6)),
    }


def play_round(all_: dict[str, Runner]) -> dict[str, float]:
    """Calls a second of each, their slices taken in turns."""
    for _ in range(SLICES):
        for runner in all_.values():
            runner.slice()
    return {name: runner.calls_a_second() for name, runner in all_.items()}


def ratios(rounds: list[dict[str, float]], one: str, other: str) -> dict[str, float]:
    """The median of the rounds' ratios, and the least and greatest of them."""
    found = [round_[one] / round_[other] for round_ in rounds]
    named = {"median": statistics.median(found), "least": min(found), "greatest": max(found)}
    return {name: round(value, 1) for name, value in named.items()}


def main() -> None:
    """Measure, and print a line a round and the ratios."""
    all_ = runners(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
    play_round(all_)  # to warm up
    rounds = []
    for number in range(1, ROUNDS + 1):
        rounds.append(play_round(all_))
        speeds = ", ".join(f"{name} {speed:.0f}" for name, speed in rounds[-1].items())
        ratio = rounds[-1]["machine"] / rounds[-1]["sismic"]
        print(f"round {number}: {speeds} calls/s; machine/sismic {ratio:.1f}")
    result = {
        "flowc_vs_sismic": ratios(rounds, "machine", "sismic")["median"],
        "machine_vs_sismic": ratios(rounds, "machine", "sismic"),
        "machine_vs_sismic_without_contracts": ratios(
            rounds, "machine", "sismic_without_contracts"
        ),
        "scripted_vs_sismic": ratios(rounds, "script", "sismic"),
        "calls_a_second": {
            name: round(statistics.median(one[name] for one in rounds)) for name in all_
        },
        "rounds": ROUNDS,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
