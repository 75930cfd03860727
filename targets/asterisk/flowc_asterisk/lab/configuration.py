"""The configuration of a lab server: every file that it reads, written from one plan.

Like an operator's server it takes in flowc's files by one `#tryinclude` each in extensions.conf,
queues.conf and musiconhold.conf, so that a deploy can be tried on it. Must not know what those
will hold, nor how the server is started.
"""

from __future__ import annotations

import wave
from array import array
from dataclasses import dataclass, field
from math import sin, tau
from pathlib import Path

from flowc.telephony.ports import PortBlock
from flowc_asterisk.lab.modules import MODULES
from flowc_asterisk.lab.tree import INDISPENSABLE, AsteriskTree

_CDR_FIELDS = (
    *("uniqueid", "linkedid", "clid", "src", "dst", "dcontext", "channel", "dstchannel"),
    *("lastapp", "lastdata", "start", "answer", "end", "duration", "billsec", "disposition"),
    *("accountcode", "userfield"),
)
# Files that some module asks for and complains about when they are missing.
_EMPTY = ("acl", "ccss", "features", "pjproject", "udptl", "queuerules", "websocket_client")


@dataclass(frozen=True, slots=True)
class AmiAccount:
    """One user of the manager interface, with its rights as manager.conf writes them."""

    name: str
    secret: str
    read: str = "all"
    write: str = "all"


@dataclass(frozen=True, slots=True)
class LabPlan:
    """What a lab server shall be like.

    `entry_context`: where calls of strangers arrive. `dialplan`, `queues`: text that stands in
    extensions.conf and queues.conf before flowc's include, for the host's own part of them.
    `includes`: the file that each `#tryinclude` names, absolute or relative to the etc folder.
    `agents`: endpoints whose phone is at the lab's phone port. `trunk` dials any number there.
    """

    entry_context: str = "lab"
    dialplan: str = ""
    queues: str = ""
    includes: dict[str, str] = field(
        default_factory=lambda: {
            "extensions": "flowc/extensions.conf",
            "queues": "flowc/queues.conf",
            "musiconhold": "flowc/musiconhold.conf",
        }
    )
    agents: tuple[str, ...] = ()
    accounts: tuple[AmiAccount, ...] = ()
    verbose: int = 3


@dataclass(frozen=True, slots=True)
class Instance:
    """The folders of one server and the ports it holds."""

    folder: Path
    ports: PortBlock

    @property
    def etc(self) -> Path:
        """Its configuration."""
        return self.folder / "etc"

    @property
    def log(self) -> Path:
        """Its full log."""
        return self.folder / "log/full"

    @property
    def cdr(self) -> Path:
        """Its call records, one CSV line a call."""
        return self.folder / "log/cdr-custom/Master.csv"


