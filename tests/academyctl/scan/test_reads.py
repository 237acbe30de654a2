"""Ways of reading the environment, one small program each: the names it reads, and what is no read at all."""

from pathlib import Path

import pytest

from academyctl.model.reference import How
from tests.academyctl.scan.program import at, names, scan

DIRECT = {
    "os.getenv('A')": "A",
    "os.getenv(default='1', key='A')": "A",
    "os.environ['A']": "A",
    "os.environ['A'] += ':more'": "A",
    "os.environ.get('A', 'B')": "A",
    "os.environ.pop('A')": "A",
    "os.environ.setdefault('A', 'x')": "A",
    "os.environ.__getitem__('A')": "A",
    "'A' in os.environ": "A",
    "'A' not in os.environ.keys()": "A",
    "os.environb[b'A']": "A",
    "os.getenvb(b'A')": "A",
    "os.path.expandvars('$A/${B}/c')": "A B",
    "getattr(os, 'environ')['A']": "A",
    "__import__('os').environ['A']": "A",
    "dict(os.environ)['A']": "A",
    "os.environ.copy().get('A')": "A",
    "(lambda: os.environ['A'])()": "A",
    "[os.environ[n] for n in ('A', 'B')]": "A B",
    'f\'{os.environ["A"]}:{os.getenv("B")}\'': "A B",
    "if (a := os.getenv('A')): pass": "A",
    "match os.getenv('A'):\n    case _: os.getenv('B')": "A B",
    "async def f():\n    async with x(os.getenv('A')): return await y(os.getenv('B'))": "A B",
    "class C:\n    level = os.getenv('A')": "A",
    "def f(x=os.getenv('A')): pass": "A",
    "@deco(os.getenv('A'))\ndef f(): pass": "A",
    "try:\n    os.environ['A']\nexcept KeyError:\n    os.environ['B']\nfinally:\n    os.environ['C']": "A B C",
    "while os.getenv('A'):\n    break\nelse:\n    os.getenv('B')": "A B",
    "print(*map(os.environ.get, ('A', 'B')))": "A B",
    "getattr(os, 'getenv')('A')": "A",
    "x[0][os.getenv('A')] += 1": "A",
    "x[os.getenv('A')]: int": "A",
    "for x[os.getenv('A')] in y: pass": "A",
    "try: pass\nexcept f(os.getenv('A')): pass": "A",
    "{'A', 'B'} - os.environ.keys()": "A B",
    "N = ('A', 'B')\nset(N) <= set(os.environ)": "A B",
}
ALIASES = {
    "from os import environ as e\ne['A']": "A",
    "from os import *\nenviron['A']\ngetenv('B')": "A B",
    "import os as o\no.getenv('A')": "A",
    "import os.path\nos.environ['A']": "A",
    "import os\ne = f = os.environ\nf['A']": "A",
    "import os\nget, pop = os.getenv, os.environ.pop\nget('A'), pop('B')": "A B",
    "import os\nclass C:\n    env = os.environ\n    def f(self): return self.env['A']": "A",
    "import os\ndef env(): return os.environ\nenv()['A']": "A",
    "import os\ndef load(source): return source['A'], source.get('B')\nload(os.environ)": "A B",
    "import os\ndef outer(env): return inner(env)\ndef inner(e): return e['A']\nouter(env=os.environ)": "A",
    "import os\nclass L:\n    def __init__(self, e): self.e = e\n    def f(self): self.e['A']\nL(os.environ)": "A",
    "try:\n    from os import getenv as g\nexcept ImportError:\n    g = None\ng('A')": "A",
    "def f():\n    import os\n    return os.getenv('A')": "A",
    "import os\nx = None\nx = x or os.environ\nx['A']": "A",
    "import os\nenv = {**os.environ}\nenv['A']": "A",
    "import os\nenv = {'A': '1', **os.environ, 'B': '2'}\nenv['A'], env['B']": "A",
    "import os\nenv = os.environ | {'A': '1'}\nenv['A'], env.get('B')": "B",
    "import os\nenv = dict(os.environ, A='1')\nenv['A'], env['B']": "B",
    "import os\nenv = dict(**os.environ)\nenv['A']": "A",
    "import copy, os\nenv = copy.copy(os.environ)\nenv['A']": "A",
    "import collections, os\nenv = collections.ChainMap({}, os.environ)\nenv['A']": "A",
    "import functools, os\nclass C:\n    @functools.cached_property\n    def e(self): return os.environ\n"
    "    def f(self): return self.e['A']": "A",
}
FOLDED = {
    "K = 'A'\nos.getenv(K)": "A",
    "K: str = 'A'\nos.getenv(K)": "A",
    "P = 'A'\nP += '_B'\nos.getenv(P)": "A_B",
    "os.getenv('A' '_B')": "A_B",
    "os.getenv('{}_{}'.format('A', 'B'))": "A_B",
    "os.getenv('%s_%s' % ('A', 'B'))": "A_B",
    "os.getenv('_'.join(['A', 'B']))": "A_B",
    "os.getenv('a'.upper())": "A",
    "os.getenv(str('A'))": "A",
    "import sys\nK = 'A' if sys.argv else 'B'\nos.getenv(K)": "A B",
    "import sys\nif sys.argv:\n    k = 'A'\nelse:\n    k = 'B'\nos.getenv(k)": "A B",
    "k = 'A'\nos.getenv(k)\nk = 'not-an-env'": "A",
    "T = {'x': 'A', 'y': 'B'}\nos.getenv(T['y'])": "B",
    "T = {'x': 'A', 'y': 'B'}\ndef f(k): return os.getenv(T[k])": "A B",
    "from enum import Enum\nclass K(str, Enum):\n    ONE = 'A'\n    TWO = 'B'\nos.getenv(K.ONE.value)": "A",
    "from enum import Enum\nclass K(str, Enum):\n    ONE = 'A'\n    TWO = 'B'\nfor k in K: os.getenv(k)": "A B",
    "for i, n in enumerate(['A']): os.getenv(n)": "A",
    "for n, (d, _) in {'A': (1, 2)}.items(): os.getenv(n, d)": "A",
    "for n in 'A B'.split(): os.getenv(n)": "A B",
    "ONE = ('A',)\nALL = ONE + ('B',)\nfor n in ALL: os.getenv(n)": "A B",
    "for p in ('X', 'Y'):\n    for s in ('1', '2'):\n        os.getenv(f'{p}_{s}')": "X_1 X_2 Y_1 Y_2",
    "FULL = [f'APP_{n}' for n in ('A', 'B')]\nfor n in FULL: os.getenv(n)": "APP_A APP_B",
    "for n in ('A',): os.getenv(n)\nfor n in ('b',): print(n)": "A",
    "L = ['A']\nL.append('B')\nfor n in L: os.getenv(n)": "A B",
    "L = []\ndef f(): L.extend(('A', 'B'))\nfor n in L: os.getenv(n)": "A B",
    "from conf import *\nk = 'A'\nos.getenv(k)": "A",
}
WRAPPERS = {
    "def env(n): return os.environ[n]\nenv('A')": "A",
    "def env(n, *, d=None): return os.getenv(n, d)\nenv(d='x', n='A')": "A",
    "def env(*names):\n    for n in names: yield os.getenv(n)\nenv('A', 'B')": "A B",
    "def env(n='A'): return os.getenv(n)\nenv()\nenv('B')": "A B",
    "def one(n): return os.getenv(n)\ndef two(m): return one('P_' + m)\ndef three(k): return two(k)\nthree('A')": "P_A",
    "def env(n):\n    n = n.upper()\n    return os.getenv(n)\nenv('a')": "A",
    "env = lambda n: os.getenv(n)\nenv('A')": "A",
    "from functools import partial\nget = partial(os.environ.get, 'A')\nget()": "A",
    "from functools import partial\ndef env(p, n): return os.getenv(p + n)\nm = partial(env, 'P_')\nm('A')": "P_A",
    "class E:\n    def get(self, n): return os.environ[n]\nE().get('A')": "A",
    "class E:\n    @staticmethod\n    def get(n): return os.environ[n]\nE.get('A')": "A",
    "class E:\n    @classmethod\n    def get(cls, n): return os.environ[n]\nE.get('A')\nE().get('B')": "A B",
    "class B:\n    def get(self, n): return os.environ[n]\nclass E(B):\n    def f(self): return self.get('A')": "A",
    "class V:\n    def __init__(self, n): self.n = n\n    def v(self): os.environ[self.n]\nV('A')\nV('B')": "A B",
    "class V:\n    def __call__(self, n): return os.environ[n]\nv = V()\nv('A')": "A",
    "class E:\n    def get(self, n): return os.environ[n]\ndef f(e: E): return e.get('A')": "A",
    "def env(n): return os.getenv(n)\nfor k in ('A', 'B'): env(k)": "A B",
    "def env(n): return os.getenv(n)\nlist(map(env, ['A', 'B']))": "A B",
    "def need(n):\n    if n not in os.environ: raise KeyError(n)\nneed('A')": "A",
    "def cfg(p):\n    def get(n): return os.getenv(f'{p}_{n}')\n    return get('A')\ncfg('X')": "X_A",
    "def loop(n): return loop(n) or os.getenv(n)\nloop('A')": "A",
    "def env(n): return os.getenv(n)\ndef old(n): return env(n) or env('P_' + n)\nold('A')": "A P_A",
    "def make():\n    def env(n): return os.getenv(n)\n    return env\nmake()('A')": "A",
    "class B:\n    def env(self, n): return os.getenv(n)\nclass C(B):\n    def f(self): super().env('A')": "A",
    "class C:\n    @classmethod\n    def env(cls, n): return os.getenv(n)\n"
    "    def f(self): type(self).env('A'), self.__class__.env('B')": "A B",
}


