"""What a FreeSWITCH should hold, how it differs from what it says, and what it is told to change."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from flowc.graph.exits import Hangup
from flowc.graph.ids import BlockId
from flowc.graph.model import Block, FlowGraph, Origin
from flowc.graph.operations import Answer, Record
from flowc.target import (
    Artifact,
    EmitRequest,
    Environment,
    HostLine,
    Loaded,
    QueueSettings,
    ServerError,
)
from flowc.target.install_words import address_of, number_to_try, told
from flowc_freeswitch import TARGET
from flowc_freeswitch.callcenter import SECTIONS, CallCenter, callcenter_of, included, section
from flowc_freeswitch.install_check import _first_calls
from flowc_freeswitch.install_entry import entered, faults_of_entry, held_entry
from flowc_freeswitch.install_files import (
    current_queues,
    generation_files,
    host_lines,
    queues_of,
)
from flowc_freeswitch.install_queues import (
    agents_first,
    callcenter_held,
    faults_of_queues,
    queues_then,
)
from flowc_freeswitch.install_scripts import faults_of_release, missing_parts
from flowc_freeswitch.install_settings import InstallSettings, read_settings
from flowc_freeswitch.xml_read import read_xml

A, B = "a" * 8, "b" * 8
SETTINGS = read_settings({"token": "a-password"})


# --- settings


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"token": "ClueCon"}, "which everybody knows"),
        ({}, "must be the event socket's password"),
        ({"token": "a\nb"}, "holds a space or the end of a line"),
        ({"token": "x", "runtime": "10.0.0.7:8021"}, "is not this machine"),
        ({"token": "x", "runtime": "pbx.example:8021"}, "is not this machine"),
        ({"token": "x", "runtime": "127.0.0.1"}, "is no host:port"),
        ({"token": "x", "runtime": "127.0.0.1:99999"}, "is no host:port"),
        ({"token": "x", "etc": "conf"}, "is no absolute path"),
    ],
)
def test_an_open_door_or_a_wrong_setting_is_refused(words: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_settings(words)


def test_an_address_may_be_of_either_kind() -> None:
    assert address_of({"runtime": "[::1]:8021"}, "runtime", "") == ("::1", 8021)
    assert address_of({}, "runtime", "127.0.0.1:1") == ("127.0.0.1", 1)


# --- files


def queues_file(root: Path, release: str, settings: dict[str, QueueSettings]) -> CallCenter:
    made = callcenter_of(settings)
    for name in SECTIONS:
        path = root / "releases" / release / "entry" / f"{name}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(included(section(made, name)))
    return made


def put(root: Path, files: tuple[Artifact, ...]) -> None:
    (root / "current").mkdir(exist_ok=True)
    for each in files:
        (root / "current" / each.path).write_bytes(each.content)


def test_the_newest_queue_of_a_name_holds_and_older_ones_stay(tmp_path: Path) -> None:
    one, two, old = (QueueSettings((f"user/{n}",)) for n in (1, 2, 3))
    queues_file(tmp_path, A, {"fl-x": one, "fl-old": old})
    newest = queues_file(tmp_path, B, {"fl-x": two})
    loaded = Loaded(B, (A, B))
    files = generation_files(tmp_path, loaded)
    texts = {each.path: each.text for each in files}
    for name in SECTIONS:
        line = f'<X-PRE-PROCESS cmd="include" data="{tmp_path}/releases/{B}/entry/{name}.xml"/>'
        assert texts[f"{name}.xml"].splitlines()[2] == line
    assert texts["queues.xml"].count("<queue ") == 1
    assert '<queue name="fl-old">' in texts["queues.xml"]
    put(tmp_path, files)
    known = current_queues(tmp_path)
    assert known == queues_of(tmp_path, loaded)
    assert known.queues.keys() == {"fl-x", "fl-old"}
    assert known.queues["fl-x"] == newest.queues["fl-x"]
    assert set(known.tiers) == {("fl-x", "fl-user+2"), ("fl-old", "fl-user+3")}


def test_no_release_at_all_leaves_the_files_empty(tmp_path: Path) -> None:
    assert current_queues(tmp_path) == CallCenter()
    files = generation_files(tmp_path, Loaded())
    put(tmp_path, files)
    assert current_queues(tmp_path) == CallCenter()
    assert {each.path for each in files} == {
        "dialplan.xml",
        "queues.xml",
        "agents.xml",
        "tiers.xml",
    }
    assert all(read_xml(each.text).children == () for each in files)


def test_a_server_without_queues_of_its_own_gets_one_file_only(tmp_path: Path) -> None:
    words = {"token": "x", "etc": str(tmp_path)}
    line = '<X-PRE-PROCESS cmd="include" data="/r/current/dialplan.xml"/>'
    entry = HostLine(tmp_path / "dialplan/flowc.xml", line, makes_file=True)
    assert host_lines(Path("/r"), read_settings(words)) == (entry,)
    callcenter = tmp_path / "queues.xml"
    callcenter.touch()
    lines = host_lines(Path("/r"), read_settings({**words, "callcenter": "queues.xml"}))
    assert [each.before for each in lines] == ["", "</queues>", "</agents>", "</tiers>"]
    assert {each.file for each in lines[1:]} == {callcenter}


@pytest.mark.parametrize(
    ("settings", "has_place"),
    [
        ("<settings>\n    <!-- </settings> -->\n  </settings>\n", True),
        ("<settings></settings>\n", False),
        ("", False),
        ("\udcff</settings>", False),
    ],
)
def test_a_server_whose_lua_has_settings_begins_one_before_there_are_calls(
    tmp_path: Path, settings: str, has_place: bool
) -> None:
    lua = tmp_path / "autoload_configs/lua.conf.xml"
    lua.parent.mkdir()
    lua.write_text(settings, "utf-8", "surrogateescape")
    _, *more = host_lines(Path("/r"), read_settings({"token": "x", "etc": str(tmp_path)}))
    wanted = HostLine(lua, '<param name="startup-script" value="~return"/>', "</settings>")
    assert more == [wanted] * has_place


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ('<c><settings><param name="startup-script" value="mine.lua"/></settings></c>', False),
        ('<c><settings><!-- <param name="startup-script" value="x"/> --></settings></c>', True),
        ("<c><settings>\n</settings></c>", True),
        ("<c><settings>\n</settings>\n</c>", False),  # a line can be put there
        ("no XML", True),
    ],
)
def test_who_has_to_put_the_first_script_in_by_hand_is_told_so_until_it_is_there(
    tmp_path: Path, settings: str, is_told: bool
) -> None:
    lua = tmp_path / "autoload_configs/lua.conf.xml"
    lua.parent.mkdir()
    lua.write_text(settings)
    told = _first_calls(read_settings({"token": "x", "etc": str(tmp_path)}))
    assert [str(lua) in each for each in told] == [True] * is_told


@pytest.mark.parametrize("root", ['/a"b', "/a<b", "/a\nb", "relative", "/a/../b", "/a$${b}"])
def test_a_root_that_could_break_a_line_is_refused(root: str) -> None:
    with pytest.raises(ValueError, match=r"absolute path of plain names|leads out of its folder"):
        host_lines(Path(root), SETTINGS)


# --- the entry


ENTRY = """<context name="flowc-entry">
  <extension name="flowc-1">
    <condition field="destination_number" expression="^1$">
      <action application="lua" data="/r/releases/aaaaaaaa/scripts/interpreter.lua start 1"></action>
    </condition>
  </extension>
