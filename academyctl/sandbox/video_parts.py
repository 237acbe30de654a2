"""What the video demo needs on this machine: looked for before anything is started, and all that is missing named."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from academyctl.model.errors import UsageError

MODULES = ("django", "gunicorn", "redis")
"""What the API and the worker import, beside what academyctl itself needs."""
PIP = "pip install 'academyctl[video]'"
HLS_JS = Path("node_modules", "hls.js", "dist", "hls.min.js")
GLOBAL = (Path("/usr/local/lib"), Path("/usr/lib"))
"""Where npm puts what is installed with -g."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`code`: the folder that holds the packages api and worker. `hls_js`: a player for browsers without their own."""

    ffmpeg: str
    weed: str
    code: Path
    hls_js: Path | None


def find_parts(folder: Path) -> Parts:
    """`folder`: where somebody may have installed hls.js, or above. UsageError: what is missing, with remedies."""
    code, weed, ffmpeg = _code(), _beside("weed"), shutil.which("ffmpeg")
    modules = [name for name in MODULES if find_spec(name) is None]
    missing: dict[str, str] = dict.fromkeys(modules, PIP)
    missing |= {} if weed else {"weed (SeaweedFS)": PIP}
    missing |= {} if ffmpeg and shutil.which("ffprobe") else {"ffmpeg and ffprobe": "apt-get install ffmpeg"}
    missing |= {} if code else {"the packages api and worker": "run it in a checkout of the repository"}
    if os.name != "posix":
        missing["POSIX"] = "the worker runs on Linux and macOS only"
    if missing or not (ffmpeg and weed and code):
        raise _missing(missing)
    return Parts(ffmpeg=ffmpeg, weed=weed, code=code, hls_js=_hls_js(folder))


def _missing(missing: Mapping[str, str]) -> UsageError:
    return UsageError(
        f"the video demo needs what is not here: {', '.join(missing)}",
        code="sandbox.missing",
        hint="; ".join(dict.fromkeys(missing.values())),
    )


def _code() -> Path | None:
    """Both packages lie in one folder; somebody else's of these names are not taken."""
    found = find_spec("worker")
    places = [Path(place).parent for place in (found.submodule_search_locations or ())] if found else []
    files = (Path("worker", "batch_main.py"), Path("api", "manage.py"))
    return next((place for place in places if all((place / file).is_file() for file in files)), None)


def _beside(name: str) -> str | None:
    """A wheel's program is beside its Python; that folder need not be on PATH."""
    path = Path(sys.executable).parent / name
    return str(path) if path.is_file() else shutil.which(name)


def _hls_js(folder: Path) -> Path | None:
    places = (folder, *folder.parents, *GLOBAL)
    return next((place / HLS_JS for place in places if (place / HLS_JS).is_file()), None)