def told(tmp_path: Path, source: str) -> str:
    return " ".join(dict.fromkeys(names(scan(tmp_path, {"program.py": source}))))


@pytest.mark.parametrize(("source", "read"), DIRECT.items())
def test_a_direct_read(tmp_path: Path, source: str, read: str) -> None:
    assert told(tmp_path, f"import os\n{source}\n") == read


@pytest.mark.parametrize(("source", "read"), ALIASES.items())
def test_another_name_for_the_environment(tmp_path: Path, source: str, read: str) -> None:
    assert told(tmp_path, source) == read


@pytest.mark.parametrize(("source", "read"), FOLDED.items())
def test_a_name_made_of_constants(tmp_path: Path, source: str, read: str) -> None:
    assert told(tmp_path, f"import os\n{source}\n") == read


@pytest.mark.parametrize(("source", "read"), WRAPPERS.items())
def test_a_function_that_takes_the_name(tmp_path: Path, source: str, read: str) -> None:
    assert told(tmp_path, f"import os\n{source}\n") == read


@pytest.mark.parametrize(
    "source",
    [
        "os.environ['A'] = '1'",
        "os.environ['A'], x = 1, 2",
        "del os.environ['A']",
        "os.putenv('A', '1')\nos.unsetenv('A')",
        "os.environ.update(A='1')",
        "os.environ |= {'A': '1'}",
        "child = {**os.environ, 'A': '1'}\nchild['A']",
        "# os.getenv('A')",
        "'''os.getenv('A')'''",
        "x = \"os.getenv('A')\"",
        "env = {'A': 1}\nenv['A'], env.get('A')",
        "def app(environ, start): return environ['A']",
        "def f():\n    environ = {}\n    return environ['A']",
        "class os: environ = {}\nos.environ['A']",
        "match x:\n    case {'k': os}: os.environ['A']",
        "try: f()\nexcept E as os:\n    os.environ['A']",
        "a, *os = f()\nos.environ['A']",
        "{**os.environ, 'A': '1'}.get('A')",
        "getenv = dict.get\ngetenv({}, 'A')",
        "from flask import request\nrequest.environ['A']",
        "from shell import environ\nenviron['A']",
        "def env(n): return {}[n]\nenv('A')",
        "{}.get('A', os.getcwd())",
        "'A' in os.listdir()",
    ],
)
def test_what_is_no_read(tmp_path: Path, source: str) -> None:
    seen = scan(tmp_path, {"program.py": f"import os\n{source}\n"})
    assert (names(seen), seen.dynamic) == ([], ())


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import sys\nos.getenv(sys.argv[1])", 3),
        ("for key in os.environ:\n    print(key)", 2),
        ("found = {k: v for k, v in os.environ.items() if k.startswith('A_')}", 2),
        ("def env(n): return os.getenv(n)\nenv(input())", 3),
        ("def env(n):\n    return os.getenv(n)", 3),
        ("def env(n): return os.getenv(n)\nenv(*names())", 3),
        ("os.getenv('A_{:>4}'.format(1))", 2),
        ("k = k + 'A'\nos.getenv(k)", 3),
        ("os.getenv(**words)", 2),
        ("os.path.expandvars(input())", 2),
        ("{input()} - os.environ.keys()", 2),
        ("os.getenv(f'A{0x%s}')" % ("f" * 5000), 2),
        ("os.environ['%(a)s' % {'a': 'A'}]", 2),
    ],
)
def test_a_read_whose_name_only_a_run_knows_is_told_with_its_place(tmp_path: Path, source: str, line: int) -> None:
    seen = scan(tmp_path, {"program.py": f"import os\n{source}\n"})
    assert (names(seen), [one.line for one in seen.dynamic]) == ([], [line])


