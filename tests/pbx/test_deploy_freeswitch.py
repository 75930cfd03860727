"""Deploys to a real FreeSWITCH: what its XML, its Lua, its queues and its doors have of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.deploy.deployment import Wishes
from flowc.deploy.errors import PutBackError
from flowc.deploy.steps import Observer, Step
from flowc.target import Loaded, QueueSettings, ServerError
from flowc.telephony.call import EndedBy
from flowc.telephony.caller import Caller
from flowc.telephony.phones import Answers, Phones
from flowc_freeswitch.install_files import LUA_BEGINS
from flowc_freeswitch.lab.configuration import CALLCENTER
from flowc_freeswitch.lab.server import FreeswitchServer
from tests.pbx.deploying import (
    AGREED,
    NUMBER,
    Host,
    agree,
    answers_with,
    calls_of,
    freeswitch,
    run,
    until,
)
from tests.pbx.support_freeswitch import needs_server

pytestmark = [pytest.mark.pbx, needs_server]


def server(host: Host) -> FreeswitchServer:
    assert isinstance(host.server, FreeswitchServer)
    return host.server


def test_a_first_deploy_answers_calls_and_adds_a_file_and_four_lines(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        dialplan, lua, callcenter = host.files
        before, lua_before = callcenter.read_text(), lua.read_text()
        build = host.build()
        report = await host.deployment().deploy(build, AGREED)
        assert (report.release, report.previous, report.notes) == (build.release8, None, ())

        def included(name: str) -> str:
            return f'<X-PRE-PROCESS cmd="include" data="{host.root}/current/{name}.xml"/>\n'

        assert dialplan.read_text() == included("dialplan")
        expected = before
        for name in ("queues", "agents", "tiers"):
            expected = expected.replace(f"  </{name}>", f"{included(name)}  </{name}>")
        assert callcenter.read_text() == expected
        begun = f"{LUA_BEGINS}\n</settings>"
        assert lua.read_text() == lua_before.replace("</settings>", begun)
        held = await host.installer().read_back(Loaded(build.release8, (build.release8,)))
        assert (held.current, held.releases) == (build.release8, (build.release8,))
        assert held.faults == ()
        assert await answers_with(host, build)

    run(freeswitch, tmp_path, scenario)


Damage = Callable[[str], str]
XML: dict[str, Damage] = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "an element that never closes": lambda text: text.replace("</extension>", "", 1),
    "a number that leads elsewhere": lambda text: text.replace(" start ", " start 0"),
    "another number": lambda text: text.replace("^3285028$", "^3285029$"),
}
LUA: dict[str, Damage] = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "not the same": lambda text: f"{text}\n",
}


def damaging(path: Path, damage: Damage) -> Observer:
    """Spoils a file just before the server reads it, once."""
    waiting = [damage]

    def observe(step: Step) -> None:
        if step is Step.RELOAD and waiting:
            path.write_text(waiting.pop()(path.read_text()))

    return observe


@pytest.mark.parametrize(
    ("file", "damages"), [("entry/dialplan.xml", XML), ("scripts/flow_hotline.lua", LUA)]
)
def test_a_file_that_is_not_what_was_put_there_is_noticed_and_the_old_release_put_back(
    tmp_path: Path, file: str, damages: dict[str, Damage]
) -> None:
    async def scenario(host: Host) -> None:
        old, new = host.build(1), host.build(3)
        await host.deployment().deploy(old, AGREED)
        path = host.root / "releases" / new.release8 / file
        for name, damage in damages.items():
            deployment = host.deployment(observe=damaging(path, damage))
            began = asyncio.get_running_loop().time()
            with pytest.raises(PutBackError, match="has been put back"):
                await deployment.deploy(new, Wishes(force=True, agree=agree))
            assert asyncio.get_running_loop().time() - began < 3, name
            assert deployment.current().current == old.release8
            held = await host.installer().read_back(Loaded(old.release8, (old.release8,)))
            assert (held.current, held.faults) == (old.release8, ()), name
        assert await answers_with(host, old)
        await host.deployment().deploy(new, Wishes(force=True, agree=agree))
        assert await answers_with(host, new)

    run(freeswitch, tmp_path, scenario)


# What stands in a build, and what the server makes of it, is told by the server's own words only.
OTHERWISE: dict[str, tuple[str, Damage, str]] = {
    "XML that is none": (
        "entry/dialplan.xml",
        lambda text: text.replace("</context>", "", 1),
        r"a release's own files cannot be read: no XML",
    ),
    "a line that its preprocessor drops": (
        "entry/dialplan.xml",
        lambda text: text.replace("<extension ", "<!-- <include> --><extension ", 1),
        r"it does not take its files, it says \+OK \[\[error",
    ),
    "a word that its preprocessor expands": (
        "entry/dialplan.xml",
        lambda text: text.replace(" start ", " start$${base_dir} ", 1),
        f"1 numbers lead elsewhere: flowc-{NUMBER}",
    ),
    "Lua that is none": (
        "scripts/flow_hotline.lua",
        lambda text: text.replace("return", "retrun", 1),
        r"1 scripts of release [0-9a-f]{8} are no Lua to it: scripts/flow_hotline\.lua: ",
    ),
}


def test_a_build_that_the_server_understands_otherwise_than_it_is_written_is_put_back(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        old = host.build(1)
        await host.deployment().deploy(old, AGREED)
        for name, (file, damage, words) in OTHERWISE.items():
            new = host.build(3)
            path = new.path / file
            path.write_text(damage(path.read_text()))
            with pytest.raises(PutBackError, match=words) as caught:
                await host.deployment().deploy(new, Wishes(force=True, agree=agree))
            assert "on the disk meanwhile" not in str(caught.value), name
            assert await answers_with(host, old), name

    run(freeswitch, tmp_path, scenario)


def test_numbers_that_lead_into_another_file_of_the_servers_are_noticed(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        etc = server(host).instance.etc
        (etc / "dialplan/aaa.xml").write_text('<context name="flowc-entry">\n</context>\n')
        with pytest.raises(PutBackError, match=f"1 numbers are missing: flowc-{NUMBER}"):
            await host.deployment().deploy(host.build(), AGREED)
        (etc / "dialplan/aaa.xml").unlink()
        await host.deployment().deploy(host.build(), AGREED)

    run(freeswitch, tmp_path, scenario)


OWN_AGENT = '<agent name="own" type="callback" contact="user/1000" status="Available"/>'
SEAT = "fl-sofia+gateway+trunk+1001"


def test_a_queue_whose_settings_change_keeps_who_waits_in_it_and_who_signed_out(
    tmp_path: Path,
) -> None:
    """The operator's own agents, too; one who comes back is then given the caller who waited."""

    async def scenario(host: Host) -> None:
        api = server(host).api
        callcenter = server(host).instance.etc / CALLCENTER
        callcenter.write_text(
            callcenter.read_text().replace("  </agents>", f"{OWN_AGENT}\n  </agents>")
        )
        seats = ("sofia/gateway/trunk/1001",)
        old = host.build(1, "help", QueueSettings(seats), seconds=0.3)
        ring_all = QueueSettings(seats, strategy="ring_all", ring_s=20)
        new = host.build(2, "help", ring_all, seconds=0.3)
        await host.deployment().deploy(old, AGREED)
        await api("callcenter_config agent add own callback")
        for agent in (SEAT, "own"):
            await api(f"callcenter_config agent set status {agent} 'On Break'")

        async def waiting() -> list[str]:
            rows = (await api("callcenter_config queue list members fl-help")).splitlines()
            return [row for row in rows if "|Waiting|" in row or "|Trying|" in row]

        async def waits() -> bool:
            return bool(await waiting())

        async with Caller(host.sip) as caller, Phones(server(host).ports.phones) as phones:
            phones.behave("1001", Answers(hangs_up=1.0))
            (call,) = await calls_of(caller, 1)
            await until(waits)
            (before,) = await waiting()
            await host.deployment().deploy(new, AGREED)
            (after,) = await waiting()
            assert before.split("|")[:5] == after.split("|")[:5]
            assert "fl-help|ring-all|" in await api("callcenter_config queue list")
            agents = await api("callcenter_config agent list")
            assert f"{SEAT}|single_box||callback|[leg_timeout=20]" in agents
            assert agents.count("|On Break|") == 2
            await api(f"callcenter_config agent set status {SEAT} Available")
            await asyncio.wait_for(call.ended.wait(), 20)
            assert [each.number for each in phones.calls] == ["1001"]
            assert (call.ended_by, call.end_cause) == (EndedBy.SERVER, 16)

    run(freeswitch, tmp_path, scenario)


