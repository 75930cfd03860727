"""Work orders: opened once a visit, numbered for the ear, late by three clocks."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event, inspect

from flowc.expression.types import Scalar
from flowc.graph.operations import Given, InvokeKind
from flowc.graph.services import (
    OPEN_STATES,
    TICKET,
    TICKET_OPERATIONS,
    TicketClass,
    TicketSettings,
)
from flowc.machine.answers import check_answer
from flowc.runtime.services.broker import Outcome, Place
from flowc.runtime.store import open_store
from flowc.runtime.tables import OPEN_TICKETS, create_tables
from flowc.runtime.ticket_cards import Clocks, card
from flowc.runtime.tickets import NewTicket, Tickets, UnknownClassError
from tests.unit.runtime.runtime_support import NOON, Store, bench, facts, invoke, release, run

CLASSES = TicketSettings((TicketClass("fault", 180, 86_400, 172_800), TicketClass("wish")))
FILLS = (
    Given("t.number", ("number",), Scalar.DIGITS),
    Given("t.urged", ("urged",), Scalar.INT),
    Given("t.card", ("card",), Scalar.TEXT),
    Given("t.promised", ("promised",), Scalar.DATETIME),
)


@asynccontextmanager
async def desks(store: Store) -> AsyncIterator[tuple[Tickets, Tickets]]:
    """Two runtimes over one store."""
    engines = [open_store(store.url, store.folder) for _ in range(2)]
    await create_tables(engines[0])
    yield Tickets(engines[0]), Tickets(engines[1])
    for engine in engines:
        await engine.dispose()


def new(key: str = "k", name: str = "fault", **more: str) -> NewTicket:
    """What a call says."""
    return NewTicket(key, "call-1", name, **more)


def test_a_visit_opens_one_order_however_often_it_asks(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (first, second):
            ways = [desk.open(new(), CLASSES, NOON) for desk in (first, second) * 10]
            found = await asyncio.gather(*ways)
            assert len({each.number for each in found}) == 1
            assert len(await first.list()) == 1

    run(call())


def test_numbers_are_ten_digits_and_each_is_its_own(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (first, second):
            ways = [
                desk.open(new(f"{index}-{at}"), CLASSES, NOON)
                for at, desk in enumerate((first, second))
                for index in range(10)
            ]
            numbers = {each.number for each in await asyncio.gather(*ways)}
            assert len(numbers) == 20
            assert all(re.fullmatch("261121[0-9]{4}", each) for each in numbers)

    run(call())


def test_an_order_is_found_by_number_account_and_caller(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            old = await desk.open(new("1", account="80012345", caller="138"), CLASSES, NOON)
            newest = await desk.open(new("2", account="80012345", caller="139"), CLASSES, NOON + 9)
            assert await desk.find(number=old.number) == old
            assert await desk.find(account="80012345") == newest
            assert await desk.find(caller="138") == old
            assert await desk.find() is None
            assert await desk.find(number="' OR 1=1--") is None

    run(call())


def test_urging_counts_until_the_order_is_closed(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            number = (await desk.open(new(), CLASSES, NOON)).number
            for count in (1, 2):
                urged = await desk.urge(number)
                assert urged is not None
                assert urged.urged == count
            assert await desk.move(number, "closed", NOON + 60)
            assert await desk.urge(number) is None
            assert not await desk.move(number, "handled", NOON + 61)

    run(call())


def test_an_order_that_nobody_was_told_of_is_abandoned_and_still_work(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            numbers = [(await desk.open(new(key), CLASSES, NOON)).number for key in "123"]
            await desk.told("1")
            for key in "123":
                await desk.abandon(key)
            states = [each.state for each in await desk.list()]
            assert states == ["opened", "abandoned", "abandoned"]
            assert await desk.move(numbers[1], "accepted", NOON + 60)
            urged = await desk.urge(numbers[2])  # who urges it knows of it
            assert urged is not None
            assert (urged.state, urged.urged) == ("opened", 1)
            await desk.abandon("2")  # in somebody's hands by now
            states = [each.state for each in await desk.list()]
            assert states == ["opened", "accepted", "opened"]

    run(call())


def test_an_order_that_was_urged_is_not_abandoned_again(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            number = (await desk.open(new("1"), CLASSES, NOON)).number
            await desk.abandon("1")
            await desk.urge(number)
            await asyncio.sleep(1.1)
            assert await desk.abandon_untold(0) == 0
            assert [each.state for each in await desk.list()] == ["opened"]

    run(call())


def test_what_a_dead_runtime_told_nobody_of_is_abandoned_by_the_next(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (first, second):
            for key in "12":
                await first.open(new(key), CLASSES, NOON)
            await first.told("1")
            assert await second.abandon_untold(60) == 0  # may be under way
            await asyncio.sleep(1.1)
            assert await second.abandon_untold(0) == 1
            assert await second.abandon_untold(0) == 0
            states = [each.state for each in await first.list()]
            assert states == ["opened", "abandoned"]

    run(call())


def test_a_call_that_was_not_given_the_number_abandons_its_order(store: Store) -> None:
    async def call() -> None:
        async with bench(store.folder, store=store.url) as it:
            broker, served = it.runtime.broker, release()
            asked = invoke(InvokeKind.TICKET, "tickets", "open", gives=FILLS, results=())
            for number in (1, 2, 3):
                place = Place(served, asked, facts(number))
                outcome = await broker.ask(place, {"class": "fault"})
                match number:
                    case 1:
                        await broker.delivered(place, outcome)
                    case 2:
                        await broker.lost(place, outcome)
                    case _:  # the call was told that it may be there
                        await broker.delivered(place, Outcome("unknown"))
            states = [each.state for each in await it.runtime.tickets.list()]
            assert states == ["opened", "abandoned", "abandoned"]
            told = [line for line in it.log.getvalue().splitlines() if "answer_lost" in line]
            assert len(told) == 1
            assert '"call": "call-2"' in told[0]
            assert '"outcome": "done"' in told[0]

    run(call())


def test_recordings_go_with_the_order_each_once(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            number = (await desk.open(new(recording="r1"), CLASSES, NOON)).number
            for recording in ("r2", "r1", "r2"):
                await desk.attach(number, recording)
            found = await desk.find(number=number)
            assert found is not None
            assert found.recordings == ("r1", "r2")

    run(call())


def test_a_class_that_the_project_does_not_have_opens_nothing(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            with pytest.raises(UnknownClassError):
                await desk.open(new(name="nonsense"), CLASSES, NOON)
            assert await desk.list() == ()

    run(call())


DAY = 86_400


@pytest.mark.parametrize(
    ("clocks", "now", "colour"),
    [
        (Clocks(0), 10**9, "none"),
        (Clocks(0, handle_by=DAY), DAY, "none"),
        (Clocks(0, handle_by=DAY), DAY + 1, "yellow"),
        (Clocks(0, handle_by=DAY), DAY + DAY // 2 - 1, "yellow"),
        (Clocks(0, handle_by=DAY), DAY + DAY // 2, "red"),
        (Clocks(0, handle_by=DAY), 2 * DAY - 1, "red"),
        (Clocks(0, handle_by=DAY), 2 * DAY, "black"),
        (Clocks(0, handle_by=DAY, handled=DAY), 9 * DAY, "none"),
        (Clocks(0, handle_by=DAY, handled=DAY + 1), 9 * DAY, "yellow"),
        (Clocks(0, accept_by=180, handle_by=DAY), 360, "black"),
    ],
)
def test_the_card_is_the_worst_of_the_three_clocks(clocks: Clocks, now: int, colour: str) -> None:
    assert card(clocks, now) == colour


def test_a_call_opens_asks_about_and_urges_its_order(store: Store) -> None:
    async def call() -> None:
        async with bench(store.folder, store=store.url) as it:
            broker, served = it.runtime.broker, release()

            def place(operation: str, *results: str, call: int = 1) -> Place:
                asked = invoke(
                    InvokeKind.TICKET, "tickets", operation, gives=FILLS, results=results
                )
                return Place(served, asked, facts(call))

            arguments = {"class": "fault", "account": "80012345", "note": "没有信号"}
            opened = await broker.ask(place("open"), arguments)
            assert opened.variables["t.promised"] == NOON + 86_400
            again = await broker.ask(place("open"), arguments)
            assert again == opened
            by_caller = await broker.ask(place("status", "not_found", call=2), {})
            assert by_caller.variables["t.number"] == opened.variables["t.number"]
            urged = await broker.ask(place("urge", "not_found", "closed"), {"account": "80012345"})
            assert urged.variables["t.urged"] == 1
            nowhere = await broker.ask(place("status", "not_found"), {"number": "1"})
            assert nowhere.outcome == "not_found"
            await it.runtime.tickets.move(str(opened.variables["t.number"]), "closed", NOON)
            closed = await broker.ask(place("urge", "not_found", "closed"), {"account": "80012345"})
            assert closed.outcome == "closed"
            wrong = await broker.ask(place("open", call=3), {"class": "nonsense"})
            assert wrong.outcome == "error"

    run(call())


def test_what_the_operations_give_is_of_the_declared_type(store: Store) -> None:
    async def call() -> None:
        async with desks(store) as (desk, _):
            for name in ("fault", "wish"):
                check_answer((await desk.open(new(name, name), CLASSES, NOON)).answer(NOON), TICKET)
        for operation in TICKET_OPERATIONS:
            assert operation.gives == TICKET
            assert set(operation.optional) <= {name for name, _ in operation.parameters}

    run(call())


def test_a_list_of_many_orders_is_two_questions_and_takes_only_those_asked_for(
    store: Store,
) -> None:
    asked: list[str] = []

    async def call() -> None:
        async with desks(store) as (desk, _):
            for number in range(6):
                name = f"r{number}"
                made = await desk.open(new(f"k{number}", recording=name), CLASSES, NOON + number)
                await desk.attach(made.number, f"{name}-again")
                if number % 2:
                    await desk.move(made.number, "closed", NOON)
            engine = desk._engine.sync_engine
            event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
            found = await desk.list(OPEN_STATES)
            recordings = [each.recordings for each in found]
            assert recordings == [(f"r{each}", f"r{each}-again") for each in (0, 2, 4)]
            assert len(asked) == 2
            assert [each.state for each in await desk.list()] == ["opened", "closed"] * 3
            assert len(await desk.list(["closed"])) == 3

    run(call())


def test_a_store_of_before_is_given_the_index_of_states(store: Store) -> None:
    async def call() -> None:
        engine = open_store(store.url, store.folder)
        for _ in range(2):
            await create_tables(engine)
            async with engine.begin() as connection:
                found = await connection.run_sync(
                    lambda sync: inspect(sync).get_indexes("flowc_tickets")
                )
                assert OPEN_TICKETS.name in {each["name"] for each in found}
                await connection.run_sync(OPEN_TICKETS.drop)
        await engine.dispose()

    run(call())
