"""botocore's models, read faster: each file at once and into plain dicts (which keep their order as well), and the
services listed without a look into each of their 440 folders. What is read is the same.
"""

import gzip
import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from academyctl.model.errors import AwsError

KINDS = ((".json", bytes), (".json.gz", gzip.decompress))
"""How a model's file may end, the first that is there counts; and how it is unpacked."""


def read_fast(session: Any) -> None:
    """Where botocore is not made as expected, it reads as it always does."""
    loader = session.get_component("data_loader")
    if not all(hasattr(loader, name) for name in ("file_loader", "list_available_services", "search_paths")):
        return
    loader.file_loader = _Files(loader.file_loader)
    names = sorted({name for path in loader.search_paths for name in _listed(path)})
    loader.list_available_services = lambda type_name: names


def _listed(folder: str) -> list[str]:
    """What cannot be listed (~/.aws/models after a sudo) holds nothing for us."""
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


class _Files:
    """In place of botocore's JSONFileLoader."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def exists(self, file_path: str) -> bool:
        return bool(self._stock.exists(file_path))

    def load_file(self, file_path: str) -> Any:
        """None when there is no such file; AwsError for one that cannot be read."""
        for end, unpacked in KINDS:
            path = Path(file_path + end)
            if path.is_file():
                return _loaded(path, unpacked)
        return None


def _loaded(path: Path, unpacked: Callable[[bytes], bytes]) -> Any:
    try:
        return json.loads(unpacked(path.read_bytes()))
    except (ValueError, OSError, EOFError, zlib.error):
        hint = "install academyctl anew; should the file be your own, look at AWS_DATA_PATH and ~/.aws/models"
        raise AwsError(f"a model of the AWS SDK cannot be read: {path}", hint=hint) from None
