"""The delete-r2 function's code as Lambda takes it: a zip that has the same bytes wherever its sources are the same.

In a checkout the sources are worker/delete_r2; the wheel has them as academyctl/lambda_code. They are read, not run.
"""

import base64
import hashlib
import io
import zipfile
from pathlib import Path

from academyctl.model.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent.parent
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell."""
UNIX, READABLE = 3, 0o100644 << 16
"""Lambda runs the code as another user than its owner: everybody may read it."""


def load_code() -> bytes:
    """The zip. UsageError where this installation has no sources."""
    folder = code_folder()
    sources = {path.name: path.read_bytes() for path in folder.glob("*.py") if path.name != "__init__.py"}
    if not sources:
        raise UsageError(
            "the Lambda's code is not in this installation", code="delete-r2.code", hint="reinstall academyctl"
        )
    return packed(sources)


def code_folder() -> Path:
    shipped = _PACKAGE / "lambda_code"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "worker" / "delete_r2"


def packed(sources: dict[str, bytes]) -> bytes:
    """Name → bytes, as a zip. Not compressed: zlib's output differs from release to release. Line ends are Unix's:
    git may have changed them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(sources):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = UNIX, READABLE
            archive.writestr(entry, sources[name].replace(b"\r\n", b"\n"))
    return buffer.getvalue()


def code_sha256(code: bytes) -> str:
    """CodeSha256 as Lambda tells it (API, FunctionConfiguration)."""
    return base64.b64encode(hashlib.sha256(code).digest()).decode()
