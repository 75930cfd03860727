"""A deploy asks the runtime of this host whether it serves the release, on real pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flowc.deploy import runtime_pages
from flowc.deploy.deployment import Wishes
from flowc.deploy.errors import RefusedError
from flowc.runtime.metrics import Metrics, MetricsPage
from tests.unit.deploy.test_releases_taken_away import Place


@contextmanager
def runtime(place: Place, *, refuses: bool = False, looks: bool = True) -> Iterator[int]:
    """The runtime's own pages; it takes up what is staged, or refuses it."""

    def health() -> dict[str, object]:
        staged = sorted(each.name for each in (place.root / "releases").iterdir()) if looks else []
        return {"releases": [] if refuses else staged, "refused": staged if refuses else []}

    page = MetricsPage(Metrics(), health, "127.0.0.1", 0)
    try:
        yield page.port
    finally:
        page.close()


def deployed(
    place: Place, pages: int, *, force: bool = False
) -> tuple[str | None, tuple[str, ...]]:
    wishes = Wishes(force=force, pages=pages)
    report = asyncio.run(place.deployment.deploy(place._build("d"), wishes))
    return report.release, report.notes


def test_a_release_that_the_runtime_serves_is_deployed_without_a_word(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with runtime(place) as port:
        assert deployed(place, port) == ("d" * 8, ())


def test_a_release_that_the_runtime_refuses_is_not_deployed(tmp_path: Path) -> None:
    """Else each look-up of its calls fails, and the deploy has said that all is well."""
    place = Place(tmp_path)
    with runtime(place, refuses=True) as port:
        with pytest.raises(RefusedError, match="the runtime refuses release dddddddd"):
            deployed(place, port)
        assert place.deployment.current().current == "c" * 8
        assert not (place.root / "releases" / ("d" * 8)).exists()
        release, notes = deployed(place, port, force=True)
    assert release == "d" * 8
    assert len(notes) == 1


def test_a_runtime_that_looks_elsewhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_pages, "TAKEN_UP_WITHIN_S", 0.3)
    place = Place(tmp_path)
    with runtime(place, looks=False) as port:
        release, (note,) = deployed(place, port)
    assert release == "d" * 8
    assert "does not look for releases here" in note


def test_where_no_runtime_has_pages_nothing_is_waited_for(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with runtime(place) as port:
        pass
    assert deployed(place, port) == ("d" * 8, ())
