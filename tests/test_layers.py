"""The layer table, proven from the source: who may import whom, and which words are left to one place.

Folders of academyctl/ are layers. Imports count wherever they stand: in functions, under TYPE_CHECKING, in try.
What is in no row is forbidden, so a new folder or a new dependency has to be written down here first.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "academyctl"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What a layer may import beside itself and the standard library. A pure one does no I/O and has no clock."""

    layers: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    is_pure: bool = False


def row(layers: str = "", packages: str = "", *, is_pure: bool = False) -> Layer:
    return Layer(layers=frozenset(layers.split()), packages=frozenset(packages.split()), is_pure=is_pure)


TABLE = {
    "model": row(is_pure=True),
    "plan": row("model", is_pure=True),
    "check": row("model", is_pure=True),
    "profiles": row("model", "yaml"),
    "envfile": row("model", "dotenv"),
    "aws": row("model", "botocore"),
    "containers": row("model", "docker"),
    "scan": row("model"),
    "apply": row("model plan"),
    "render": row("model", "rich"),
    "sandbox": row("model profiles envfile plan", "boto3 botocore moto werkzeug"),
    "cli": row("model plan check profiles envfile aws containers scan apply render sandbox", "typer"),
    "__main__": row("cli"),
    "__init__": row(),
}
IMPURE = re.compile(
    r"(asyncio|getpass|glob|http|importlib|io|locale|logging|multiprocessing|os|pathlib|platform|random|secrets|select"
    r"|shutil|signal|socket|sqlite3|ssl|subprocess|sys|tempfile|threading|time|urllib\.request|uuid)(\..*)?"
)
"""Standard modules that a pure layer does not import."""
CLOCKS = re.compile(r"(\w+\.)*(datetime|date)\.(now|utcnow|today)")

# What is said in these places only: (pattern of the call or of the caught class, its places, the rule in words).
EVERYTHING = re.compile(r"(builtins\.)?(Base)?Exception|")
RESERVED = (
    (re.compile(r"print|input|breakpoint"), (), "output goes through render"),
    (re.compile(r"sys\.exit|os\._exit|exit|quit|SystemExit"), ("__main__.py",), "only __main__ ends the process"),
    (re.compile(r"time\.sleep|sleep"), ("apply/wait.py", "aws/connect.py", "sandbox/"), "waiting is apply/wait's"),
    (re.compile(r"__import__|(importlib\.)?import_module"), ("cli/app.py",), "hides an import from this test"),
    (re.compile(r"eval|exec"), (), "hides code from this test"),
)
CATCHES_ALL = ("cli/boundary.py", "aws/connect.py", "aws/concurrent.py")
"""The boundary, the wall round botocore, and threads, which hand what they catch to who asks for their answer."""


def violations(root: Path) -> list[str]:
    """Every breach under an academyctl/ folder, as `path:line: what`."""
    return [found for path in sorted(root.rglob("*.py")) for found in _in_file(path, path.relative_to(root))]


def _in_file(path: Path, relative: Path) -> Iterator[str]:
    layer = relative.parts[0].removesuffix(".py")
    if layer not in TABLE:
        yield f"{relative}: {layer} is no layer"
        return
    place = relative.as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for what in (*_imports(node, relative, layer), *_words(node, place, TABLE[layer])):
            yield f"{place}:{getattr(node, 'lineno', 0)}: {what}"


def _imports(node: ast.AST, relative: Path, layer: str) -> Iterator[str]:
    for module in imported(node, relative):
        why = _forbidden(module, layer)
        if why:
            yield f"{layer} imports {module}: {why}"


def imported(node: ast.AST, relative: Path) -> Iterator[str]:
    """The absolute names of the modules that an import statement may load."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = ["academyctl", *relative.parent.parts]
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        # `from academyctl import aws` and `from urllib import request` name a module after the import.
        yield from (f"{module}.{alias.name}" for alias in node.names) if "." not in module else (module,)


def _forbidden(module: str, layer: str) -> str:
    root, _, rest = module.partition(".")
    allowed = TABLE[layer]
    if root == "academyctl":
        target = rest.partition(".")[0]
        if target in TABLE:
            return "" if target in {layer, *allowed.layers} else "not in its row"
        return "no layer of that name"
    if root in sys.stdlib_module_names:
        return "does I/O or has a clock" if allowed.is_pure and IMPURE.fullmatch(module) else ""
    return "" if root in allowed.packages else "not in its row"


def _words(node: ast.AST, place: str, layer: Layer) -> Iterator[str]:
    called = _called(node)
    for pattern, places, why in RESERVED:
        if called and pattern.fullmatch(called) and not place.startswith(places or ("\0",)):
            yield f"{called}: {why}"
    if layer.is_pure and called and (CLOCKS.fullmatch(called) or called == "open"):
        yield f"{called}: a pure layer does no I/O and has no clock"
    if isinstance(node, ast.ExceptHandler) and _catches_all(node) and place not in CATCHES_ALL:
        yield "catches everything: only the boundary, the wall round botocore and its threads do"


def _called(node: ast.AST) -> str:
    """The dotted name that is called, raised or, for `sleep` handed on as a default, read; else ""."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func)
    if isinstance(node, ast.Raise) and node.exc is not None:
        return ast.unparse(node.exc)
    if isinstance(node, ast.Attribute) and node.attr == "sleep":
        return ast.unparse(node)
    if isinstance(node, ast.ImportFrom) and node.module in ("time", "sys", "os", "builtins", "importlib"):
        return next((alias.name for alias in node.names if alias.name in ("sleep", "exit", "_exit", "print")), "")
    return ""


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(EVERYTHING.fullmatch(ast.unparse(kind) if kind else "") for kind in kinds)


