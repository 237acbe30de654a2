"""One file out of a pinned release of an npm package, fetched once and kept in pytest's cache."""

import base64
import hashlib
import os
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import ROOT
from tests.support.parts import require

CACHE = ROOT / ".pytest_cache" / "parts"


@dataclass(frozen=True, kw_only=True)
class NpmPart:
    """`integrity` is the SHA-512 of the package, as the registry tells it; `file` the path inside it."""

    package: str
    version: str
    integrity: str
    file: str

    def path(self) -> Path:
        """The file itself."""
        kept = CACHE / f"{self.package}-{self.version}-{Path(self.file).name}"
        if not kept.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                # Two test processes may be at it at a time.
                self._unpacked(Path(folder)).replace(kept)
        return kept

    def _unpacked(self, folder: Path) -> Path:
        package = self._fetched(folder)
        path = folder / "part"
        with tarfile.open(package) as tar:
            member = tar.extractfile(f"package/{self.file}")
            assert member is not None
            path.write_bytes(member.read())
        return path

    def _fetched(self, folder: Path) -> Path:
        npm = require("npm", f"{self.package} comes from its registry")
        command = [npm, "pack", f"{self.package}@{self.version}", "--silent", "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"npm cannot fetch {self.package}: {done.stderr}"
        (package,) = folder.glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        assert digest == self.integrity, f"{package.name} is not the release that is pinned"
        return package


HLS_JS = NpmPart(
    package="hls.js",
    version="1.7.4",
    integrity="3GlxGdPvT2YHvQYOt+yOzT/DEior/qJVNIylHA77kgeoBTdQQqi70GwefNEUmHQeNGyjC8U62+bruqW/Tpm+tg==",
    file="dist/hls.min.js",
)
"""What most sites play HLS with."""
SARIF_SCHEMA = NpmPart(
    package="schemastore",
    version="0.2.2",
    integrity="cpmpWDZnc58zpa39FYCDnsFZSUuVWLi+dUsQWzMvBbJ9oq7HDItEA+4voF7qGFgcfEjY4I7qWh6+BKc5JeE70A==",
    file="schemas/json/sarif-2.1.0.json",
)
"""OASIS' schema of SARIF 2.1.0."""
