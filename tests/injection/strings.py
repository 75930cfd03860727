"""The hostile words: what callers, back ends and authors may say to make text into code.

Each is named by the idea behind it. `@RUN@` stands for a shell command that leaves the case's
canary file, `@FILE@` for that file, `@ID@` for the case. `CORE` has one of each idea (the table of
threats, row by row); `DERIVED` wraps every order that a server takes in every way out of a string.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

MARK = "FORGED@ID@"  # a line of a log or a record that begins so was forged


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile string; `text` may hold the three words that `armed` replaces."""

    name: str
    text: str

    def armed(self, case: str, folder: str) -> str:
        """The text as it is sent, with the canary of one case."""
        file = f"{folder}/{case}"
        words = {"@RUN@": f"touch {file}", "@FILE@": file, "@ID@": case}
        text = self.text
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        return text


_EXPRESSIONS = (
    'x" | "1',
    '" = "" | "1"="1',
    'x" | "1"="1',
    '1" = "1',
    '" | 1 | "',
    '"="" | 1=1 | ""="',
    'x"]?vip,start,1:vip,start,1',
    "0&x",
    "1 = 1",
    "x | 1",
    "1]",
    "(1",
    "!",
    "1 : 1",
    "1 ? 2 :: 3",
    "-1",
    "08",
    " 1",
    "9999999999999999999",
    "9**9**9",
    "",
)
_SUBSTITUTION = (
    "${SHELL(@RUN@)}",
    "${EVAL(${SHELL(@RUN@)})}",
    "$[${SHELL(@RUN@)}]",
    "$[1+1]",
    "${EXTEN}",
    "${SET(ADMIN=yes)}",
    "${GLOBAL(ADMIN)}",
    "${FILE(@FILE@,0,1)}",
    "FILE(@FILE@,,,al)=x",
    "${ENV(PATH)}",
    "${CHANNEL(hangup_handler_push)}",
    "CHANNEL(hangup_handler_push)=evil,s,1",
    "\\${SHELL(@RUN@)}",
    "$\\{SHELL(@RUN@)}",
    "%24%7BSHELL(@RUN@)%7D",
    "${URIDECODE(%24%7BSHELL%28@RUN@%29%7D)}",
    "${BASE64_DECODE(eA==)}",
    "${",
    "$[",
    "}",
    "]",
    ")",
    "${X:0:-1}",
    "${LEN(${SHELL(@RUN@)})}",
)
_ARGUMENTS = (
    "1,ADMIN=yes",
    ",ADMIN=yes",
    "1)ADMIN=yes",
    "x&ADMIN=yes",
    "x^ADMIN=yes",
    "x|ADMIN=yes",
    "x\\,ADMIN=yes",
    '","ADMIN=yes',
    "evil,s,1",
    "evil,s",
    "evil",
    ",evil,s,1",
    "evil^s^1",
    "x?evil,s,1:evil,s,1",
    "fl-00000001.f.vip,start,1",
    "13800000000,1",
    "Bob,ADMIN=1",
)
_DIALLING = (
    "500&SIP/itsp/14165551212",
    "100&PJSIP/premium99@trunk",
    "1@evil",
    "1,30,U(evil^s^1)",
    "100,30,G(evil^s^1)",
    "1/../",
    "100/atk,loopback/premium99",
    "100|loopback/premium99/evil",
    "100,loopback/premium99/evil",
    "{origination_caller_id_name=x}loopback/premium99/evil",
    "[leg_timeout=1]loopback/premium99/evil",
    "<x=1>loopback/premium99/evil",
    "^^:100:loopback/premium99/evil",
    "100:_:loopback/premium99/evil",
    "'}loopback/premium99/evil,{a='",
    "x'}loopback/premium99/evil,{a='",
    "100@trunk&PJSIP/premium99",
    "100,sofia/gateway/trunk/premium99",
    "error/USER_BUSY",
    "1;ext=2",
    "1!",
    "_X.",
    "_!",
    "*72100",
    "*",
    "#",
    "+",
    "++++",
    "0088216100100",
    "011882100100",
    "+882100100",
    "1900100100",
    "110",
    "138100@127.0.0.1",
    "７０００",
    "0" * 300,
)
_APIS = (
    "${system(@RUN@)}",
    "$${system(@RUN@)}",
    "%{system(@RUN@)}",
    "@{system(@RUN@)}",
    "$ {system(@RUN@)}",
    "${system @RUN@}",
    "${bgapi(system @RUN@)}",
    "${expand(system @RUN@)}",
    "${hash(insert/evil/x/1)}",
    "${db(insert/evil/x/1)}",
    "${lua(~os.execute('@RUN@'))}",
    "${${x}}",
    "${global_setvar(ADMIN=yes)}",
    "$\u200b{system(@RUN@)}",
    "&#36;{system(@RUN@)}",
    "\\' api system @RUN@",
    "\\'",
    "$1 $2 $5",
)
_XML = (
    '<!-- <X-PRE-PROCESS cmd="exec" data="@RUN@"/> -->',
    '<X-PRE-PROCESS cmd="exec" data="@RUN@"/>',
    "x-pre-process",
    '"/><action application="system" data="@RUN@"/><x y="',
    "'/><action application='system' data='@RUN@'/><x y='",
    ']]><action application="system" data="@RUN@"/>',
    '"/></condition></extension></context><context name="evil2">',
    "<include>",
    "</include>",
    "<?xml version='1.0'?>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "&e;",
    "&lt;&amp;&#10;&#0;",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
)
_SCRIPTS = (
    '~os.execute("@RUN@")',
    "~os.execute('@RUN@')",
    "shell_stream://@RUN@",
    "http_cache://169.254.169.254/",
    "tone_stream://%(100,0,900)",
    "file_string://a!b",
    "say:x",
    "phrase:x",
    "a!b",
    "]]",
    "]==]",
    '"..os.execute"@RUN@".."',
    "'..os.execute('@RUN@')..'",
    ']]..os.execute("@RUN@")..[[',
    '"}os.execute("@RUN@") return {"',
    "--[[",
    "\\",
    "a\\",
    "\\z",
    "\\x22..os.execute('@RUN@')..\\x22",
    "%1%q%n%s",
    "a&outcome=sdone&v.f.name=sx",
    "a&v.f.admin=n1",
)
_LINES = (
    "press 1;2 for menu",
    "before ;-- oops",
    "a\\;b",
    "hi\nexten => _X.,1,System(@RUN@)",
    "hi\n same => n,System(@RUN@)",
    "hi\n[evil2]\nexten => s,1,System(@RUN@)",
    "hi\n[default]",
    "hi\n#exec @RUN@",
    "hi\n#include /etc/passwd",
    "hi\rexten => _X.,1,System(@RUN@)",
    "hi\r\n" + MARK,
    "hi\x85" + MARK,
    "hi\u2028" + MARK,
    "hi\u2029" + MARK,
    "hi\x0b" + MARK,
    "hi\x0c" + MARK,
    "#include /etc/passwd",
    "[evil2](+)",
    "a\0b",
    "a\tb",
    "exten => s,1,System(@RUN@)",
)
_PROTOCOLS = (
    "x\nagi_evil: inj",
    "x\nagi_callerid: 13800000001",
    "x\nagi_calleridname: y",
    "x\nagi_network_script: other",
    "x\n\n200 result=1 (evil)",
    "x\nHANGUP",
    'x"\nSET VARIABLE ADMIN yes',
    'x" "ADMIN',
    'x\\" ADMIN "yes',
    '"',
    '\\"',
    '\\\\"',
    "x" * 9000 + " SET VARIABLE ADMIN yes",
    "x" * 8190 + "\nSET VARIABLE ADMIN yes",
    "Bob\r\nVariable: ADMIN=2",
    "Bob\r\n\r\nAction: Originate\r\nChannel: Local/s@evil\r\nApplication: Wait\r\n\r\n",
    "Bob\r\nEvent: Forged\r\nInjected: yes",
    "Bob\r\nUniqueid: other\r\nLinkedid: other",
    "Bob\r\nContext: evil\r\nExtension: s",
    "Bob\r\nEventList: Complete\r\nListItems: 0",
    "Bob\r\n\r\nEvent: Shutdown\r\nReason: none\r\n\r\n",
    "Bob\r\n\r\nResponse: Goodbye\r\n\r\n",
    "x" * 1100,
    "x\n\napi system @RUN@\n\n",
    "x\n\nbgapi system @RUN@\n\n",
    "x\nContent-Length: 999999999",
    "x\nEvent-Subclass: flowc::reply",
    "x\nunique-id: other",
    "x\nFlowc-Token: other",
    "x\r\n X-Flowc-Token: other",
    "%0d%0aX-Flowc-Token: other",
    "138%0aagi_evil: inj",
)
_VALUES = (
    "１３８００",
    "١٢",
    "²",
    "123\n",
    "\u202e138",
    "\ufeff138",
    "138\u200b",
    "true",
    "null",
    "NaN",
    "1e400",
    "-0",
    "1_000",
    "0x10",
    "{{ ''.__class__.__mro__ }}",
    "{0.__class__}",
    "{x}",
    "{",
    "}",
    "%(x)s",
    "%s%n%d",
    "(a+)+$",
    "中文",
    "é e\u0301",
)
_WEB = (
    "1&admin=1#",
    "?admin=1",
    "#x",
    "/../../admin",
    "../../admin",
    "..",
    ".",
    "%2e%2e%2fadmin",
    "http://169.254.169.254/",
    "//evil/",
    "@evil",
    "x\r\nX-Evil: 1",
    "x\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
    ";a=b",
    "a+b c",
    "file:///etc/passwd",
)
_SQL = (
    "' OR 1=1--",
    "' OR '1'='1",
    "\\' ;--",
    "'); DROP TABLE tickets;--",
    "'; INSERT INTO canary VALUES ('@ID@');--",
    "x', 'y'); INSERT INTO canary VALUES ('@ID@');--",
    "1;DROP TABLE tickets",
    '" OR ""="',
    "%",
    "_",
    ":account",
    "?",
    "$1",
    "x'||(SELECT 1)||'",
    "/*",
)
_FILES = (
    "../../etc/passwd",
    "../@ID@",
    "../secret",
    "../../secret",
    "link",
    "/etc/passwd",
    "@FILE@",
    "/abs",
    "-rf",
    "a&b",
    "a,b",
    "a/",
    "a//b",
    "CON",
    "~root",
    "中" * 86,
    "x" * 300,
    ".hidden",
)
_SHELL = (
    "$(@RUN@)",
    "`@RUN@`",
    "; @RUN@ ;",
    "| @RUN@",
    "&& @RUN@",
    "'; @RUN@; '",
    '"; @RUN@; "',
    "x\n@RUN@\n",
    "-o @FILE@",
    "--output=@FILE@",
    "-w @FILE@",
    '<audio src="file:///etc/passwd"/>',
    "<speak><mark name='x'/></speak>",
)
_SHEETS = (
    "=cmd|'/C @RUN@'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    'a","b',
    '"=1+1"',
    "a\n=1+1",
    " =1+1",
    "a;b,c",
)
_LOGS = (
    "\x1b]0;x\x07",
    "\x1b[2J\x1b[1;1H",
    "\x9b2J",
    "\x08\x08\x08",
    "x\n" + MARK + ' NOTICE paid {"event": "paid"}',
    'x\n{"time": "2026", "level": "info", "event": "' + MARK + '"}',
    'x", "event": "' + MARK,
    "x\r" + MARK,
    "\u202epaid\u202c",
    "8" * 5000,
    " by=limit paid unsuspended",
    "x by=caller at=vip to=1",
    "::error file=x::" + MARK,
    "x%0A::set-output name=a::b",
)
_NAMES = (
    *("a-b", "a b", "_N", "h", "i", "t", "T", "e", "s", "o", "a", "fax", "general", "globals"),
    *("release", "start", "default", "x" * 79, "x" * 80, "x" * 100, "A", "n\u0430me", "1a"),
)

