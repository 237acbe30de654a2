"""`env scan` beside envsleuth: what each finds in the sample of the tests, and what 2 000 files cost."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import Command, side_by_side
from benchmarks.report import Target, ratio
from benchmarks.surroundings import OURS, PEERS, Measured, plain
from tests.academyctl.scan.marked import DECOY, marked, write_sample

FILES, FEW = 2_000, 200
APPS = 40
PEER = str(PEERS / "envsleuth")


def scan(folder: Path, rounds: int) -> Measured:
    write_sample(folder / "sample")
    write_tree(folder / "tree", FILES)
    write_tree(folder / "few", FEW)
    (folder / "empty.env").write_text("")
    env = plain(folder)

    def ours(name: str, path: str) -> Command:
        return Command(name=name, argv=(OURS, "env", "scan", path), cwd=folder, env=env, codes=(0, 4))

    commands = [
        ours(f"env scan, {FILES} files", "tree"),
        ours(f"env scan, {FEW} files", "few"),
        Command(name=f"envsleuth, {FEW} files", argv=_peer("few"), cwd=folder, env=env),
    ]
    series = side_by_side(commands, rounds=rounds)
    many, few, theirs = series
    targets = [
        *_found("env scan", _ours(folder / "sample"), limit=0),
        *_found("envsleuth", _theirs(folder / "sample"), limit=None),
        Target(what=f"cpu of {many.name}", value=many.cpu, unit="s", limit=4.0),
        ratio(few, theirs, 1.0),
    ]
    return series, targets


def _found(tool: str, names: Iterable[str], *, limit: float | None) -> list[Target]:
    wanted, told = {one.name for one in marked()}, set(names)
    missed, decoys = len(wanted - told), len([name for name in told if name.startswith(DECOY)])
    return [
        Target(what=f"{tool}: missed of {len(wanted)}", value=missed, unit="", limit=limit),
        Target(what=f"{tool}: decoys reported", value=decoys, unit="", limit=limit),
    ]


def _ours(sample: Path) -> list[str]:
    told = subprocess.run(
        [OURS, "env", "scan", str(sample), "-o", "json"], env=plain(sample), capture_output=True, check=False
    )
    return [one["name"] for one in json.loads(told.stdout)["data"]["references"]]


def _peer(path: str) -> tuple[str, ...]:
    return (PEER, "scan", "-p", path, "--json", "--no-config", "--no-update-check", "--env", "empty.env")


def _theirs(sample: Path) -> list[str]:
    told = subprocess.run(_peer("sample"), cwd=sample.parent, env=plain(sample), capture_output=True, check=True)
    return [one["name"] for one in json.loads(told.stdout)["variables"]]


def write_tree(folder: Path, files: int) -> None:
    """A Django project of 40 apps, with modules of some 120 lines each; one module in ten reads an env key."""
    for number in range(files):
        app, module = folder / f"app{number % APPS}", number // APPS
        app.mkdir(parents=True, exist_ok=True)
        name = "__init__" if module == 0 else f"module{module}"
        (app / f"{name}.py").write_text(_module(number), encoding="utf-8")
    (folder / "app0" / "module1.py").write_text(READER, encoding="utf-8")


READER = '''"""Reads the environment for all others."""

import os


def require(name, default=None):
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(name)
    return value
'''
HEAD = '''"""Module {number}."""

import logging
from dataclasses import dataclass, field

from django.conf import settings

from app{other} import module{module} as other
from app0.module1 import require

logger = logging.getLogger(__name__)
LIMIT = {number}
NAMES = ("alpha", "beta", "gamma")
'''
CLASS = '''

@dataclass
class Part{index}:
    """One of the parts that module {number} is made of."""

    name: str
    size: int = LIMIT
    rows: list[dict[str, int]] = field(default_factory=list)

    def total(self, rate: float = 1.5) -> float:
        found = [row["size"] * rate for row in self.rows if row.get("size", 0) > self.size]
        if not found or self.name not in NAMES:
            logger.warning("nothing of %s in %s rows", self.name, len(self.rows))
            return settings.TIME_ZONE and 0.0
        return sum(found) / max(len(found), 1)

    def load(self, rows):
        for index, row in enumerate(rows):
            try:
                value = int(row["value"] or other.LIMIT)
            except (KeyError, ValueError) as failure:
                logger.info(f"row {{index}} of {{self.name}}: {{failure}}")
                continue
            self.rows.append({{"size": value, "index": index, "limit": LIMIT + index % 7}})
        return self
'''


def _module(number: int) -> str:
    other, module = (number * 7) % APPS, 1 + number % 4
    parts = "".join(CLASS.format(index=index, number=number) for index in range(4))
    tail = f'\n\nKEY = require("BENCH_KEY_{number}", "")\n' if number % 10 == 0 else ""
    return HEAD.format(number=number, other=other, module=module) + parts + tail
