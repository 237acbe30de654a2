"""Which code a role runs: imports, and what Django finds by name."""

from pathlib import Path

import pytest

from tests.academyctl.scan.program import names, scan


def read(*keys: str) -> str:
    return "import os\n" + "".join(f"os.getenv('{key}')\n" for key in keys)


PROGRAM = {
    "main.py": "from pkg.mod import x\n",
    "pkg/__init__.py": read("PACKAGE"),
    "pkg/mod.py": "from . import beside\nfrom .sub import *\n" + read("MODULE"),
    "pkg/beside.py": read("BESIDE"),
    "pkg/sub/__init__.py": "def f():\n    from pkg import late\n" + read("STAR"),
    "pkg/late.py": read("LATE"),
    "pkg/dead.py": read("DEAD"),
}


def test_the_closure_of_an_entry_point_holds_packages_siblings_stars_and_late_imports(tmp_path: Path) -> None:
    seen = scan(tmp_path, PROGRAM, {"r": ["main"]})
    assert sorted(names(seen, "r")) == ["BESIDE", "LATE", "MODULE", "PACKAGE", "STAR"]
    assert seen.entered == ("r",)
    (dead,) = [one for one in seen.references if not one.roles]
    assert dead.name == "DEAD"


@pytest.mark.parametrize(
    "statement",
    [
        "import pkg.dead",
        "import pkg.dead as d",
        "from pkg import dead",
        "from pkg.dead import something",
        "if True:\n    import pkg.dead",
        "try:\n    import pkg.dead\nexcept ImportError: pass",
        "from importlib import import_module\nimport_module('pkg.dead')",
        "NAME = 'pkg.' + 'dead'\n__import__(NAME)",
        "import importlib\nimportlib.import_module('.dead', 'pkg')",
        "import importlib\nimportlib.import_module('..dead', package='pkg.sub')",
        "from django.utils.module_loading import import_string\nimport_string('pkg.dead.run')",
        "from django.urls import include\nurlpatterns = [include('pkg.dead')]",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pkg.dead'])",
    ],
)
def test_ways_of_importing(tmp_path: Path, statement: str) -> None:
    seen = scan(tmp_path, {**PROGRAM, "main.py": statement + "\n"}, {"r": ["main"]})
    assert "DEAD" in names(seen, "r")


@pytest.mark.parametrize(
    "statement",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg.dead",
        "# import pkg.dead",
        "x = 'import pkg.dead'",
        "import os.path",
    ],
)
def test_what_imports_nothing(tmp_path: Path, statement: str) -> None:
    seen = scan(tmp_path, {**PROGRAM, "main.py": statement + "\n"}, {"r": ["main"]})
    assert names(seen, "r") == []


DJANGO = {
    "manage.py": (
        "import os\nfrom django.core.management import execute_from_command_line\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\nexecute_from_command_line()\n"
    ),
    "job.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.job_settings'\n",
    "site_/__init__.py": "",
    "site_/settings.py": (
        "from .base import *\nINSTALLED_APPS = ['shop', 'mail.apps.MailConfig', 'django.contrib.auth']\n"
        "ROOT_URLCONF = 'site_.urls'\nINSTALLED_APPS += ['late']\n"
    ),
    "site_/base.py": "MIDDLEWARE = ['site_.middle.Ware']\nWSGI_APPLICATION = 'site_.wsgi.application'\n" + read("BASE"),
    "site_/job_settings.py": "INSTALLED_APPS = ['shop']\n" + read("JOB"),
    "site_/urls.py": "urlpatterns = []\n" + read("URLS"),
    "site_/middle.py": read("MIDDLEWARE"),
    "site_/wsgi.py": read("WSGI"),
    "shop/__init__.py": "",
    "shop/models.py": read("MODELS"),
    "shop/apps.py": read("APPS"),
    "shop/views.py": read("VIEWS"),
    "shop/management/__init__.py": "",
    "shop/management/commands/__init__.py": "",
    "shop/management/commands/tidy.py": read("COMMAND"),
    "shop/migrations/__init__.py": "",
    "shop/migrations/0001_initial.py": read("MIGRATION"),
    "mail/__init__.py": "",
    "mail/apps.py": read("MAIL"),
    "mail/models.py": read("MAIL_MODELS"),
    "late/__init__.py": read("LATE"),
}


def test_a_django_site_is_what_its_settings_name(tmp_path: Path) -> None:
    seen = scan(tmp_path, DJANGO, {"web": ["manage"], "job": ["job"]})
    assert sorted(set(names(seen, "web")) - {"DJANGO_SETTINGS_MODULE"}) == [
        "APPS", "BASE", "COMMAND", "LATE", "MAIL", "MAIL_MODELS", "MIDDLEWARE", "MIGRATION", "MODELS", "URLS", "WSGI",
    ]  # fmt: skip
    assert sorted(names(seen, "job")) == ["APPS", "JOB", "MODELS"]


def test_a_role_without_an_entry_point_here_runs_everything(tmp_path: Path) -> None:
    seen = scan(tmp_path, PROGRAM, {"r": ["main"], "other": ["elsewhere.main", "pkg.nothing"]})
    assert seen.entered == ("r",)
    assert "DEAD" in names(seen, "other")
    assert {one.roles for one in seen.references} == {("r", "other"), ("other",)}


def test_libraries_read_what_they_declare_once_a_role(tmp_path: Path) -> None:
    files = {
        "main.py": "import a, b\n",
        "a.py": "import boto3\nfrom botocore.config import Config\n",
        "b.py": "from google.cloud import storage\nfrom urllib.parse import quote\nimport boto3\n",
    }
    declared = {"r": ["AWS_ACCESS_KEY_ID", "GOOGLE_APPLICATION_CREDENTIALS", "HTTP_PROXY", "PGHOST"], "s": ["PGHOST"]}
    seen = scan(tmp_path, files, {"r": ["main"], "s": ["main"]}, declared)
    assert [(one.name, Path(one.path).name, one.line, one.how, one.roles) for one in seen.references] == [
        ("AWS_ACCESS_KEY_ID", "a.py", 1, "implicit", ("r",)),
        ("GOOGLE_APPLICATION_CREDENTIALS", "b.py", 1, "implicit", ("r",)),
    ]
