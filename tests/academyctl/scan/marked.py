"""The sample that scanners are compared on: 43 references in ten ways of writing them, and decoys that none may report.

`sample/*.py.txt` are Python; a line says in its comment what it reads. No name of a decoy begins as a real one's.
"""

import re
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).with_name("sample")
DECOY = "DECOY_"


class Marked(NamedTuple):
    name: str
    file: str
    line: int


def sources() -> dict[str, str]:
    """File name → text."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(SAMPLE.glob("*.py.txt"))}


def marked() -> set[Marked]:
    """What the comments say is read."""
    return {
        Marked(name, file, number)
        for file, text in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        for told in re.findall(r"# reads (.+)", line)
        for name in told.split()
    }


def decoys() -> set[str]:
    return {name for text in sources().values() for name in re.findall(rf"{DECOY}[A-Z]+", text)}


def write_sample(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in sources().items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder
