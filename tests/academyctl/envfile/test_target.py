"""The place an env is written to: what cannot be written is refused before anything else."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from academyctl.envfile.target import Target, look_at
from academyctl.model.errors import UsageError
from academyctl.model.exit import ExitCode
from tests.support.parts import require_root

NOBODY = 65534


def refused(path: Path, *, in_place: bool = False) -> str:
    with pytest.raises(UsageError) as caught:
        look_at(path, in_place=in_place)
    assert (caught.value.exit_code, caught.value.code) == (ExitCode.USAGE, "usage.file")
    return caught.value.message


@contextmanager
def as_nobody() -> Iterator[None]:
    """Where the tests run as root, whom no mode stops."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_new_file_has_no_data_and_will_be_its_owners_only(tmp_path: Path) -> None:
    target = look_at(tmp_path / "api.env")
    assert target == Target(path=tmp_path / "api.env", real=tmp_path / "api.env")
    assert (target.private_mode, target.is_private) == (0o600, True)


@pytest.mark.parametrize(("mode", "private"), [(0o640, 0o600), (0o600, 0o600), (0o400, 0o400), (0o4755, 0o600)])
def test_a_mode_is_kept_or_tightened(tmp_path: Path, mode: int, private: int) -> None:
    path = tmp_path / "api.env"
    path.write_bytes(b"A=1\n")
    path.chmod(mode)
    target = look_at(path)
    assert (target.data, target.mode, target.private_mode) == (b"A=1\n", mode, private)
    assert target.is_private is (mode == private)


def test_two_looks_differ_once_anything_changed(tmp_path: Path) -> None:
    path = tmp_path / "api.env"
    path.write_text("A=1\n")
    first = look_at(path)
    assert look_at(path) == first
    path.chmod(0o640)
    assert look_at(path) != first
    path.write_text("A=2\n")
    path.chmod(first.mode)
    assert look_at(path) != first


def test_a_link_leads_to_what_it_names_also_where_that_is_not_there_yet(tmp_path: Path) -> None:
    path, real = tmp_path / "link", tmp_path / "real.env"
    path.symlink_to("real.env")
    assert (look_at(path).real, look_at(path).data) == (real, None)
    real.write_text("A=1\n")
    assert (look_at(path).real, look_at(path).data) == (real, b"A=1\n")


def test_no_value_is_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "api.env").write_text("A=s3cret\n")
    assert "s3cret" not in repr(look_at(tmp_path / "api.env"))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path) == f"{tmp_path} is a folder"
    assert refused(tmp_path / "pipe").endswith("is no regular file")
    assert refused(Path("/dev/null")).endswith("is no regular file")
    assert refused(tmp_path / "missing" / "api.env") == f"{tmp_path / 'missing'} is no folder"
    assert "symbolic links" in refused(tmp_path / "loop")


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with as_nobody():
            assert refused(Path(folder, "api.env")).endswith("the folder may not be written")


def test_somebody_elses_file_is_refused_to_all_but_root() -> None:
    require_root("a file of somebody else's is needed")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder, "api.env")
        path.write_text("A=1\n")
        path.chmod(0o644)
        assert look_at(path).uid == 0
        with as_nobody():
            assert "it belongs to uid 0" in refused(path)
        path.chmod(0o600)
        with as_nobody(), pytest.raises(UsageError) as caught:
            look_at(path)
        assert (caught.value.message, caught.value.hint) == (
            f"cannot write {path}: Permission denied",
            "run it with sudo",
        )


def test_a_read_only_file_can_be_replaced_and_not_be_written_into() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        with as_nobody():
            path = Path(folder, "api.env")
            path.write_text("A=1\n")
            path.chmod(0o400)
            assert look_at(path).private_mode == 0o400
            assert "it is read-only" in refused(path, in_place=True)
            path.unlink()