def write_configuration(instance: Instance, tree: AsteriskTree, plan: LabPlan) -> None:
    """Write every configuration file of `instance` and make the folders it runs in."""
    for name in ("lib", "db", "keys", "run", "log/cdr-custom", "cache", "moh", "agi-bin"):
        (instance.folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("monitor", "recording", "outgoing", "tmp"):
        (instance.folder / "spool" / name).mkdir(parents=True, exist_ok=True)
    (instance.etc / "flowc").mkdir(parents=True, exist_ok=True)
    for name, text in _files(instance, tree, plan).items():
        (instance.etc / f"{name}.conf").write_text(text, encoding="utf-8")
    _write_music(instance.folder / "moh/music.wav")


def _write_music(path: Path) -> None:
    """Two seconds of a plain tone: music that a test can tell from any prompt."""
    tone = array("h", (int(6000 * sin(tau * 440 * n / 8000)) for n in range(16000)))
    with wave.open(str(path), "wb") as music:
        music.setparams((1, 2, 8000, 0, "NONE", ""))
        music.writeframes(tone.tobytes())


def _files(instance: Instance, tree: AsteriskTree, plan: LabPlan) -> dict[str, str]:
    return {
        **dict.fromkeys(_EMPTY, ""),
        "asterisk": _asterisk(instance, tree),
        "modules": _modules(tree),
        "logger": _logger(plan),
        "manager": _manager(instance, plan),
        "pjsip": _pjsip(instance, plan),
        "rtp": "[general]\nrtpstart={}\nrtpend={}\n".format(*instance.ports.rtp),
        "extensions": _extensions(plan),
        "queues": f"[general]\npersistentmembers=yes\n{plan.queues}\n{_include(plan, 'queues')}",
        "musiconhold": (
            f"[general]\n[default]\nmode=files\ndirectory={instance.folder}/moh\n"
            f"{_include(plan, 'musiconhold')}"
        ),
        "indications": _INDICATIONS,
        "cdr": "[general]\nenable=yes\nunanswered=yes\n",
        "cdr_custom": _cdr(),
        "confbridge": "[general]\n",
        "cel": "[general]\nenable=no\n",
        "http": "[general]\nenabled=no\n",
    }


def _asterisk(instance: Instance, tree: AsteriskTree) -> str:
    folder = instance.folder
    places = {
        "astetcdir": instance.etc,
        "astmoddir": tree.modules,
        "astdatadir": tree.data,
        "astvarlibdir": folder / "lib",
        "astdbdir": folder / "db",
        "astkeydir": folder / "keys",
        "astcachedir": folder / "cache",
        "astagidir": folder / "agi-bin",
        "astspooldir": folder / "spool",
        "astrundir": folder / "run",
        "astlogdir": folder / "log",
        "astsbindir": tree.program.parent,
    }
    lines = (f"{name} => {path}" for name, path in places.items())
    options = ("documentation_language = en_US", "live_dangerously = no", "hideconnect = yes")
    return "\n".join(("[directories]", *lines, "[options]", *options, ""))


def _modules(tree: AsteriskTree) -> str:
    """Only what this Asterisk ships, since older ones lack some; it ends where a vital one fails."""
    loads = (f"load = {name}.so" for name in MODULES if tree.has_module(name))
    requires = (f"require = {name}.so" for name in INDISPENSABLE)
    return "\n".join(("[modules]", "autoload=no", *loads, *requires, ""))


def _logger(plan: LabPlan) -> str:
    levels = f"notice,warning,error,verbose({plan.verbose})"
    return f"[general]\ndateformat=%F %T.%3q\n[logfiles]\nfull => {levels}\n"


def _manager(instance: Instance, plan: LabPlan) -> str:
    general = (
        f"[general]\nenabled = yes\nwebenabled = no\nport = {instance.ports.control}\n"
        "bindaddr = 127.0.0.1\n"
    )
    return general + "".join(_account(account) for account in plan.accounts)


def _account(account: AmiAccount) -> str:
    return (
        f"[{account.name}]\nsecret = {account.secret}\ndeny = 0.0.0.0/0.0.0.0\n"
        f"permit = 127.0.0.1/255.255.255.255\nread = {account.read}\nwrite = {account.write}\n"
        "writetimeout = 5000\n"
    )


def _pjsip(instance: Instance, plan: LabPlan) -> str:
    ports = instance.ports
    general = (
        "[global]\ntype=global\nendpoint_identifier_order=username,ip,anonymous\n"
        f"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{ports.sip}\n"
        f"[anonymous]\ntype=endpoint\ncontext={plan.entry_context}\n{_MEDIA}"
    )
    # Phones share one port: the lab's telephones tell them apart by the number that is rung.
    phones = (_phone(name, ports.phones, f"{name}@") for name in plan.agents)
    return general + "".join(phones) + _phone("trunk", ports.phones, "")


def _phone(name: str, port: int, user: str) -> str:
    """An endpoint that can be rung. It never identifies a caller: calls come in as anonymous."""
    return (
        f"[{name}]\ntype=endpoint\ncontext=lab-phones\naors={name}\nidentify_by=ip\n"
        f"{_MEDIA}[{name}]\ntype=aor\ncontact=sip:{user}127.0.0.1:{port}\nqualify_frequency=0\n"
    )


_MEDIA = (
    "disallow=all\nallow=ulaw,alaw\ndtmf_mode=rfc4733\ndirect_media=no\nrtp_symmetric=no\n"
    "send_pai=yes\ntrust_id_inbound=no\n"
)


def _extensions(plan: LabPlan) -> str:
    general = "[general]\nstatic=yes\nwriteprotect=yes\nautofallthrough=yes\nclearglobalvars=no\n"
    return f"{general}\n[lab-phones]\n{plan.dialplan}\n{_include(plan, 'extensions')}"


def _include(plan: LabPlan, name: str) -> str:
    return f'\n#tryinclude "{plan.includes[name]}"\n' if name in plan.includes else ""


def _cdr() -> str:
    fields = ",".join(f"${{CSV_QUOTE(${{CDR({name})}})}}" for name in _CDR_FIELDS)
    return f"[mappings]\nMaster.csv => {fields}\n"


_INDICATIONS = """[general]
country=cn
[cn]
description = China
ringcadence = 1000,4000
dial = 450
busy = 450/350,0/350
ring = 450/1000,0/4000
congestion = 450/700,0/700
"""
