"""`make test-injection`: hostile words from every source into every sink, on the real servers.

    python -m tests.injection [--every N] [--only asterisk|freeswitch|none]

The last line is one JSON object. Exit code 1 where anything got out, where a negative control saw
nothing, or where FreeSWITCH was asked for (FLOWC_FREESWITCH) and is not there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from flowc_freeswitch.lab.find import VARIABLE
from tests.injection import controls, doors, server_controls
from tests.injection.cases import Tally
from tests.injection.servers import SYSTEMS, assaulted, why_left_out
from tests.injection.strings import ALL
from tests.injection.without_servers import swept, tell

_CONTROLS = {
    "asterisk": server_controls.on_asterisk,
    "freeswitch": server_controls.on_freeswitch,
}


async def everything(every: int, systems: tuple[str, ...]) -> Tally:
    """All of it, one server after another, with the work without servers beside them."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        tally.controls |= await controls.without_servers(tell)
        rest = loop.run_in_executor(pool, swept, every)
        tally.add(await doors.sweep(ALL[::every], tell))
        for name in systems:
            why = why_left_out(name)
            if why:
                tell(f"{name} is left out: {why}")
                tally.left_out.append(f"{name}: {why}")
                continue
            tally.controls |= await _CONTROLS[name](tell)
            tally.add(await assaulted(name, every, tell))
        tally.add(await rest)
    return tally


def summary(tally: Tally) -> None:
    """What people want to know, and last the JSON."""
    for each in tally.broken[:200]:
        print(f"GOT OUT  {each}")
    for control, fired in tally.controls.items():
        print(f"control  {control}: {fired[:160] or 'NOTHING WAS SEEN'}")
    for each in tally.left_out:
        print(f"left out {each}")
    print(tally.as_json())


def failed(tally: Tally, only: str | None) -> bool:
    """Whether the run proves nothing, or the opposite."""
    asked_for = bool(os.environ.get(VARIABLE)) or only is not None
    return bool(tally.broken or tally.silent or (asked_for and tally.left_out))


def main() -> None:
    """Read the arguments, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="every Nth string only")
    parser.add_argument("--only", choices=(*SYSTEMS, "none"), help="one server, or none at all")
    asked = parser.parse_args()
    systems = tuple(SYSTEMS) if asked.only is None else (asked.only,)
    tally = asyncio.run(everything(asked.every, tuple(x for x in systems if x in SYSTEMS)))
    summary(tally)
    sys.exit(1 if failed(tally, asked.only) else 0)


if __name__ == "__main__":
    main()
