"""`env restore`: a role's stored env onto a host, over an old file that somebody may have edited."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from academyctl.cli.posix import posix_only
from academyctl.model.errors import UsageError
from tests.support.aws import API, WORKER
from tests.support.cli import ROOT, Cli, Result
from tests.support.envs import API as API_ENV
from tests.support.envs import WORKER as WORKER_ENV
from tests.support.envs import text
from tests.support.parts import require, require_root
from tests.support.proxy import Fault, denied
from tests.support.site import OLD, Site
from tests.support.watcher import digest, watched

if TYPE_CHECKING:
    from tests.support.engine import Engine

MARK = "# academyctl: docker-env-file\n"


def restore(site: Site, *words: str, role: str = "api") -> Result:
    return site.run("env", "restore", "--role", role, "--to", "host.env", "-o", "json", *words)


def host(site: Site, content: str | None = None, mode: int = 0o600) -> Path:
    path = site.cli.cwd / "host.env"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def backups(site: Site) -> list[str]:
    return [path.read_text() for path in sorted(site.cli.cwd.glob("host.env.*.bak"))]


def told(result: Result, level: str = "") -> list[tuple[str, str]]:
    return [(f["code"], f["subject"]) for f in result.json["findings"] if level in ("", f["level"])]


def test_a_new_file_holds_the_blob_as_docker_reads_it_and_the_next_run_changes_nothing(stored: Site) -> None:
    first = restore(stored, "--yes")
    assert (first.code, first.json["status"]) == (0, "changed"), first
    assert (host(stored).read_text(), mode(host(stored))) == (MARK + OLD[API], 0o600)
    assert first.json["changes"][0]["detail"] == [f"+ {key}" for key in sorted(API_ENV)]
    assert first.json["data"]["keys"] == dict.fromkeys(API_ENV, "ssm")
    assert (first.json["data"]["version"], first.json["data"]["backup"]) == (1, "")
    again = restore(stored, "--check")
    assert (again.code, again.json["status"], again.json["changes"][0]["action"]) == (0, "unchanged", "none")
    assert stored.proxy.writes == []
    assert sorted(path.name for path in stored.cli.cwd.iterdir() if "host" in path.name) == ["host.env"]


def test_keys_of_the_old_file_are_dropped_or_kept_and_stale_ones_are_named(stored: Site) -> None:
    stored.put(API, text(API_ENV, SOLAPI_OLD="x"))
    stored.put(API, text(API_ENV, DB_PORT="5433"))
    old = MARK + text(API_ENV, SOLAPI_OLD="x y", MINE='"own"')
    file = host(stored, old, 0o640)

    dropped = restore(stored, "--check")
    assert (dropped.code, file.read_text(), mode(file)) == (5, old, 0o640)
    assert dropped.json["changes"][0]["detail"] == ["~ DB_PORT", "- MINE", "- SOLAPI_OLD"]
    assert (dropped.json["data"]["keys"]["MINE"], dropped.json["data"]["stale"]) == ("dropped", {"SOLAPI_OLD": 2})
    assert told(dropped, "warning") == [("file.dropped", "api:MINE")]

    kept = restore(stored, "--merge", "--yes")
    assert (kept.code, kept.json["status"]) == (0, "changed"), kept
    assert file.read_text() == MARK + text(API_ENV, DB_PORT="5433", SOLAPI_OLD="x y", MINE='"own"')
    assert (mode(file), backups(stored)) == (0o600, [old])
    assert kept.json["data"]["keys"] == {**dict.fromkeys(API_ENV, "ssm"), "SOLAPI_OLD": "kept", "MINE": "kept"}
    assert kept.json["data"]["stale"] == {"SOLAPI_OLD": 2}
    assert set(told(kept)) == {("file.stale", "api:SOLAPI_OLD"), ("file.kept", "api:MINE")}
    assert kept.json["data"]["backup"] == str(next(stored.cli.cwd.glob("host.env.*.bak")))
    assert restore(stored, "--merge", "--check").json["status"] == "unchanged"


def test_people_see_each_key_and_nobody_its_value(stored: Site) -> None:
    stored.put(WORKER, text(WORKER_ENV, SECRET_KEY="'s3cret $x'"))
    host(stored, text({"MINE": "0wn"}))
    stored.proxy.on("GetParameterHistory", Fault(forwarded=False, answer=denied("ssm:GetParameterHistory")))
    shown = stored.run("env", "restore", "--role", "worker", "--to", "host.env", "--merge", "--yes", "-v")
    assert shown.code == 0, shown
    assert "kept from the old file" in shown.out
    assert "which keys were removed from SSM is not known" in shown.err
    assert not [word for word in ("s3cret", "0wn") if word in shown.out + shown.err]
    assert host(stored).read_text().startswith("R2_ENDPOINT=")
    assert "SECRET_KEY='s3cret $x'\n" in host(stored).read_text()
    assert host(stored).read_text().endswith("MINE=0wn\n")


def test_a_stored_env_with_an_error_is_refused_without_force(stored: Site) -> None:
    stored.put(API, text(API_ENV, R2_ENDPOINT=None))
    file = host(stored, "A=1\n")
    refused = restore(stored, "--yes")
    assert (refused.code, refused.json["status"], told(refused, "error")) == (
        4,
        "findings",
        [("env.missing", "api:R2_ENDPOINT")],
    )
    assert (file.read_text(), backups(stored)) == ("A=1\n", [])
    forced = restore(stored, "--yes", "--force")
    assert (forced.code, file.read_text()) == (0, MARK + text(API_ENV, R2_ENDPOINT=None))
    assert ("env.missing", "api:R2_ENDPOINT") in told(forced, "warning")


def test_a_blob_that_its_consumer_cannot_read_is_never_merged(stored: Site) -> None:
    stored.put(API, "A B=1\n")
    host(stored, "A=1\n")
    refused = restore(stored, "--merge", "--force", "--yes")
    assert (refused.code, told(refused, "error")) == (4, [("ssm.parse", API)])
    assert restore(stored, "--force", "--yes").code == 0
    assert host(stored).read_text() == MARK + "A B=1\n"


def test_a_parameter_that_is_not_there(site: Site) -> None:
    absent = restore(site, "--yes")
    assert (absent.code, absent.json["error"]["code"]) == (1, "ssm.absent")


def test_an_old_file_that_cannot_be_read_is_replaced_with_a_warning_and_never_merged(stored: Site) -> None:
    broken = "export A=1\nB=2\n"
    file = host(stored, broken)
    merge = restore(stored, "--merge", "--yes")
    assert (merge.code, merge.json["error"]["code"]) == (2, "env.parse")
    assert (stored.proxy.calls, file.read_text()) == ([], broken), "before AWS is asked for anything"
    replaced = restore(stored, "--yes")
    assert (replaced.code, backups(stored)) == (0, [broken])
    assert ("file.unreadable", "host.env") in told(replaced, "warning")
    assert {"- A", "- B"} <= set(replaced.json["changes"][0]["detail"])
    pem = "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\nc2VjcmV0==\n-----END PRIVATE KEY-----"
    file.write_bytes(f'C=1\nD="{pem}"\n'.encode("utf-16"))
    windows = restore(stored, "--yes")
    assert (windows.code, [key for key, how in windows.json["data"]["keys"].items() if how == "dropped"]) == (
        *(0, ["C", "D"]),
    )


def test_a_target_that_cannot_be_written_is_refused_before_aws_is_asked(stored: Site) -> None:
    host(stored).mkdir()
    refused = restore(stored, "--yes")
    assert (refused.code, refused.json["error"]["code"], stored.proxy.calls) == (2, "usage.file", [])


def test_somebody_else_s_file_is_refused_with_what_helps(cli: Cli) -> None:
    """The process itself gives its rights up, when it has run once: the interpreter may be in a folder of root's."""
    require_root("a file of somebody else's is needed")
    program = (
        "import contextlib, os, sys\n"
        "from academyctl.__main__ import main\n"
        "path, sys.argv[-1] = sys.argv[-1], '/nowhere/.env'\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "sys.argv[-1] = path\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "main()"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder, ".env")
        path.write_text("A=1\n")
        path.chmod(0o600)
        command = [sys.executable, "-c", program, "env", "restore", "--role", "api", "--yes", "--to", str(path)]
        done = subprocess.run(command, cwd=ROOT, env=cli.env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"error: cannot write {path}: Permission denied\nhint: run it with sudo\n")


