"""The table of mounts, and a real file that is one."""

from pathlib import Path

import pytest

from academyctl.envfile.mounts import is_mount_point, mount_points

TABLE = (
    b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
    b"40 22 0:35 / /a\\040b\\134c\\011 rw - tmpfs tmpfs rw\n"
    b"41 22 8:1 /srv/env /home/ec2-user/.env ro - ext4 /dev/root rw\n"
)


def test_every_mount_point_is_read_and_unescaped() -> None:
    assert mount_points(TABLE) == {b"/", b"/a b\\c\t", b"/home/ec2-user/.env"}


@pytest.mark.parametrize(
    ("path", "said"), [("/home/ec2-user/.env", True), ("/home/ec2-user", False), ("/srv/env", False)]
)
def test_a_path_is_one_or_not(tmp_path: Path, path: str, said: bool) -> None:
    (tmp_path / "mountinfo").write_bytes(TABLE)
    assert is_mount_point(Path(path), tmp_path / "mountinfo") is said


def test_a_system_without_the_table_knows_none(tmp_path: Path) -> None:
    assert is_mount_point(Path("/"), tmp_path / "missing") is False


def test_this_systems_own_table_is_read() -> None:
    assert is_mount_point(Path("/proc"))