</context>
"""


def test_the_entry_is_compared_number_by_number() -> None:
    held = held_entry(ENTRY)
    assert entered(held) == A
    assert faults_of_entry(held, held) == ()
    assert faults_of_entry(held, None) == ("1 numbers are missing: flowc-1",)
    assert faults_of_entry(None, held) == ("1 numbers are there that should not be: flowc-1",)
    other = held_entry(ENTRY.replace("^1$", "^2$"))
    assert faults_of_entry(held, other) == ("1 numbers lead elsewhere: flowc-1",)
    twice = held_entry(ENTRY.replace("<extension", '<extension name="flowc-1"/><extension'))
    assert faults_of_entry(held, twice) == ("1 numbers lead elsewhere: flowc-1",)


@pytest.mark.parametrize("answer", ["can't find anything\n", "", "-ERR bad args", "<context/>"])
def test_a_server_that_holds_no_entry_says_so_in_words(answer: str) -> None:
    assert held_entry(answer) is None
    assert entered(None) is None


# --- queues


def lists(made: CallCenter, status: str = "Available") -> tuple[str, str, str]:
    """What the module would list of these."""
    queues = ["name|strategy|moh_sound|max_wait_time", "support@default|x|y|0"]
    queues += [
        f"{name}|{one['strategy']}|{one['moh-sound']}|{one['max-wait-time']}"
        for name, one in made.queues.items()
    ]
    agents = ["name|instance_id|type|contact|status|wrap_up_time", "1000@default|b|callback|c|x|0"]
    agents += [
        f"{name}|single_box|callback|{one['contact']}|{status}|{one['wrap-up-time']}"
        for name, one in made.agents.items()
    ]
    tiers = ["queue|agent|state|level|position", "fl-x|1000@default|Ready|1|1"]
    tiers += [
        f"{queue}|{agent}|Ready|{one['level']}|{one['position']}"
        for (queue, agent), one in made.tiers.items()
    ]
    return tuple("\n".join((*rows, "+OK", "")) for rows in (queues, agents, tiers))  # type: ignore[return-value]


def orders(wanted: CallCenter, held: CallCenter) -> list[str]:
    every = (*agents_first(wanted, held), *queues_then(wanted, held))
    return [each.words.removeprefix("callcenter_config ") for each in every]


def test_what_is_held_as_wanted_gets_no_order_whoever_signed_out() -> None:
    made = callcenter_of({"fl-x": QueueSettings(("user/1", "user/2"))})
    held = callcenter_held(*lists(made, "Logged Out"))
    assert faults_of_queues(made, held) == ()
    assert orders(made, held) == []


def test_a_new_queue_finds_its_agents_and_nobodys_status_is_set_twice() -> None:
    made = callcenter_of({"fl-x": QueueSettings(("user/1",))})
    given = orders(made, CallCenter())
    assert given[0] == "agent add fl-user+1 callback"
    assert "agent set status fl-user+1 Available" in given
    assert given[-2:] == ["tier add fl-x fl-nobody", "tier add fl-x fl-user+1 1 1"]


def test_only_what_changed_is_changed() -> None:
    before = callcenter_of({"fl-x": QueueSettings(("user/1", "user/2")), "fl-y": QueueSettings()})
    after = callcenter_of(
        {"fl-x": QueueSettings(("user/2", "user/1"), ring_s=20), "fl-y": QueueSettings()}
    )
    held = callcenter_held(*lists(before))
    assert orders(after, held) == [
        "agent set contact fl-user+2 [leg_timeout=20]user/2",
        "agent set contact fl-user+1 [leg_timeout=20]user/1",
        "tier set position fl-x fl-user+2 1",
        "tier set position fl-x fl-user+1 2",
    ]
    other = callcenter_of({"fl-x": QueueSettings(("user/1", "user/2"), "ring_all")})
    assert orders(other, held) == [
        "queue unload fl-x",
        "tier add fl-x fl-nobody",
        "queue unload fl-y",
    ]
    assert faults_of_queues(other, held) == (
        "1 queues have other settings: fl-x (strategy is longest-idle-agent, should be ring-all)",
        "1 queues are there that should not be: fl-y",
    )


def test_agents_that_others_let_sit_in_a_queue_are_left_alone() -> None:
    made = callcenter_of({"fl-x": QueueSettings(("user/1",))})
    held = callcenter_held(*lists(made))
    assert set(held.tiers) == {("fl-x", "fl-user+1")}
    assert orders(CallCenter(), held) == [
        "tier del fl-x fl-user+1",
        "queue unload fl-x",
        "agent del fl-user+1",
    ]


def test_a_server_without_the_module_holds_no_queue() -> None:
    no = "-ERR callcenter_config Command not found!\n"
    assert callcenter_held(no, no, no) == CallCenter()


# --- the server's own look at a release


def release(root: Path) -> Path:
    """A release that records, staged as a deploy does it."""
    here, end = BlockId("f", "n"), BlockId("f", "e")
    origin = Origin("f.n", "voicemail")
    blocks = (
        Block(here, (Answer(), Record("f.id", 60, 3, "#")), Hangup(), origin),
        Block(end, (), Hangup(), origin),
    )
    graph = FlowGraph("p", ("en",), "UTC", (("100", here),), {each.id: each for each in blocks})
    place = root / "releases" / A
    request = EmitRequest(graph, A, Environment(f"{place}/sounds", f"{root}/recordings"))
    files = {each.path: each.content for each in TARGET.emit(request).artifacts}
    files["sounds/en/hello.wav"] = b"RIFF"
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    manifest = {name: sha256(content).hexdigest() for name, content in files.items()}
    (place / "manifest.json").write_text(json.dumps(manifest, indent=0, sort_keys=True))
    return place


def seen(place: Path, version: str = "lua52") -> str:
    """What the script answers on a server: its text out of a `stream`."""
    lua = import_module(f"lupa.{version}").LuaRuntime()
    written: list[str] = []
    lua.execute("argv = {}")
    lua.globals().argv[0] = str(place / "scripts/held.lua")
    lua.execute("stream = {}")
    lua.globals().stream.write = lambda _, text: written.append(str(text))
    try:
        lua.execute((place / "scripts/held.lua").read_text())
    except Exception:
        written.append("-ERR Cannot execute script\n")
    return "".join(written)


@pytest.mark.parametrize("version", ["lua51", "lua52", "lua53", "lua54", "luajit21"])
def test_a_release_that_the_server_can_read_has_no_fault(tmp_path: Path, version: str) -> None:
    place = release(tmp_path)
    assert missing_parts(place) == ()
    (tmp_path / "recordings").mkdir()
    assert faults_of_release(place, seen(place, version)) == ()
    assert list((tmp_path / "recordings").iterdir()) == []


def test_messages_that_could_not_be_kept_are_a_fault(tmp_path: Path) -> None:
    place = release(tmp_path)
    why = f"its user cannot write to {tmp_path}/recordings, where callers' messages go"
    assert faults_of_release(place, seen(place)) == (why,)


def test_what_the_server_sees_otherwise_is_named(tmp_path: Path) -> None:
    place = release(tmp_path)
    (tmp_path / "recordings").mkdir()
    (place / "sounds/en/hello.wav").unlink()
    flow = place / "scripts/flow_f.lua"
    whole = flow.read_text()
    flow.write_text(whole[:-20])
    gone, broken = faults_of_release(place, seen(place))
    assert gone.startswith(f"1 files of release {A} cannot be read by the server's user: sounds/en")
    assert broken.startswith(f"1 scripts of release {A} are no Lua to it: scripts/flow_f.lua: ")
    answer = seen(place)
    flow.write_text(whole)
    assert (
        f"1 files of release {A} are others to the server than on the disk: scripts/flow_f.lua"
        in (faults_of_release(place, answer))
    )


def test_a_script_that_breaks_off_or_cannot_run_is_told(tmp_path: Path) -> None:
    place = release(tmp_path)
    (place / "scripts/release.lua").write_text("return nil\n")
    assert f"it broke off in {place}/scripts/held.lua" in faults_of_release(place, seen(place))[-1]
    said = "-ERR Cannot execute script\n"
    assert faults_of_release(place, said) == (
        f"it cannot run {place}/scripts/held.lua: -ERR Cannot execute script",
    )


# --- words


def test_of_many_faults_a_few_are_named() -> None:
    assert told("things are odd", ()) == ()
    assert told("things are odd", "dcba") == ("4 things are odd: a, b, c ...",)


@pytest.mark.parametrize("number", ["1;2", "100/x", "", "1", "+", "1" * 21, "１２３"])
def test_what_is_no_number_is_not_rung(number: str) -> None:
    with pytest.raises(ServerError, match="is no number to try"):
        number_to_try(number)


def test_secrets_are_not_shown() -> None:
    assert "a-password" not in repr(InstallSettings("h", 1, "a-password", *[Path("/")] * 4))
