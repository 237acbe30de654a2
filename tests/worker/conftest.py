"""Fixtures of the worker's tests. Django is set up here, before any test module imports a model."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.django_site import configure, database
from tests.support.seaweed import store

configure()

if TYPE_CHECKING:
    from tests.worker.place import Place, Program


@pytest.fixture
def program(tmp_path: Path) -> "Program":
    """The worker with nothing in its environment."""
    from tests.worker.place import Program

    folder = tmp_path / "tmp"
    folder.mkdir()
    return Program(tmp=folder)


@pytest.fixture
def place(tmp_path: Path) -> "Iterator[Place]":
    """The worker on an empty PostgreSQL database and the store."""
    from tests.worker.place import CONTRACT, Place

    folder = tmp_path / "tmp"
    folder.mkdir()
    with database("postgresql") as fields:
        yield Place(tmp=folder, env=CONTRACT | fields | store().env, store=store())
