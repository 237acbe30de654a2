"""The lock of a refresh, on a real file."""

import os
import tempfile
from pathlib import Path

import pytest

from academyctl.apply.turn import one_at_a_time
from academyctl.model.errors import AcademyError, Conflict


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lock of `engine api` is: it is not held."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with one_at_a_time("engine api"):
        (path,) = tmp_path.iterdir()
    return path


def test_a_second_one_is_a_conflict_and_another_container_is_not(lock: Path) -> None:
    with one_at_a_time("engine api"):
        with pytest.raises(Conflict), one_at_a_time("engine api"):
            pass
        with one_at_a_time("engine worker"):
            assert lock.stat().st_mode & 0o777 == 0o644
    with one_at_a_time("engine api"):
        assert lock.stat().st_size == 0


def test_a_lock_that_cannot_be_opened_is_told_in_words(lock: Path) -> None:
    lock.unlink()
    lock.symlink_to("/etc/hostname")
    with pytest.raises(AcademyError, match=r"cannot be opened.*nothing was changed"), one_at_a_time("engine api"):
        pass


def test_a_pipe_in_its_place_stops_nobody(lock: Path) -> None:
    lock.unlink()
    os.mkfifo(lock)
    with one_at_a_time("engine api"), pytest.raises(Conflict), one_at_a_time("engine api"):
        pass