def test_nothing_is_written_unasked_nor_into_another_account(stored: Site) -> None:
    unasked = restore(stored)
    assert (unasked.code, unasked.json["error"]["code"]) == (2, "usage.confirm")
    other = restore(stored, "--yes", "--stack", "production")
    assert (other.code, told(other)) == (4, [("account.mismatch", "123456789012")])
    assert not host(stored).exists()


def test_windows_is_told_where_to_run_it() -> None:
    posix_only("env restore", "posix")
    with pytest.raises(UsageError, match="env restore does not run on Windows"):
        posix_only("env restore", "nt")


def test_a_mount_point_is_refused_before_aws_and_written_in_place_when_told_to(stored: Site) -> None:
    """In a mount namespace of its own, as a process in a container sees a file that was mounted into it."""
    require_root("only root mounts")
    unshare = require("unshare", "bind mounts of the tests' own")
    under, source = host(stored, "A=under\n"), stored.cli.cwd / "source.env"
    source.write_text("A=1\n")

    def inside(*words: str) -> Result:
        line = [sys.executable, "-m", "academyctl", "env", "restore", "--role", "api", "--to", "host.env", *words]
        command = [unshare, "-m", "sh", "-c", 'mount --bind source.env host.env && exec "$@"', "sh", *line]
        done = subprocess.run(command, cwd=stored.cli.cwd, env=stored.cli.env, capture_output=True, text=True)
        return Result(done.returncode, done.stdout, done.stderr)

    refused = inside("--yes", "-o", "json")
    assert (refused.code, told(refused), stored.proxy.calls) == (4, [("file.mount-point", "host.env")], [])
    assert "--in-place" in refused.json["findings"][0]["hint"]
    done = inside("--in-place", "--yes", "-o", "json")
    assert (done.code, done.json["status"]) == (0, "changed"), done
    assert ("file.in-place", "host.env") in told(done, "warning")
    assert (source.read_text(), under.read_text()) == (MARK + OLD[API], "A=under\n")
    assert (mode(source), backups(stored)) == (0o600, ["A=1\n"])