def test_a_queue_that_only_an_older_release_knows_stays_while_that_is_loaded(
    tmp_path: Path,
) -> None:
    async def scenario(host: Host) -> None:
        api, deployment = server(host).api, host.deployment()
        first = host.build(1, "help", QueueSettings(("user/1",)), seconds=0.1)
        await deployment.deploy(first, AGREED)
        await deployment.deploy(host.build(2, "sales", QueueSettings(("user/2",))), AGREED)
        assert "fl-help|" in await api("callcenter_config queue list")
        assert "fl-help|fl-user+1|" in await api("callcenter_config tier list")
        for prompts in (3, 4, 5):
            await deployment.deploy(host.build(prompts), AGREED)
        for what in ("queue", "agent", "tier"):
            assert "fl-" not in await api(f"callcenter_config {what} list")

    run(freeswitch, tmp_path, scenario)


def test_nothing_is_changed_where_the_server_cannot_take_a_release(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        port = server(host).instance.control
        refusals = {
            "no event socket at": {"runtime": f"127.0.0.1:{port + 1}"},
            "refuses the password": {"token": "wrong"},
            "reads .*, not /etc/freeswitch: say so in `etc:`": {"etc": "/etc/freeswitch"},
        }
        before, build = host.contents(), host.build()
        for words, settings in refusals.items():
            deployment = host.deployment(host.installer(settings))
            with pytest.raises(ServerError, match=words):
                await deployment.deploy(build, AGREED)
        await server(host).api("unload mod_hash")
        with pytest.raises(ServerError, match="modules are not loaded: mod_hash"):
            await host.deployment().deploy(build, AGREED)
        assert host.deployment().current().current is None
        assert not list((host.root / "releases").iterdir())
        assert host.contents() == before

    run(freeswitch, tmp_path, scenario)


def test_an_event_socket_that_lets_others_in_is_refused(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        document = server(host).instance.etc / "freeswitch.xml"
        text = document.read_text()
        build = host.build()

        async def configured(*settings: tuple[str, str]) -> None:
            lines = "".join(f'<param name="{name}" value="{value}"/>\n' for name, value in settings)
            document.write_text(
                text.replace('<param name="listen-ip" value="127.0.0.1"/>\n', lines)
            )
            await server(host).api("reloadxml")

        await configured(("listen-ip", "::"))
        with pytest.raises(ServerError, match=r"listens on ::, where others can come in: set"):
            await host.deployment().deploy(build, AGREED)
        await configured(("listen-ip", "0.0.0.0"), ("apply-inbound-acl", "lan"))
        with pytest.raises(ServerError, match=r"listens on 0\.0\.0\.0, where others can come in"):
            await host.deployment().deploy(build, AGREED)
        await configured(("listen-ip", "::"), ("apply-inbound-acl", "loopback.auto"))
        await server(host).api("fsctl api_expansion on")
        door, expansion = (await host.deployment().deploy(build, AGREED)).notes
        assert "only the list loopback.auto keeps others out" in door
        assert 'set <param name="api-expansion" value="false"/>' in expansion

    run(freeswitch, tmp_path, scenario)


def test_a_flag_is_raised_and_lowered_in_the_servers_own_data_base(tmp_path: Path) -> None:
    async def scenario(host: Host) -> None:
        api = server(host).api
        await host.installer().set_flag("storm", 1_900_000_000)
        assert (await api("db select/flowc/flag.storm")).strip() == "1900000000"
        await host.installer().set_flag("storm", 0)
        await host.installer().set_flag("storm", 0)
        assert "no reply" in await api("db select/flowc/flag.storm")
        await api("unload mod_db")
        with pytest.raises(ServerError, match="should be 1900000000, and FreeSWITCH holds -ERR"):
            await host.installer().set_flag("storm", 1_900_000_000)

    run(freeswitch, tmp_path, scenario)