_GROUPS = {
    "expression": _EXPRESSIONS,
    "substitution": _SUBSTITUTION,
    "arguments": _ARGUMENTS,
    "dialling": _DIALLING,
    "api": _APIS,
    "xml": _XML,
    "script": _SCRIPTS,
    "line": _LINES,
    "protocol": _PROTOCOLS,
    "value": _VALUES,
    "web": _WEB,
    "sql": _SQL,
    "file": _FILES,
    "shell": _SHELL,
    "sheet": _SHEETS,
    "log": _LOGS,
    "name": _NAMES,
}

# Ways out of whatever a text stands in, and what is tried once outside.
_OUT = ('"', "'", ")", "}", "]", "]]", ",", ";", "&", "|", "\n", "\r\n", "\\", '\\"', "<", "%0a")
_ORDERS = (
    "${SHELL(@RUN@)}",
    "System(@RUN@)",
    "Goto(evil,s,1)",
    "ADMIN=yes",
    "SET VARIABLE ADMIN yes",
    "Variable: ADMIN=yes",
    "api system @RUN@",
    "${system(@RUN@)}",
    "os.execute('@RUN@')",
    '<action application="system" data="@RUN@"/>',
    "loopback/premium99/evil",
    "PJSIP/premium99@trunk",
    "INSERT INTO canary VALUES ('@ID@')",
    "X-Evil: 1",
    MARK,
)


