"""The policy documents of academyctl/iam/, as they stand: `${…}` in them is filled in by who plans a role."""

import json
from pathlib import Path

from academyctl.model.iam import Document

_FOLDER = Path(__file__).resolve().parent.parent / "iam"


def load_policies() -> dict[str, Document]:
    """File name without `.json` → document."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.json"))}
