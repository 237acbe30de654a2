"""Django's settings: what a use of one reads, and which are defined nowhere."""

from pathlib import Path

import pytest

from tests.academyctl.scan.program import at, scan

START = "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf.settings'\nimport use\n"


def site(settings: str, use: str) -> dict[str, str]:
    return {"main.py": START, "conf/__init__.py": "", "conf/settings.py": f"import os\n{settings}\n", "use.py": use}


@pytest.mark.parametrize(
    ("settings", "read"),
    [
        ("X = os.getenv('A')", "A"),
        ("X = int(os.environ['A']) * 2", "A"),
        ("X = os.getenv('A') or os.getenv('B')", "A B"),
        ("_raw = os.getenv('A')\nX = _raw.split(',')", "A"),
        ("HOST = os.getenv('A')\nPORT = os.getenv('B')\nX = f'{HOST}:{PORT}'", "A B"),
        ("X = {'default': {'NAME': os.getenv('A')}}", "A"),
        ("if os.getenv('NOT'):\n    X = os.getenv('A')\nelse:\n    X = os.getenv('B')", "A B"),
        ("from .base import *", "BASE"),
        ("from .base import Y as X", "OTHER"),
        ("X = 1", ""),
        ("X, Y = os.getenv('A'), os.getenv('B')", "A"),
        ("def need(n): return os.environ[n]\nX = need('A')", "A"),
        ("from .base import *\nX += os.getenv('A')", "A BASE"),
        ("from . import base\nX = base.Y", "OTHER"),
        ("def f(): return os.getenv('A')\nX = f()", "A"),
    ],
)
def test_a_setting_is_what_it_was_assigned_from(tmp_path: Path, settings: str, read: str) -> None:
    files = site(settings, "from django.conf import settings\n\nprint(settings.X)\n")
    files["conf/base.py"] = "import os\nX = os.getenv('BASE')\nY = os.getenv('OTHER')\n"
    seen = scan(tmp_path, files, {"r": ["main"]})
    found = [one.name for one in seen.references if one.path.endswith("use.py")]
    assert (" ".join(found), seen.undefined) == (read, ())


@pytest.mark.parametrize(
    "use",
    [
        "from django.conf import settings as s\ns.X",
        "from django import conf\nconf.settings.X",
        "import django.conf\ndjango.conf.settings.X",
        "from django.conf import settings\ngetattr(settings, 'X')",
        "from django.conf import settings\ngetattr(settings, 'X', None)",
        "from django.conf import settings\nhasattr(settings, 'X')",
        "from django.conf import settings\ndef conf(n): return getattr(settings, 'X')\nconf(1)",
        "from django.conf import settings\ndef conf(n): return getattr(settings, n)\nconf('X')",
        "from django.conf import settings\nfor n in ('X',): getattr(settings, n)",
    ],
)
def test_ways_of_using_a_setting(tmp_path: Path, use: str) -> None:
    seen = scan(tmp_path, site("X = os.getenv('A')", use), {"r": ["main"]})
    assert next(one for one in at(seen, tmp_path) if one.startswith("use.py")).endswith(" A")


@pytest.mark.parametrize(
    ("settings", "use", "undefined"),
    [
        ("X = 1", "settings.Y", ["Y"]),
        ("X = 1", "print(settings.Y)\nsettings.Y\nsettings.Z", ["Y", "Y", "Z"]),
        ("X = 1", "getattr(settings, 'Y')", ["Y"]),
        ("X = 1", "settings.TIME_ZONE, settings.DATABASES, settings.SETTINGS_MODULE", []),
        ("X = 1", "getattr(settings, 'Y', None)", []),
        ("X = 1", "if hasattr(settings, 'Y'):\n    settings.Y", []),
        ("X = 1", "settings.configure", []),
        ("X = 1", "try:\n    settings.Y\nexcept AttributeError:\n    pass", []),
        ("X = 1", "try:\n    settings.Y\nexcept AttributeError:\n    raise", ["Y"]),
        ("X = 1", "try:\n    settings.Y\nexcept KeyError:\n    pass", ["Y"]),
        ("from split_settings.tools import include\ninclude('more.py')", "settings.Y", []),
        ("from configurations import Configuration\nclass Base(Configuration): Y = 1", "settings.Y", []),
        ("A, *Y = f()", "settings.Y", []),
        ("match f():\n    case Y: pass", "settings.Y", []),
        ("X = 1", "class settings: Y = 1\nsettings.Y", []),
        ("from elsewhere import *", "settings.Y", []),
        ("globals()['Y'] = 1", "settings.Y", []),
        ("if X:\n    Y = 1", "settings.Y", []),
        ("from .base import *", "settings.X, settings.Y", []),
    ],
)
def test_a_setting_that_nothing_defines_is_told(tmp_path: Path, settings: str, use: str, undefined: list[str]) -> None:
    files = site(settings, f"from django.conf import settings\n{use}\n")
    files["conf/base.py"] = "X = 1\nY = 2\n"
    seen = scan(tmp_path, files, {"r": ["main"]})
    assert [one.name for one in seen.undefined] == undefined
    assert {one.roles for one in seen.undefined} <= {("r",)}


def test_each_role_is_held_to_its_own_settings(tmp_path: Path) -> None:
    files = {
        "web.py": START.replace("conf.settings", "conf.web"),
        "job.py": START.replace("conf.settings", "conf.job"),
        "conf/__init__.py": "",
        "conf/web.py": "import os\nX = os.getenv('WEB')\n",
        "conf/job.py": "import os\nY = os.getenv('JOB')\n",
        "use.py": "from django.conf import settings\nprint(settings.X)\n",
    }
    seen = scan(tmp_path, files, {"web": ["web"], "job": ["job"]})
    assert [(one.name, one.line, one.roles) for one in seen.undefined] == [("X", 2, ("job",))]
    assert [(one.name, one.roles) for one in seen.references if one.path.endswith("use.py")] == [("WEB", ("web",))]


def test_without_a_settings_module_nothing_is_undefined(tmp_path: Path) -> None:
    seen = scan(tmp_path, {"use.py": "from django.conf import settings\nsettings.Y\n"}, {"r": ["use"]})
    assert seen.undefined == ()


def test_settings_that_nothing_names_are_found_by_their_name(tmp_path: Path) -> None:
    files = {
        "site_/settings.py": "import os\nX = os.getenv('A')\n",
        "use.py": "from django.conf import settings\nsettings.X\nsettings.Y\n",
    }
    seen = scan(tmp_path, files, {"r": ["use"]})
    assert [one.name for one in seen.undefined] == ["Y"]
