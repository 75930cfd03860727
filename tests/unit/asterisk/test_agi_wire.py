"""The AGI protocol: whole, byte by byte, and as a hostile peer would speak it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc_asterisk.agi import wire

HEADER = b"agi_network: yes\nagi_network_script: t/0a1b2c3d/a.b\nagi_uniqueid: 1.2\nagi_callerid: 138\n\n"


def events(data: bytes, size: int = 0) -> list[wire.Event]:
    """What the bytes say, fed in pieces of `size`."""
    incoming = wire.Wire()
    step = size or max(1, len(data))
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    return [event for piece in pieces for event in incoming.feed(piece)]


SAYINGS = {
    "200 result=1 (zh)": wire.Reply(200, "1", "zh"),
    "200 result=0": wire.Reply(200, "0"),
    "200 result=1 ()": wire.Reply(200, "1", ""),
    "200 result= (timeout)": wire.Reply(200, "", "timeout"),
    "200 result=1 (hangup)": wire.Reply(200, "1", "hangup"),
    "200 result=1 (a (b) c)": wire.Reply(200, "1", "a (b) c"),
    "200 result=1 (张三)": wire.Reply(200, "1", "张三"),
    "200 result=0 endpos=8000": wire.Reply(200, "0"),
    "200 result=-1": wire.Reply(200, "-1"),
    "510 Invalid or unknown command": wire.Reply(510),
    "511 Command Not Permitted on a dead channel or intercept routine": wire.Reply(511),
    "520-Invalid command syntax.\nUsage: x\n  200 result=1\n520 End of proper usage.": wire.Reply(
        520
    ),
}


@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.parametrize(("line", "meant"), SAYINGS.items(), ids=range(len(SAYINGS)))
def test_a_reply_means_the_same_however_its_bytes_arrive(
    line: str, meant: wire.Reply, size: int
) -> None:
    header, *rest = events(HEADER + line.encode() + b"\n", size)
    assert isinstance(header, wire.Header)
    assert header.values["network_script"] == "t/0a1b2c3d/a.b"
    assert rest == [meant]


def test_a_hang_up_between_replies_is_no_reply() -> None:
    told = events(HEADER + b"HANGUP\n200 result=1\nHANGUP\n200 result=0\n", 1)[1:]
    assert told == [
        wire.HungUp(),
        wire.Reply(200, "1"),
        wire.HungUp(),
        wire.Reply(200, "0"),
    ]


HOSTILE = {
    "a line of a caller's name": b"agi_callerid: 1\nagi_evil: x\n\n",
    "a key twice": b"agi_callerid: 1\nagi_callerid: 2\n\n",
    "no header at all": b"GET / HTTP/1.1\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n",
    "a NUL": b"agi_callerid: \x00\n\n",
    "a line without an end": b"agi_callerid: " + b"1" * 5000,
    "more than 4 kB": b"".join(b"agi_arg_%d: %s\n" % (n, b"x" * 200) for n in range(30)),
    "more than 64 lines": b"".join(b"agi_arg_%d: x\n" % n for n in range(70)),
    "a reply that is none": HEADER + b"hello\n",
    "a reply without a result": HEADER + b"200 ok\n",
    "a reply without an end": HEADER + b"2" * 9000,
    "a usage without an end": HEADER + b"520-x\n" + b"y\n" * 70,
}


@pytest.mark.parametrize("size", [0, 1, 100])
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_the_protocol_is_refused(data: bytes, size: int) -> None:
    with pytest.raises(wire.WireError):
        events(data, size)


@given(st.binary(max_size=300), st.integers(1, 20))
def test_any_bytes_are_events_or_refused_and_pieces_change_nothing(data: bytes, size: int) -> None:
    def told(step: int) -> object:
        try:
            return events(HEADER + data, step)
        except wire.WireError:
            return "refused"

    assert told(0) == told(size)


@given(st.text(max_size=100))
def test_a_value_is_one_argument_or_refused(value: str) -> None:
    try:
        command = wire.set_variable("V_a", value)
    except wire.ValueRefused:
        return
    line = command.decode()
    assert line.count("\n") == 1
    assert line.endswith('"\n')
    inside = line.removeprefix('SET VARIABLE V_a "').removesuffix('"\n')
    assert inside.replace("\\\\", "\0").replace('\\"', "'").count('"') == 0


@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb", "a\0b", "x" * 2000, "张" * 700, "\x1b[0m", "\ud800"]
)
def test_a_value_that_could_end_the_line_or_overflow_it_is_refused(value: str) -> None:
    with pytest.raises(wire.ValueRefused):
        wire.set_variable("V_a", value)


@pytest.mark.parametrize("name", ["a b", "a\nb", "", "${x}", "SHELL(id)", 'a"b', "x" * 80])
def test_a_name_is_plain_or_refused(name: str) -> None:
    with pytest.raises(wire.ValueRefused):
        wire.set_variable(name, "1")


def test_plain_values_go_together_and_others_alone_all_in_order() -> None:
    values = [("a", "1"), ("b", ""), ("c", "x,y"), ("d", "zh/_/n30&zh/_/yuan"), ("e", "-12")]
    assert wire.set_variables(values) == [
        b'SET VARIABLE ARRAY(a,b) "1,"\n',
        b'SET VARIABLE c "x,y"\n',
        b'SET VARIABLE ARRAY(d,e) "zh/_/n30&zh/_/yuan,-12"\n',
    ]
    assert wire.set_variables([]) == []
    assert wire.set_variables([("a", "1")]) == [b'SET VARIABLE a "1"\n']


@pytest.mark.parametrize("sign", [*" \"'\\,;$(){}[]|^`\t", "中", "\x7f"])
def test_a_value_that_a_list_could_be_parted_by_stands_alone(sign: str) -> None:
    with contextlib.suppress(wire.ValueRefused):
        assert len(wire.set_variables([("a", "1"), ("b", f"x{sign}y"), ("c", "2")])) == 3


def test_a_large_answer_is_a_few_commands() -> None:
    values = [(f"V_identify_customer_services_{index}_balance", "-1250") for index in range(103)]
    assert len(wire.set_variables(values)) <= 4


def test_no_name_but_a_variables_stands_in_a_list() -> None:
    for name in ("a,b", "SHELL(x)", "a)", ""):
        with pytest.raises(wire.ValueRefused):
            wire.set_variables([("a", "1"), (name, "2"), ("c", "3")])
