"""An env file is replaced at once, as it was seen, with a backup: whoever looks, and wherever it is killed."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from academyctl.envfile.backup import KEPT, backups_of
from academyctl.envfile.restore import restore_file
from academyctl.envfile.target import look_at
from academyctl.model.errors import AcademyError, Conflict, UsageError
from academyctl.model.exit import ExitCode
from tests.support.cli import ROOT
from tests.support.parts import require, require_root
from tests.support.watcher import digest, watched


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that others may read."""
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / ".env").write_text("A=old\n")
    (folder / ".env").chmod(0o644)
    return folder / ".env"


def restore(path: Path, text: str, *, in_place: bool = False) -> Path | None:
    return restore_file(look_at(path, in_place=in_place), text.encode(), in_place=in_place)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


# --- what is left -----------------------------------------------------------------------------------------------------


def test_the_old_file_is_beside_the_new_one_both_their_owners_only(path: Path) -> None:
    backup = restore(path, "A=new\n")
    assert backup is not None
    assert re.fullmatch(r"\.env\.\d{8}T\d{6}\.\d{6}Z\.bak", backup.name)
    assert (path.read_text(), mode(path)) == ("A=new\n", 0o600)
    assert (backup.read_text(), mode(backup)) == ("A=old\n", 0o600)
    assert names(path) == [".env", backup.name]


def test_a_new_file_has_no_backup(path: Path) -> None:
    new = path.with_name("new.env")
    assert restore(new, "A=1\n") is None
    assert (new.read_text(), mode(new), names(path)) == ("A=1\n", 0o600, [".env", "new.env"])


def test_the_same_bytes_are_tightened_without_a_backup(path: Path) -> None:
    assert restore(path, "A=old\n") is None
    assert (path.read_text(), mode(path), names(path)) == ("A=old\n", 0o600, [".env"])


def test_a_tighter_mode_stays(path: Path) -> None:
    path.chmod(0o400)
    restore(path, "A=new\n")
    assert mode(path) == 0o400


def test_root_keeps_the_owner_of_the_file_and_gives_the_backup_to_him(path: Path) -> None:
    require_root("only root gives files away")
    os.chown(path, 1000, 1001)
    backup = restore(path, "A=new\n")
    assert backup is not None
    assert [(each.stat().st_uid, each.stat().st_gid) for each in (path, backup)] == [(1000, 1001)] * 2


def test_a_link_stays_and_the_backup_is_beside_what_it_names(path: Path) -> None:
    link = path.parent.parent / "link.env"
    link.symlink_to("host/.env")
    backup = restore(link, "A=new\n")
    assert backup is not None
    assert (link.is_symlink(), backup.parent, path.read_text()) == (True, path.parent, "A=new\n")


def test_the_newest_backups_stay_and_what_only_looks_like_one(path: Path) -> None:
    alien = path.with_name(".env.20260301T120000Z.bak")
    alien.write_text("mine")
    made = [restore(path, f"A={number}\n") for number in range(KEPT + 3)]
    assert backups_of(path) == made[-KEPT:]
    assert [backup.read_text() for backup in backups_of(path)] == [f"A={number}\n" for number in range(2, KEPT + 2)]
    assert alien.read_text() == "mine"


def test_a_backup_that_exists_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    from academyctl.envfile import backup

    class Standing(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Standing":
            return cls(2026, 3, 1, 12, tzinfo=UTC)

    monkeypatch.setattr(backup, "datetime", Standing)
    restore(path, "A=1\n")
    with pytest.raises(UsageError, match="no backup can be made: File exists"):
        restore(path, "A=2\n")
    assert (path.read_text(), [each.read_text() for each in backups_of(path)]) == ("A=1\n", ["A=old\n"])


def test_temporary_files_of_killed_runs_go_once_they_are_old(path: Path) -> None:
    names = ("..env.1234abcd.tmp", "..env.abcd5678.tmp", "..env.longer.name.tmp")
    old, young, alien = (path.with_name(name) for name in names)
    for each in (old, young, alien):
        each.write_text("A=half")
    os.utime(old, (0, 0))
    os.utime(alien, (0, 0))
    restore(path, "A=new\n")
    assert (old.exists(), young.exists(), alien.exists()) == (False, True, True)


# --- refused, and failed ----------------------------------------------------------------------------------------------


def test_a_file_that_changed_since_it_was_seen_is_not_touched(path: Path) -> None:
    seen = look_at(path)
    path.write_text("A=somebody else's\n")
    with pytest.raises(Conflict) as caught:
        restore_file(seen, b"A=new\n")
    assert caught.value.exit_code is ExitCode.CONFLICT
    assert (path.read_text(), names(path)) == ("A=somebody else's\n", [".env"])


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail) if step == "fsync" else monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left on device"):
        restore(path, "A=s3cret\n")
    monkeypatch.undo()
    assert path.read_text() == "A=old\n"
    assert [each.read_text() for each in backups_of(path)] == ([] if step == "fsync" else ["A=old\n"])
    assert not list(path.parent.glob("*.tmp"))


def test_runs_that_fail_do_not_push_older_backups_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restore(path, "A=1\n")

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", fail)
        for _ in range(KEPT + 1):
            with pytest.raises(UsageError):
                restore(path, "A=2\n")
    assert [each.read_text() for each in backups_of(path)] == ["A=old\n", "A=1\n"]


