"""hls.js, which most sites play HLS with: one pinned release, fetched through npm once and kept in pytest's cache."""

import base64
import hashlib
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tests.support.cli import ROOT
from tests.support.parts import require

VERSION = "1.7.4"
INTEGRITY = "3GlxGdPvT2YHvQYOt+yOzT/DEior/qJVNIylHA77kgeoBTdQQqi70GwefNEUmHQeNGyjC8U62+bruqW/Tpm+tg=="
"""SHA-512 of the package, as the registry tells it."""
FILE = "package/dist/hls.min.js"
CACHE = ROOT / ".pytest_cache" / "parts"


def hls_js() -> Path:
    """The minified library."""
    kept = CACHE / f"hls-{VERSION}.min.js"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            unpacked = _unpacked(Path(folder))
            # Two test processes may be at it at a time.
            unpacked.replace(kept)
    return kept


def _unpacked(folder: Path) -> Path:
    npm = require("npm", "hls.js comes from its registry")
    command = [npm, "pack", f"hls.js@{VERSION}", "--silent", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"npm cannot fetch hls.js: {done.stderr}"
    (package,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    assert digest == INTEGRITY, f"{package.name} is not the release that is pinned"
    path = folder / "hls.min.js"
    with tarfile.open(package) as tar:
        member = tar.extractfile(FILE)
        assert member is not None
        path.write_bytes(member.read())
    return path
