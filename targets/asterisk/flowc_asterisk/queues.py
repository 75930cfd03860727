"""queues.conf and musiconhold.conf of an environment. Queues bear no release: their callers and
sign-ins outlive one. Knows no dialplan.
"""

from __future__ import annotations

from flowc.graph.operations import Enqueue, Invoke
from flowc.graph.prompts import Prompt, Sound, sound_key
from flowc.target import QueueSettings
from flowc_asterisk import protocol, quote
from flowc_asterisk.expressions import NotNativeError
from flowc_asterisk.lower_base import Release
from flowc_asterisk.lower_people import queue_keys, queue_name

STRATEGIES = {
    "longest_idle": "leastrecent",
    "ring_all": "ringall",
    "round_robin": "rrmemory",
    "fewest_calls": "fewestcalls",
    "random": "random",
    "in_order": "linear",
}
QUIET_TIMES = 12  # five seconds each: longer than any deadline of a request
QUIET = "quiet"


def queues_conf(release: Release) -> str:
    """Every queue of the graph, sorted by name."""
    keys: dict[str, bool] = {}
    for block in release.graph.blocks.values():
        for operation in block.operations:
            if isinstance(operation, Enqueue):
                keys[operation.queue] = keys.get(operation.queue, False) or bool(
                    operation.exit_keys
                )
    lines: list[str] = []
    for name in sorted(keys):
        settings = release.request.environment.queues.get(name, QueueSettings())
        keys_from = queue_keys(name) if keys[name] else ""
        lines.extend(queue_section(queue_name(name), settings, keys_from))
    return "".join(f"{quote.line(line)}\n" for line in lines)


def queue_section(section: str, settings: QueueSettings, keys_from: str) -> list[str]:
    """The lines of one queue; `keys_from`: the context of its exit keys, "" for none."""
    if settings.strategy not in STRATEGIES:
        raise NotNativeError(f"queue `{section}`: no strategy `{settings.strategy}`")
    values = {
        "strategy": STRATEGIES[settings.strategy],
        "timeout": int(settings.ring_s),
        "retry": 1,
        "timeoutpriority": "app",
        "wrapuptime": int(settings.wrap_up_s),
        "maxlen": int(settings.most_waiting),
        "weight": int(settings.weight),
        "musicclass": quote.endpoint(settings.music),
        "joinempty": "unavailable,invalid,unknown",
        "leavewhenempty": "unavailable,invalid,unknown",
        "ringinuse": "no",
        "autofill": "yes",
        "setqueueentryvar": "yes",
    }
    if keys_from:
        values["context"] = keys_from
    members = (f"member => {quote.member(one)}" for one in settings.members)
    head = f"[{section}]"
    return [head, *(f"{key} = {value}" for key, value in values.items()), *members]


def music_conf(release: Release) -> str:
    """A class for each filler and language: it is said once, and silence follows."""
    lines: list[str] = []
    for block in release.graph.blocks.values():
        for operation in block.operations:
            if isinstance(operation, Invoke) and operation.filler:
                lines.extend(_filler(release, operation))
    if lines:
        folder = quote.path(release.request.environment.sounds)
        head = f"[{protocol.quiet_class(release.id)}]"
        lines.extend((head, "mode = playlist", f"entry = {folder}/{QUIET}"))
    return "".join(f"{quote.line(line)}\n" for line in lines)


def _filler(release: Release, invoke: Invoke) -> list[str]:
    folder = quote.path(release.request.environment.sounds)
    lines = []
    for language in release.graph.languages:
        keys = _static_keys(invoke.filler, language)
        files = [*(quote.sound(key) for key in keys), *[QUIET] * QUIET_TIMES]
        lines.append(f"[{protocol.filler_class(release.id, invoke.site, language)}]")
        lines.append("mode = playlist")
        lines.extend(f"entry = {folder}/{file}" for file in files)
    return lines


def _static_keys(prompt: Prompt, language: str) -> list[str]:
    keys = []
    for phrase in prompt:
        for part in phrase.in_language(language):
            if not isinstance(part, Sound) or phrase.when is not None:
                raise NotNativeError(f"the filler `{phrase.id}` must be a plain text")
            keys.append(sound_key(language, part))
    return keys
