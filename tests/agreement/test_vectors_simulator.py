"""The input vectors on the call machine, to the millisecond."""

from __future__ import annotations

import pytest
from vectors.on_machine import play
from vectors.table import FLOWS, VECTORS, Vector

from flowc.graph.verify import verify


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_an_input_vector_ends_as_the_table_says(vector: Vector) -> None:
    outcome = play(vector, FLOWS[vector.flow])
    assert outcome.ended == vector.ended
    assert outcome.at == vector.at
    assert outcome.value == vector.value
    assert (outcome.silences, outcome.wrongs) == (vector.silences, vector.wrongs)
    assert outcome.cause == vector.cause
    assert outcome.acted_ms == vector.acts.wait
    if vector.offered:
        assert outcome.offered == vector.offered


@pytest.mark.parametrize("name", FLOWS)
def test_the_flows_of_the_vectors_are_sound_graphs(name: str) -> None:
    assert verify(FLOWS[name]) == ()


def test_every_vector_has_a_name_of_its_own() -> None:
    names = [vector.name for vector in VECTORS]
    assert len(set(names)) == len(names) >= 70