def test_every_import_and_every_reserved_word_is_in_its_place() -> None:
    assert violations(ROOT) == []


def test_every_row_is_a_folder_and_the_test_reads_its_files() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders | {"__main__", "__init__"} == set(TABLE)


def test_the_table_runs_one_way() -> None:
    order = TopologicalSorter({name: layer.layers for name, layer in TABLE.items()}).static_order()
    assert set(order) == set(TABLE)


@pytest.mark.parametrize(
    ("place", "source", "said"),
    [
        ("helpers/x.py", "", "helpers is no layer"),
        ("stray.py", "", "stray is no layer"),
        ("model/x.py", "import academyctl.plan.ssm", "model imports academyctl.plan.ssm: not in its row"),
        ("model/x.py", "from academyctl import aws", "model imports academyctl.aws: not in its row"),
        ("model/x.py", "from ..cli import run", "model imports academyctl.cli: not in its row"),
        ("plan/x.py", "def f():\n    from academyctl.aws.ssm import put", "x.py:2: plan imports academyctl.aws.ssm"),
        ("apply/x.py", "if TYPE_CHECKING:\n    import academyctl.aws.ssm", "apply imports academyctl.aws.ssm"),
        ("render/x.py", "try:\n    import yaml\nexcept ImportError:\n    pass", "render imports yaml: not in its row"),
        ("cli/x.py", "import botocore.session", "cli imports botocore.session: not in its row"),
        ("aws/x.py", "import boto3", "aws imports boto3: not in its row"),
        ("cli/x.py", "import academyctl.helpers", "academyctl.helpers: no layer of that name"),
        ("cli/x.py", "from tests.support import cli", "cli imports tests.support: not in its row"),
        ("aws/x.py", "import api.videos", "aws imports api.videos: not in its row"),
        ("aws/x.py", "from worker import main", "aws imports worker.main: not in its row"),
        ("check/x.py", "from os import environ", "check imports os.environ: does I/O"),
        ("check/x.py", "from urllib import request", "check imports urllib.request: does I/O"),
        ("plan/x.py", "import time", "plan imports time: does I/O or has a clock"),
        ("plan/x.py", "import datetime\ndatetime.datetime.now()", "datetime.datetime.now: a pure layer"),
        ("check/x.py", "open('f')", "open: a pure layer"),
        ("render/x.py", "print('x')", "print: output goes through render"),
        ("cli/x.py", "import sys\nsys.exit(1)", "sys.exit: only __main__"),
        ("cli/x.py", "from sys import exit", "exit: only __main__"),
        ("cli/x.py", "raise SystemExit", "SystemExit: only __main__"),
        ("apply/x.py", "import time\ntime.sleep(1)", "x.py:2: time.sleep: waiting"),
        ("apply/x.py", "import time\ndef f(sleep=time.sleep): ...", "x.py:2: time.sleep: waiting"),
        ("cli/x.py", "from time import sleep", "sleep: waiting"),
        ("cli/x.py", "__import__('boto3')", "hides an import"),
        ("apply/x.py", "try:\n    f()\nexcept Exception:\n    pass", "x.py:3: catches everything"),
        ("apply/x.py", "try:\n    f()\nexcept (OSError, BaseException) as e:\n    pass", "catches everything"),
        ("apply/x.py", "try:\n    f()\nexcept:\n    pass", "catches everything"),
    ],
)
def test_a_breach_is_found(tmp_path: Path, place: str, source: str, said: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    assert any(said in found for found in violations(tmp_path)), violations(tmp_path)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("plan/x.py", "import re\nfrom urllib.parse import urlsplit\nfrom academyctl.model.plan import Plan"),
        ("plan/x.py", "from academyctl.plan.split import split\nfrom datetime import datetime\nx: datetime"),
        ("apply/wait.py", "import time\ntime.sleep(1)"),
        ("cli/boundary.py", "try:\n    f()\nexcept Exception:\n    pass"),
        ("render/x.py", "out.print('x')\nfrom rich.table import Table"),
        ("__main__.py", "import sys\nfrom academyctl.cli.app import run\nsys.exit(run())"),
    ],
)
def test_what_a_row_allows_passes(tmp_path: Path, place: str, source: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    assert violations(tmp_path) == []
