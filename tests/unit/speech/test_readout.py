"""Held values as the sound keys that say them, the same for the simulator and the runtime."""

from __future__ import annotations

import pytest

from flowc.graph.prompts import ReadAs
from flowc.speech.readers import UnreadableError
from flowc.speech.readout import read_out

NEW_YEAR_EVE = 1798738200  # 2026-12-31T17:30 in Greenwich


def test_a_moment_is_its_date_and_then_its_time() -> None:
    date = read_out(ReadAs.DATE, 20261231, "en")
    time = read_out(ReadAs.TIME, 17 * 60 + 30, "en")
    assert read_out(ReadAs.DATETIME, NEW_YEAR_EVE, "en") == date + time


def test_a_moment_is_read_out_as_in_the_projects_zone() -> None:
    date = read_out(ReadAs.DATE, 20270101, "zh")
    time = read_out(ReadAs.TIME, 60 + 30, "zh")
    assert read_out(ReadAs.DATETIME, NEW_YEAR_EVE, "zh", "Asia/Shanghai") == date + time


def test_a_moment_beyond_all_calendars_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read_out(ReadAs.DATETIME, 10**15, "zh")
