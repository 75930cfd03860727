"""Was what is deployed changed by hand since? Compared by hash, shown as a difference of lines."""

from __future__ import annotations

import difflib
from hashlib import sha256

from flowc.deploy.generations import Generation, found_files
from flowc.deploy.layout import Layout
from flowc.deploy.staging import Staging
from flowc.target import Artifact

MOST_LINES = 40


def find_drift(
    layout: Layout, generation: Generation, artifacts: tuple[Artifact, ...], staging: Staging
) -> tuple[str, ...]:
    """Everything that is not as it was left: a paragraph each.

    `artifacts` are the generation's files as they would be made today, for showing what differs.
    """
    folder = layout.generation(generation.number)
    wanted = dict(generation.files)
    made = {each.path: each.content for each in artifacts}
    faults = [
        _difference(str(folder / name), made.get(name), content)
        for name, content in found_files(folder, generation).items()
        if content is None or sha256(content).hexdigest() != wanted.get(name)
    ]
    for release in generation.loaded:
        changed = staging.changed_files(release)
        if changed:
            shown = ", ".join(changed[:5]) + (" ..." if len(changed) > 5 else "")
            faults.append(f"{layout.release(release)}: changed, gone or new: {shown}")
    return tuple(faults)


def _difference(name: str, wanted: bytes | None, found: bytes | None) -> str:
    if found is None:
        return f"{name} is gone"
    before = [] if wanted is None else wanted.decode().splitlines()
    now = found.decode("utf-8", "replace").splitlines()
    lines = list(difflib.unified_diff(before, now, "as deployed", "as found", lineterm="", n=1))
    shown = "\n".join(f"  {line}" for line in lines[:MOST_LINES])
    return f"{name} was changed by hand:\n{shown}"
