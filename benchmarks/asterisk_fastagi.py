"""The measured path as a FastAGI script on panoramisk's Application: run as a process of its own.

`python asterisk_fastagi.py SOUNDS` prints the port it listens at. As lean as such a script gets:
one EXEC for each list of files, one GET VARIABLE an input. It keeps to an exact route and an async
function, since panoramisk takes no other.
"""

from __future__ import annotations

import asyncio
import sys

from panoramisk.fast_agi import Application, Request

SOUNDS = sys.argv[1]
TRIES = 3


def files(*names: str) -> str:
    """A list that Playback and Read take."""
    return "&".join(f"{SOUNDS}/{name}" for name in names)


async def entry(request: Request, prompt: str, most: int) -> str:
    """What the caller typed after the prompt."""
    await request.send_command(f'EXEC Read "ENTRY,{prompt},{most}"')
    answer = await request.send_command("GET VARIABLE ENTRY")
    value, data = answer.get("result", ("0", ""))
    return str(data) if value == "1" else ""


async def choose(request: Request) -> str:
    """The menu, offered at most three times."""
    prompt = files("hotline.top.menu", "hotline.top.prompt")
    for _ in range(TRIES):
        key = await entry(request, prompt, 1)
        if key in ("0", "1", "2"):
            return key
        prompt = files("hotline.top.if_wrong", "hotline.top.prompt")
    return "0"


async def ask(request: Request) -> str:
    """Eight digits, asked for at most three times; nothing where they did not come."""
    prompt = files("hotline.ask.prompt")
    for _ in range(TRIES):
        account = await entry(request, prompt, 8)
        if len(account) == 8:
            return account
        prompt = files("hotline.ask.if_wrong")
    return ""


async def hotline(request: Request) -> None:
    """The call."""
    await request.send_command(f"EXEC Playback {files('hotline.greeting.say')}")
    choice = await choose(request)
    account = await ask(request) if choice == "1" else ""
    if account:
        price = "10250" if account.startswith("8") else "20380"
        await request.send_command(f"EXEC Playback {files(*(f'_/n{digit}' for digit in price))}")
    mark = "told" if account else "faults" if choice == "2" else "person"
    await request.send_command(f"SET VARIABLE MARKS {mark}")
    await request.send_command(f"EXEC Playback {files('hotline.goodbye.hangup')}")


async def main() -> None:
    application = Application(loop=asyncio.get_running_loop())
    application.add_route("hotline", hotline)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
