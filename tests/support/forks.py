"""academyctl as a process of its own that starts at once: a fork of one that has imported everything already.

For tests that need many real processes, to be killed for real. The first process has one thread and opens nothing, so
its forks are as good as new ones.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.cli import ROOT, Result

MOTHER = """
import json, os, sys
from importlib import import_module
from academyctl.cli.app import run
for name in json.loads(sys.argv[1]):
    import_module(name)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        for number, path in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        code = run(order["words"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass
class Forks:
    """`started` is told each process's id before it ends: whoever is to kill it needs that."""

    mother: "subprocess.Popen[str]"
    folder: Path
    pid: int = 0

    def run(self, *words: str, env: Mapping[str, str], cwd: Path, err: Path | None = None) -> Result:
        """`err`: a device that takes its stderr; then the result has none."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        out, told = self.folder / "out", err or self.folder / "err"
        order = {"words": words, "env": dict(env), "cwd": str(cwd), "out": str(out), "err": str(told)}
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        self.pid = int(self.mother.stdout.readline())
        code = int(self.mother.stdout.readline())
        return Result(code, out.read_text(), "" if err else told.read_text())


@contextmanager
def forks(*modules: str, env: Mapping[str, str]) -> Iterator[Forks]:
    """`modules` are imported beforehand."""
    command = [sys.executable, "-c", MOTHER, json.dumps(modules)]
    pipe = subprocess.PIPE
    mother = subprocess.Popen(command, env=dict(env), cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    with TemporaryDirectory(prefix="forks-") as folder:
        try:
            yield Forks(mother, Path(folder))
        finally:
            mother.communicate()