def test_whoever_looks_at_the_file_meanwhile_sees_one_env_or_the_other(stored: Site) -> None:
    blobs = [text(API_ENV), text(API_ENV, DB_PORT="5433")]
    file = host(stored, MARK + blobs[0])
    with watched(file) as seen:
        for number in (1, 2):
            stored.put(API, blobs[number % 2])
            assert restore(stored, "--yes").code == 0
    assert set(seen.texts) == {digest((MARK + blob).encode()) for blob in blobs}
    assert (set(seen.modes), seen.looks > 100) == ({"0o600"}, True)


def test_a_container_that_has_the_file_mounted_is_named(engine: "Engine", stored: Site) -> None:
    file = host(stored, "A=1\n")
    link = stored.cli.cwd / "link.env"
    link.symlink_to(file)
    engine.run("academy-api", "-v", f"{link}:/app/.env:ro")
    engine.run("neighbour", "-v", f"{stored.cli.cwd}:/host:ro")
    done = restore(stored, "--yes")
    assert done.code == 0, done
    found = next(f for f in done.json["findings"] if f["code"] == "file.mounted")
    assert (found["level"], found["hint"]) == ("warning", "docker restart academy-api")
    assert told(done).count(("file.mounted", "host.env")) == 1, "a folder's mount shows the new file"
    assert engine.docker("exec", "academy-api", "cat", "/app/.env") == "A=1"
    engine.docker("restart", "-t", "5", "academy-api")
    assert engine.docker("exec", "academy-api", "cat", "/app/.env") == (MARK + OLD[API]).strip()


def test_an_engine_that_does_not_answer_is_no_hindrance(stored: Site) -> None:
    import socket

    host(stored, "A=1\n")
    with socket.socket(socket.AF_UNIX) as deaf:
        place = os.path.relpath(stored.cli.cwd / "docker.sock")
        deaf.bind(place)
        deaf.listen()
        stored.cli.env["DOCKER_HOST"] = f"unix://{stored.cli.cwd}/docker.sock"
        done = restore(stored, "--yes")
    assert (done.code, host(stored).read_text()) == (0, MARK + OLD[API])
    assert [f["level"] for f in done.json["findings"] if f["code"] == "check.denied"] == ["info"]
