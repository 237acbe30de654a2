"""A private file is there in full or not at all, and nobody else could ever read it."""

import os
import stat
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from academyctl.envfile.store import write_private
from academyctl.model.errors import UsageError
from academyctl.model.exit import ExitCode


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "api.env"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


def refused(path: Path, text: str = "A=1\n") -> str:
    with pytest.raises(UsageError) as caught:
        write_private(path, text)
    assert (caught.value.exit_code, caught.value.code) == (ExitCode.USAGE, "usage.file")
    return caught.value.message


def test_the_bytes_are_those_of_the_text(path: Path) -> None:
    write_private(path, "A=값\r\nB=\n")
    assert path.read_bytes() == "A=값\r\nB=\n".encode()
    assert names(path) == ["api.env"]


@pytest.mark.parametrize("before", [None, 0o644, 0o400])
def test_only_the_owner_may_read_it_whatever_was_there(path: Path, before: int | None) -> None:
    if before is not None:
        path.write_text("old")
        path.chmod(before)
    umask = os.umask(0)
    try:
        write_private(path, "A=1\n")
    finally:
        os.umask(umask)
    assert mode(path) == 0o600


def test_it_is_private_before_its_first_byte(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    fdopen = os.fdopen

    def look(handle: int, *args: Any, **options: Any) -> Any:
        status = os.fstat(handle)
        seen.append((stat.S_IMODE(status.st_mode), status.st_size))
        return fdopen(handle, *args, **options)

    monkeypatch.setattr(os, "fdopen", look)
    umask = os.umask(0)
    try:
        write_private(path, "A=1\n")
    finally:
        os.umask(umask)
    assert seen == [(0o600, 0)]


def test_a_reader_beside_it_sees_the_old_text_or_the_new_one(path: Path) -> None:
    texts = [f"A={letter * 200_000}\n" for letter in "abc"]
    write_private(path, texts[0])
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            try:
                seen.add(path.read_text())
            except FileNotFoundError:
                seen.add("no file")

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        for i in range(60):
            write_private(path, texts[i % 3])
    finally:
        done.set()
        reader.join()
    assert seen
    assert seen <= set(texts)


def test_a_symlink_stays_and_its_target_is_replaced(path: Path) -> None:
    target = path.with_name("real.env")
    target.write_text("old")
    path.symlink_to(target.name)
    write_private(path, "A=1\n")
    assert path.is_symlink()
    assert (target.read_text(), mode(target)) == ("A=1\n", 0o600)
    assert names(path) == ["api.env", "real.env"]


def test_a_symlink_to_nothing_yet_makes_its_target(path: Path) -> None:
    path.symlink_to("real.env")
    write_private(path, "A=1\n")
    assert path.is_symlink()
    assert path.with_name("real.env").read_text() == "A=1\n"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_what_was_there_and_nothing_else(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("old")

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail) if step == "fsync" else monkeypatch.setattr(Path, "replace", fail)
    assert refused(path, "A=s3cret\n") == f"cannot write {path}: No space left on device"
    assert (path.read_text(), names(path)) == ("old", ["api.env"])


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit])
def test_an_interruption_leaves_no_temporary_file(
    path: Path, ending: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise ending

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(ending):
        write_private(path, "A=1\n")
    assert names(path) == []


def test_a_folder_that_is_not_there(path: Path) -> None:
    assert refused(path / "deeper").startswith("cannot write ")
    assert refused(path.with_name("missing") / "api.env").endswith("No such file or directory")


def test_a_folder_that_may_not_be_written() -> None:
    """As nobody where the tests run as root, whom no mode stops."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        try:
            assert refused(Path(folder, "api.env")).endswith("Permission denied")
        finally:
            os.seteuid(user)


def test_a_folder_is_not_replaced(path: Path) -> None:
    path.mkdir()
    assert refused(path).endswith("it is no regular file")
    assert path.is_dir()


def test_a_pipe_is_not_replaced_by_a_file(path: Path) -> None:
    os.mkfifo(path)
    assert refused(path).endswith("it is no regular file")
    assert path.is_fifo()
    assert names(path) == ["api.env"]