def test_a_half_known_name_is_told_both_ways(tmp_path: Path) -> None:
    seen = scan(tmp_path, {"program.py": "import os, sys\nk = 'A'\nif sys.argv:\n    k = input()\nos.getenv(k)\n"})
    assert (names(seen), [one.line for one in seen.dynamic]) == (["A"], [5])


def test_a_file_named_os_never_stands_in_for_the_real_one(tmp_path: Path) -> None:
    assert names(scan(tmp_path, {"app/os.py": "x = 1\n", "app/use.py": "import os\nos.getenv('A')\n"})) == ["A"]


def test_a_reader_is_followed_through_modules_packages_and_renames(tmp_path: Path) -> None:
    deep = "from ... import x\nfrom ..conf import need\nfrom .. import conf\nneed('A')\nconf.need('B')\n"
    files = {
        "app/__init__.py": "from .conf import need as require\n",
        "app/conf.py": "import os\nfrom app import names\ndef need(n): return os.environ[names.P + n]\n",
        "app/names.py": "P = 'P_'\nTOKEN = 'TOKEN'\n",
        "app/use.py": "from app import require as must\nfrom app.names import *\n\nmust(TOKEN)\n",
        "app/deep/__init__.py": "",
        "app/deep/more.py": deep,
    }
    seen = scan(tmp_path, files)
    assert at(seen, tmp_path) == ["app/deep/more.py:4 P_A", "app/deep/more.py:5 P_B", "app/use.py:4 P_TOKEN"]
    assert {one.how for one in seen.references} == {How.WRAPPER}


def test_modules_that_import_each_other_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import *\nfrom b import read\nX = Y\nread('A')\n",
        "b.py": "from a import *\nfrom a import X as Y, read\nread(Y)\n",
    }
    assert names(scan(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("source", "required"),
    [
        ("os.environ['A']", True),
        ("os.getenv('A')", True),
        ("os.getenv('A', None)", True),
        ("os.getenv('A', '')", False),
        ("os.environ.pop('A', None)", True),
        ("os.environ.setdefault('A', '1')", False),
        ("'A' in os.environ", False),
        ("os.getenv('A') or 'x'", False),
        ("os.getenv('A') or None", True),
        ("def env(n, d=None): return os.getenv(n, d)\nenv('A')", True),
        ("def env(n, d=None): return os.getenv(n, d)\nenv('A', '1')", False),
        ("def env(n, d='1'): return os.getenv(n, d)\nenv('A')", False),
    ],
)
def test_a_read_with_nothing_to_fall_back_on_is_required(tmp_path: Path, source: str, required: bool) -> None:
    (found,) = scan(tmp_path, {"program.py": f"import os\n{source}\n"}).references
    assert found.required is required
