"""The one place where calls enter: XML that leads each number into the release of the day.

Only the entry is XML. After the script come actions that go on where a queue's agent has hung up;
a call keeps the extension that it entered by, and so never changes its release.
"""

from __future__ import annotations

from flowc_freeswitch import quote
from flowc_freeswitch.lowering import Release

ENTRY, LAB_ENTRY = "flowc-entry", "flowc-lab"
# What a call of a test says of itself; the interpreter reads all but the first.
RELEASE_HEADER = "X-Flowc-Release"
TOKEN_HEADER = "X-Flowc-Token"  # noqa: S105 - a header's name
OFFSET_HEADER, LINE_HEADER = "X-Flowc-Offset", "X-Flowc-Line"
LANGUAGE_HEADER = "X-Flowc-Language"
MOST_TALKS = 20  # with agents of queues, in one call
INTERPRETER = "interpreter.lua"


def script_of(release: Release) -> str:
    """The interpreter of a release: beside its sounds, as a deploy puts it there. The lab's servers
    hold releases whose sounds are one another's, in their own folder of scripts."""
    if release.request.lab:
        return f"flowc/{release.id}/{INTERPRETER}"
    place, _, _ = quote.path(release.request.environment.sounds).rpartition("/")
    return f"{place}/scripts/{INTERPRETER}"


def entry_xml(release: Release) -> str:
    """The contexts of a release's numbers; the lab's too where it is asked for."""
    contexts = [_context(release, ENTRY, "")]
    if release.request.lab:
        contexts.append(_context(release, LAB_ENTRY, " lab"))
    body = "".join(contexts)
    return quote.document(f"<include>\n{body}</include>\n")


def _context(release: Release, name: str, mode: str) -> str:
    extensions = "".join(extension(release, number, mode) for number, _ in release.graph.numbers)
    return f"  <context name={quote.attribute(name)}>\n{extensions}  </context>\n"


def extension(release: Release, number: str, mode: str = "", *, guarded: bool = False) -> str:
    """One number's extension; `mode` is ` lab` where a test's headers are obeyed.

    `guarded`: only for calls that name this release, since several stand side by side in the lab.
    """
    dialled = quote.digits(number)
    script = script_of(release)
    pattern = f"^{dialled.replace('+', '[+]')}$"
    lines = [
        f"    <extension name={quote.attribute(f'flowc-{dialled}')}>",
        *([_GUARD.format(release.id)] if guarded else []),
        f'      <condition field="destination_number" expression="{pattern}">',
        _action("lua", f"{script} start {dialled}{mode}"),
    ]
    # Each action takes every call some time, whether it comes to it or not.
    talks = MOST_TALKS if release.may_talk_again else 1
    lines.extend([_action("lua", f"{script} resume")] * talks)
    lines.append(_action("hangup", "NORMAL_TEMPORARY_FAILURE"))
    lines.extend(("      </condition>", "    </extension>"))
    return "".join(f"{line}\n" for line in lines)


_GUARD = f'      <condition field="${{{{sip_h_{RELEASE_HEADER}}}}}" expression="^{{}}$"/>'


def keeps(release: Release) -> bool:
    """Whether every call leaves something to do after its end."""
    return release.graph.on_hangup is not None or release.request.lab


def _action(application: str, data: str) -> str:
    return f'        <action application="{application}" data={quote.attribute(data)}/>'
