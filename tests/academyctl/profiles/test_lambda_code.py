"""The function's zip: the same bytes from the same sources, whoever packs them, and what Lambda can run."""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from academyctl.model.errors import UsageError
from academyctl.profiles import lambda_code
from academyctl.profiles.lambda_code import code_folder, code_sha256, load_code, packed
from tests.support.cli import ROOT

HASH = "from academyctl.profiles.lambda_code import *; print(code_sha256(load_code()))"


def hashed(root: Path, umask: int, cwd: Path) -> str:
    """CodeSha256 as another installation, process and user packs it."""
    done = subprocess.run(
        [sys.executable, "-c", HASH],
        env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"], "TZ": "Asia/Seoul", "PYTHONHASHSEED": str(umask)},
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout.strip()


def checkout(folder: Path, *, shipped: bool, line_end: bytes = b"\n") -> Path:
    """academyctl with the Lambda's sources where they are in a checkout, or in a wheel; written today."""
    shutil.copytree(ROOT / "academyctl" / "profiles", folder / "academyctl" / "profiles")
    shutil.copytree(ROOT / "academyctl" / "model", folder / "academyctl" / "model")
    (folder / "academyctl" / "__init__.py").touch()
    sources = folder / "academyctl" / "lambda_code" if shipped else folder / "worker" / "delete_r2"
    sources.mkdir(parents=True)
    for path in sorted((ROOT / "worker" / "delete_r2").glob("*.py"), reverse=shipped):
        (sources / path.name).write_bytes(path.read_bytes().replace(b"\n", line_end))
        (sources / path.name).chmod(0o600 if shipped else 0o755)
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"compiled")
    return folder


def test_two_places_users_and_times_give_the_same_bytes(tmp_path: Path) -> None:
    one = checkout(tmp_path / "checkout", shipped=False)
    other = checkout(tmp_path / "wheel", shipped=True, line_end=b"\r\n")
    found = {hashed(one, 0o022, tmp_path), hashed(other, 0o077, other), code_sha256(load_code())}
    assert len(found) == 1


def test_the_zip_is_what_lambda_reads() -> None:
    with zipfile.ZipFile(io.BytesIO(load_code())) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == (code_folder() / "handler.py").read_bytes()
    assert (entry.filename, entry.date_time, entry.compress_type) == ("handler.py", (1980, 1, 1, 0, 0, 0), 0)
    assert (entry.external_attr >> 16, entry.create_system) == (0o100644, 3)


def test_the_order_of_the_files_is_that_of_their_names() -> None:
    assert packed({"b.py": b"2", "a.py": b"1"}) == packed({"a.py": b"1", "b.py": b"2"})
    assert packed({"a.py": b"1"}) != packed({"a.py": b"2"})


def test_the_hash_is_the_one_that_lambda_tells() -> None:
    assert code_sha256(b"zip") == base64.b64encode(hashlib.sha256(b"zip").digest()).decode()


def test_an_installation_without_the_sources_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_code, "_PACKAGE", tmp_path / "academyctl")
    with pytest.raises(UsageError, match="not in this installation"):
        load_code()
