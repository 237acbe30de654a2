"""The policy documents of academyctl/iam/, as they stand: `${…}` in them is filled in by who plans a role.

Beside them stands calls.json: which API calls each purpose can come to, as the source tells it.
"""

import json
from pathlib import Path

from academyctl.model.iam import Document
from academyctl.model.rights import Calls

_FOLDER = Path(__file__).resolve().parent.parent / "iam"
_CALLS = _FOLDER / "calls.json"


def load_policies() -> dict[str, Document]:
    """File name without `.json` → document."""
    paths = (path for path in sorted(_FOLDER.glob("*.json")) if path != _CALLS)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def load_calls() -> Calls:
    return {name: tuple(calls) for name, calls in json.loads(_CALLS.read_text(encoding="utf-8")).items()}
