"""The place where the commands of the pages are run, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.place import COLLECT, Place
from tests.samples import replaying


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The bundle that all pages speak of is there."""
    if replaying.why_not():
        pytest.skip(replaying.why_not())
    folder: Path = tmp_path_factory.mktemp("docs")
    with Place(folder).opened() as opened:
        code, said = opened.run(COLLECT)
        assert code == 0, said
        yield opened