def _core() -> tuple[Attack, ...]:
    named = (
        Attack(f"{group} {place}", text)
        for group, texts in _GROUPS.items()
        for place, text in enumerate(texts, 1)
    )
    return tuple({each.text: each for each in named}.values())


def _derived() -> tuple[Attack, ...]:
    known = {each.text for each in CORE}
    found: dict[str, Attack] = {}
    for one, out in enumerate(_OUT, 1):
        for two, order in enumerate(_ORDERS, 1):
            back = out if out in ('"', "'") else ""
            text = f"x{out}{order}{back}"
            if text not in known:
                found[text] = Attack(f"derived {one}.{two}", text)
    return tuple(found.values())


def _keys() -> tuple[Attack, ...]:
    """Keys are all that a caller can press; these are pressed in every order that might mean more."""
    thought_of = (
        *("*", "#", "**", "##", "*#06#", "#1", "1#", "12#", "ABC", "D", "A", "0", "9", "3"),
        *("1*", "1**", "1*#", "1#*", "1A2B#", "1123*45#", "11*2*3*4#", "1" * 40, "1" + "9" * 25),
        *("1" + "*" * 30, "1" + "#" * 10, "1" + "A" * 10, "*1*2*3*", "1100#", "1110#", "1911#"),
        *("10088216100100#", "1*72100#", "1" + "0" * 30 + "#", "12" + "D" * 12, "2#*0*#9*"),
    )
    chance = random.Random(7)
    signs = "0123456789*#ABCD"
    drawn = ("".join(chance.choices(signs, k=chance.randint(2, 14))) for _ in range(90))
    return tuple(
        Attack(f"keys {place}", keys) for place, keys in enumerate((*thought_of, *drawn), 1)
    )


CORE = _core()
DERIVED = _derived()
ALL = (*CORE, *DERIVED)
KEYS = _keys()
