"""Keys that are read through a library: pydantic, decouple, django-environ, environs, starlette, click, typer."""

from pathlib import Path

import pytest

from tests.academyctl.scan.program import scan

PYDANTIC = "from pydantic import AliasChoices, AliasPath, BaseModel, Field\nfrom pydantic_settings import *\n"
PYDANTIC += "from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom typing import *\n"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("class S(BaseSettings):\n    db_url: str\n    port: int = 1", "DB_URL! PORT"),
        ("class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='APP_')\n    a: str", "APP_A!"),
        ("class S(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n    a: str", "APP_A!"),
        ("class S(BaseSettings):\n    a: str\n    class Config:\n        env_prefix = 'app_'", "APP_A!"),
        ("class S(BaseSettings):\n    model_config = SettingsConfigDict(case_sensitive=True)\n    a: str", "a!"),
        ("P = 'X_'\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=P)\n    a: str", "X_A!"),
        ("class S(BaseSettings):\n    a: str = Field(alias='KEY')\n    b: str = Field(..., env='OLD')", "KEY! OLD!"),
        ("class S(BaseSettings):\n    a: str = Field('', alias=AliasChoices('K', AliasPath('L')))", "K/L L/K"),
        ("class S(BaseSettings):\n    a: Annotated[str, Field(alias='KEY')] = 'x'", "KEY"),
        ("class S(BaseSettings):\n    a: str = Field(default_factory=str)\n    _b: str\n    c: ClassVar[str]", "A"),
        ("class B(BaseSettings):\n    a: str\nclass S(B):\n    model_config = dict(env_prefix='S_')", "S_A!"),
        ("class S(BaseSettings, env_prefix='S_'):\n    a: str", "S_A!"),
        ("class M(BaseModel):\n    a: str", ""),
        ("class S(BaseSettings):\n    def f(self): pass", ""),
    ],
)  # fmt: skip
def test_pydantic_settings(tmp_path: Path, body: str, read: str) -> None:
    seen = scan(tmp_path, {"program.py": f"{PYDANTIC}{body}\n"})
    told = [f"{one.name}{'!' * one.required}{''.join('/' + name for name in one.group)}" for one in seen.references]
    assert " ".join(sorted(told)) == read


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("from decouple import config\nconfig('A', default=1, cast=int)", "A"),
        ("from decouple import AutoConfig\nconfig = AutoConfig(search_path='.')\nconfig('A')", "A!"),
        ("import environ\nenv = environ.Env(DEBUG=(bool, False))\nenv('A')\nenv.bool('B', default=True)", "A! B"),
        ("import environ\nenv = environ.Env()\nenv.db()\nenv.cache('C')\nenv.read_env('.env')", "C! DATABASE_URL!"),
        ("from environs import Env\nenv = Env()\nenv.str('A', 'x')\nenv.list('B')", "A B!"),
        ("from environs import Env\nenv = Env()\nwith env.prefixed('P_'):\n    env('A')\nenv('B')", "B! P_A!"),
        ("from starlette.config import Config\nconfig = Config('.env')\nconfig('A', bool, False)", "A"),
        ("import click\n@click.option('--a', envvar='A')\ndef f(): pass", "A"),
        ("import typer\ndef f(a=typer.Option(1, envvar=['A', 'B'])): pass", "A B"),
        ("import typer\nfrom typing import Annotated\ndef f(a: Annotated[str, typer.Option(envvar='A')]): pass", "A"),
        ("from elsewhere import config, option\nconfig('A')\noption(envvar='A')", ""),
        ("class Env:\n    def str(self, n): return n\nEnv().str('A')", ""),
    ],
)
def test_other_libraries(tmp_path: Path, source: str, read: str) -> None:
    seen = scan(tmp_path, {"program.py": source + "\n"})
    assert " ".join(sorted(f"{one.name}{'!' * one.required}" for one in seen.references)) == read


def test_a_reader_of_a_library_is_known_in_other_modules(tmp_path: Path) -> None:
    files = {"conf.py": "import environ\nenv = environ.Env()\n", "use.py": "from conf import env as e\ne.int('A')\n"}
    assert [one.name for one in scan(tmp_path, files).references] == ["A"]
