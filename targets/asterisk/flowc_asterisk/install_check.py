"""Can this Asterisk take a release? Its version, the account's rights, the modules. Changes nothing."""

from __future__ import annotations

import re

from flowc_asterisk.ami.client import Ami

OLDEST = 20
ACTIONS = (
    "Reload",
    "ShowDialPlan",
    "CoreShowChannels",
    "CoreSettings",
    "ModuleCheck",
    "QueueStatus",
)


async def faults_of_server(ami: Ami, user: str, modules: tuple[str, ...]) -> tuple[str, ...]:
    """All that is in the way, in words; none where the release can come. Raises AmiError."""
    lacking = await _actions_refused(ami)
    if lacking:
        what = ", ".join(lacking)
        needed = "give it `write = system,reporting` in manager.conf"
        return (f"the AMI user {user!r} may not do {what}; {needed}",)
    return (*await _version_faults(ami), *await _module_faults(ami, modules))


async def _actions_refused(ami: Ami) -> tuple[str, ...]:
    """Asterisk lists just the actions that the account has the rights for."""
    offered = await ami.demand("ListCommands")
    names = {name.lower() for name, _ in offered.headers}
    return tuple(action for action in ACTIONS if action.lower() not in names)


async def _version_faults(ami: Ami) -> tuple[str, ...]:
    version = (await ami.demand("CoreSettings")).get("AsteriskVersion")
    major = re.match(r"(?:certified/)?(\d+)", version)
    if major is None or int(major[1]) >= OLDEST:
        return ()
    return (f"it is Asterisk {version}; {OLDEST} is the oldest that is supported",)


async def _module_faults(ami: Ami, modules: tuple[str, ...]) -> tuple[str, ...]:
    missing = [
        each for each in modules if not (await ami.action("ModuleCheck", Module=each)).succeeded
    ]
    return (f"modules are not loaded: {', '.join(missing)}",) if missing else ()
