"""The configuration of a lab server: every file that it reads, written from one plan.

Like an operator's server it takes in every file of `dialplan/`, and has queues' settings of its own
in `autoload_configs/`. Must not know what releases bring, nor how the server is started.
"""

from __future__ import annotations

import wave
from array import array
from dataclasses import dataclass
from math import sin, tau
from pathlib import Path

from flowc.telephony.ports import PortBlock
from flowc_freeswitch import quote
from flowc_freeswitch.lab.find import NEEDED

Settings = dict[str, str]
_NO_QUEUES = """\
<configuration name="callcenter.conf" description="lab">
  <settings>
  </settings>
  <queues>
  </queues>
  <agents>
  </agents>
  <tiers>
  </tiers>
</configuration>
"""
CALLCENTER = "autoload_configs/callcenter.conf.xml"
LUA = "autoload_configs/lua.conf.xml"
DIALPLAN = "dialplan/lab.xml"
# Many calls may be the first; see `install_files.LUA_BEGINS`.
_LUA_SETTINGS = {"startup-script": "~return 0"}


@dataclass(frozen=True, slots=True)
class LabPlan:
    """What a lab server shall be like. `context`: where calls of strangers arrive; `dialplan`: what
    the server has of its own.

    `control`, `password`: of its event socket; a port of its own and a new secret where left out.
    """

    context: str = "flowc-lab"
    log_level: str = "info"
    control: int = 0
    password: str = ""
    dialplan: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """The folders of one server, the ports it holds and its event socket's password."""

    folder: Path
    ports: PortBlock
    control: int
    password: str

    @property
    def etc(self) -> Path:
        """Its configuration."""
        return self.folder / "etc"

    @property
    def scripts(self) -> Path:
        """Where its scripts lie."""
        return self.folder / "scripts"

    @property
    def log(self) -> Path:
        """Its full log."""
        return self.folder / "log/freeswitch.log"


def write_configuration(instance: Instance, plan: LabPlan) -> None:
    """Write every file; there is no queue yet, and of flowc's nothing."""
    for name in ("log", "run", "db", "temp", "scripts", "sounds/music", "recordings"):
        (instance.folder / name).mkdir(parents=True)
    for name in (DIALPLAN, CALLCENTER):
        (instance.etc / name).parent.mkdir(parents=True)
    (instance.etc / DIALPLAN).write_text(f"<include>\n{plan.dialplan}</include>\n")
    (instance.etc / CALLCENTER).write_text(_NO_QUEUES)
    (instance.etc / LUA).write_text(_configuration("lua.conf", _LUA_SETTINGS))
    _music(instance.folder / "sounds/music/hold.wav")
    (instance.etc / "freeswitch.xml").write_text(_document(instance, plan))


def _document(instance: Instance, plan: LabPlan) -> str:
    configurations = [
        _configuration("switch.conf", _switch(instance)),
        _modules(),
        _configuration("event_socket.conf", _event_socket(instance)),
        _log(plan),
        _configuration("hash.conf", {}),
        _configuration("db.conf", {}),
        _configuration("loopback.conf", {}),
        _configuration("acl.conf", {}),
        _configuration("post_load_modules.conf", {}),
        _configuration("timezones.conf", {}),
        _local_stream(instance),
        _sofia(instance, plan),
        '<X-PRE-PROCESS cmd="include" data="autoload_configs/*.xml"/>\n',
    ]
    sections = [
        f'<section name="configuration">\n{"".join(configurations)}</section>\n',
        '<section name="dialplan">\n<X-PRE-PROCESS cmd="include" data="dialplan/*.xml"/>\n</section>\n',
        '<section name="directory">\n</section>\n',
        '<section name="languages">\n</section>\n',
    ]
    return f'<document type="freeswitch/xml">\n{"".join(sections)}</document>\n'


def _params(settings: Settings) -> str:
    return "".join(
        f"<param name={quote.attribute(name)} value={quote.attribute(value)}/>\n"
        for name, value in settings.items()
    )


def _configuration(name: str, settings: Settings) -> str:
    body = f"<settings>\n{_params(settings)}</settings>\n"
    return f'<configuration name="{name}" description="lab">\n{body}</configuration>\n'


def _switch(instance: Instance) -> Settings:
    first, last = instance.ports.rtp
    return {
        "rtp-start-port": str(first),
        "rtp-end-port": str(last),
        "max-sessions": "1000",
        "sessions-per-second": "500",
        "loglevel": "debug",
        "colorize-console": "false",
        "api-expansion": "false",
        "dump-cores": "no",
        "switchname": "flowc-lab",
    }


def _event_socket(instance: Instance) -> Settings:
    return {
        "listen-ip": "127.0.0.1",
        "listen-port": str(instance.control),
        "password": instance.password,
        "nat-map": "false",
        "stop-on-bind-error": "true",
    }


def _modules() -> str:
    loads = "".join(f'<load module="{name}"/>\n' for name in ("mod_logfile", *NEEDED))
    return f'<configuration name="modules.conf" description="lab">\n<modules>\n{loads}</modules>\n</configuration>\n'


def _log(plan: LabPlan) -> str:
    levels = ("debug", "info", "notice", "warning", "err", "crit", "alert")
    shown = ",".join(levels[levels.index(plan.log_level) :])
    profile = (
        f'<profile name="default">\n<settings>\n<param name="rollover" value="0"/>\n</settings>\n'
        f'<mappings>\n<map name="all" value="{shown}"/>\n</mappings>\n</profile>\n'
    )
    return f'<configuration name="logfile.conf" description="lab">\n<settings>\n</settings>\n<profiles>\n{profile}</profiles>\n</configuration>\n'


def _local_stream(instance: Instance) -> str:
    folder = instance.folder / "sounds/music"
    settings = _params({"rate": "8000", "channels": "1", "interval": "20", "timer-name": "soft"})
    return (
        '<configuration name="local_stream.conf" description="lab">\n'
        f'<directory name="default" path="{folder}">\n{settings}</directory>\n</configuration>\n'
    )


def _sofia(instance: Instance, plan: LabPlan) -> str:
    ports = instance.ports
    settings = {
        "sip-ip": "127.0.0.1",
        "rtp-ip": "127.0.0.1",
        "sip-port": str(ports.sip),
        "context": plan.context,
        "dialplan": "XML",
        "auth-calls": "false",
        "accept-blind-auth": "true",
        "inbound-codec-prefs": "PCMU",
        "outbound-codec-prefs": "PCMU",
        "inbound-codec-negotiation": "greedy",
        "rfc2833-pt": "101",
        "liberal-dtmf": "true",
        "rtp-timer-name": "soft",
        "inbound-late-negotiation": "false",
        "manage-presence": "false",
        "user-agent-string": "lab",
        "tls": "false",
    }
    trunk = {
        "realm": "127.0.0.1",
        "proxy": f"127.0.0.1:{ports.phones}",
        "register": "false",
        "caller-id-in-from": "true",
    }
    gateway = f'<gateways>\n<gateway name="trunk">\n{_params(trunk)}</gateway>\n</gateways>\n'
    profile = (
        f'<profile name="lab">\n{gateway}<settings>\n{_params(settings)}</settings>\n</profile>\n'
    )
    return (
        '<configuration name="sofia.conf" description="lab">\n'
        f"<profiles>\n{profile}</profiles>\n</configuration>\n"
    )


def _music(path: Path) -> None:
    """Two seconds of a low tone: whoever waits hears that the line is alive."""
    samples = array("h", (int(2000 * sin(tau * 300 * n / 8000)) for n in range(16_000)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