# --- in place ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["A=longer than it was\n", "A\n"])
def test_in_place_the_inode_stays_and_nothing_of_the_old_text(path: Path, text: str) -> None:
    inode = path.stat().st_ino
    backup = restore(path, text, in_place=True)
    assert (path.read_text(), mode(path), path.stat().st_ino) == (text, 0o600, inode)
    assert backup is not None
    assert (backup.read_text(), backup.stat().st_ino != inode) == ("A=old\n", True)


def test_a_write_in_place_that_breaks_off_names_the_backup(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from academyctl.envfile import restore as module

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, "_fill", fail)
    with pytest.raises(AcademyError) as caught:
        restore(path, "A=new\n", in_place=True)
    assert (caught.value.exit_code, caught.value.code) == (ExitCode.FAILED, "file.torn")
    assert str(backups_of(path)[0]) in caught.value.hint


def test_on_a_full_disk_what_is_in_place_is_the_old_text_again(path: Path, tmp_path: Path) -> None:
    """Full for the new text only: on a disk of its own that is mounted over the file, with the backup elsewhere."""
    require_root("only root mounts")
    unshare = require("unshare", "mounts of the tests' own")
    filled = "mkdir disk && mount -t tmpfs -o size=12k,nr_inodes=10 tmpfs disk && cp host/.env disk/.env && "
    filled += "dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null; mount --bind disk/.env host/.env && exec "
    command = [unshare, "-m", "sh", "-c", filled + '"$@"', "sh", sys.executable, "-c", FULL]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    assert done.stdout.decode().splitlines() == ["cannot write host/.env: No space left on device", "A=old"], (
        done.stderr
    )


FULL = """
from pathlib import Path
from academyctl.envfile.restore import restore_file
from academyctl.envfile.target import look_at
from academyctl.model.errors import UsageError
path = Path("host/.env")
try:
    restore_file(look_at(path, in_place=True), b"A=" + 50_000 * b"new" + b"\\n", in_place=True)
except UsageError as refused:
    print(refused.message)
print(path.read_text().strip())
"""

MOUNTED = """
import json, sys
from pathlib import Path
from academyctl.envfile.restore import restore_file
from academyctl.envfile.target import Target, look_at
from academyctl.model.errors import UsageError
path, told = Path("host/.env"), {}
seen = look_at(path)
told["mount"] = seen.is_mount_point
try:
    restore_file(seen, b"A=new\\n")
except UsageError as refused:
    told["renamed"] = refused.message
told["left"] = sorted(each.name for each in path.parent.iterdir() if not each.name.endswith(".bak"))
told["backup"] = str(restore_file(look_at(path, in_place=True), b"A=new\\n", in_place=True))
told["sides"] = [path.read_text(), Path("source.env").read_text()]
try:
    look_at(Path("sealed/.env"))
except UsageError as refused:
    told["sealed"] = refused.message
print(json.dumps(told))
"""


def test_a_mount_point_is_known_refuses_a_rename_and_is_written_in_place(path: Path, tmp_path: Path) -> None:
    """Real bind mounts, in a mount namespace of their own; `sealed` is a folder that is mounted read-only."""
    require_root("only root mounts")
    unshare = require("unshare", "bind mounts of the tests' own")
    (tmp_path / "source.env").write_text("A=old\n")
    (tmp_path / "sealed").mkdir()
    (tmp_path / "sealed/.env").write_text("A=1\n")
    mounts = (
        "mount --bind source.env host/.env && mount --bind sealed sealed && mount -o remount,ro,bind sealed && exec "
    )
    command = [unshare, "-m", "sh", "-c", mounts + '"$@"', "sh", sys.executable, "-c", MOUNTED]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    told = json.loads(done.stdout or b"{}")
    assert told, done.stderr
    assert told["mount"] is True
    assert "it is a mount point" in told["renamed"]
    assert told["left"] == [".env"]
    assert told["sides"] == ["A=new\n", "A=new\n"]
    assert (tmp_path / told["backup"]).read_text() == "A=old\n"
    assert "the folder may not be written" in told["sealed"]
    assert path.read_text() == "A=old\n", "what is under the mount"


# --- whoever looks, and wherever it is killed -------------------------------------------------------------------------


def test_a_process_that_looks_all_the_time_never_sees_it_missing_partial_or_open_to_others(path: Path) -> None:
    texts = [f"A={letter * 50_000}\n" for letter in "ab"]
    restore(path, texts[0])
    old_umask = os.umask(0)
    try:
        with watched(path) as seen:
            for number in range(200):
                restore(path, texts[number % 2])
    finally:
        os.umask(old_umask)
    assert set(seen.texts) == {digest(text.encode()) for text in texts}, "both were seen, and nothing else"
    assert set(seen.modes) == {"0o600"}
    assert set(seen.beside) == {"0o600"}, "temporary files and backups"
    assert seen.looks > 100


def test_killed_at_any_line_the_file_is_the_old_or_the_new_one_and_every_backup_is_whole(path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.killed", str(path.parent), path.name, "A=new\n"]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert len(told) > 80, "lines, each the last of one child"
    for left in told:
        text, mode = left.pop(".env")
        assert (text, mode) in (("A=old\n", 0o644), ("A=new\n", 0o600))
        backups = [content for name, content in left.items() if name.endswith(".bak")]
        assert backups in ([["A=old\n", 0o600]], [] if text == "A=old\n" else None)
        assert all(mode == 0o600 for _, mode in left.values()), "temporary files are nobody else's"
    assert list(told[-1].values()) == [["A=old\n", 0o600]], "the last one was not killed, and left its backup alone"
