"""botocore's models, read faster: each file at once and into plain dicts (which keep their order as well), and the
services listed without a look into each of their 440 folders. What is read is the same.
"""

import gzip
import json
import os
from pathlib import Path
from typing import Any

KINDS = ((".json", bytes), (".json.gz", gzip.decompress))
"""How a model's file may end, the first that is there counts; and how it is unpacked."""


def read_fast(session: Any) -> None:
    """Where botocore is not made as expected, it reads as it always does."""
    loader = session.get_component("data_loader")
    if not hasattr(loader, "file_loader") or not hasattr(loader, "list_available_services"):
        return
    loader.file_loader = _Files(loader.file_loader)
    names = sorted({name for path in loader.search_paths if os.path.isdir(path) for name in os.listdir(path)})  # noqa: PTH112, PTH208
    loader.list_available_services = lambda type_name: names


class _Files:
    """In place of botocore's JSONFileLoader."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def exists(self, file_path: str) -> bool:
        return bool(self._stock.exists(file_path))

    def load_file(self, file_path: str) -> Any:
        """None when there is no such file."""
        for end, unpacked in KINDS:
            path = Path(file_path + end)
            if path.is_file():
                return json.loads(unpacked(path.read_bytes()))
        return None
