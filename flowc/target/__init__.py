"""What a telephone system must offer to be a target, and how it is found. Knows no system by name.

A target turns a graph into files (`Target.emit`). Three more ports are optional: an `Installer`
puts the files on a server, a `Gateway` serves its live calls, a `Lab` boots a server and calls it.
Third parties enter by the door that the built-in ones use: the entry points `flowc.targets`.
"""

from flowc.target.install import (
    Calls,
    Held,
    HostLine,
    Installable,
    Installer,
    Loaded,
    ServerError,
)
from flowc.target.lab import (
    BareServer,
    DialScene,
    HasLab,
    HeardSound,
    Lab,
    LabCall,
    LabRelease,
    LabUnavailableError,
    LiveLab,
    LiveLabCall,
    QueueScene,
)
from flowc.target.model import (
    GROUP,
    Gateway,
    HasGateway,
    LiveRuntime,
    Target,
    UnknownTargetError,
    load_target,
    target_names,
)
from flowc.target.release import (
    Artifact,
    Bundle,
    Capability,
    EmitError,
    EmitRequest,
    Environment,
    Problem,
    QueueSettings,
)

__all__ = [
    "GROUP",
    "Artifact",
    "BareServer",
    "Bundle",
    "Calls",
    "Capability",
    "DialScene",
    "EmitError",
    "EmitRequest",
    "Environment",
    "Gateway",
    "HasGateway",
    "HasLab",
    "HeardSound",
    "Held",
    "HostLine",
    "Installable",
    "Installer",
    "Lab",
    "LabCall",
    "LabRelease",
    "LabUnavailableError",
    "LiveLab",
    "LiveLabCall",
    "LiveRuntime",
    "Loaded",
    "Problem",
    "QueueScene",
    "QueueSettings",
    "ServerError",
    "Target",
    "UnknownTargetError",
    "load_target",
    "target_names",
]
