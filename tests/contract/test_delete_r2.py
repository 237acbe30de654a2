"""What academyctl's trial of delete-r2 and its deployment take for granted of the function and of the API."""

import ast
import importlib.util
import inspect
import json
from types import ModuleType

import pytest

from academyctl.model.delete_r2_probe import VERSION, Mark
from academyctl.plan.delete_r2 import ARCHITECTURE, HANDLER
from academyctl.profiles.lambda_code import code_folder, load_code
from tests.support.cli import ROOT

MARK = Mark(word="0123456789abcdef0123456789abcdef")


@pytest.fixture(scope="module")
def function() -> ModuleType:
    """The handler's module, loaded by its file as Lambda does."""
    name, _, _ = HANDLER.partition(".")
    spec = importlib.util.spec_from_file_location(name, code_folder() / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_handler_is_where_lambda_is_told_to_look(function: ModuleType) -> None:
    assert list(inspect.signature(getattr(function, HANDLER.rpartition(".")[2])).parameters) == ["event", "context"]
    assert ARCHITECTURE == "arm64"
    assert load_code()


def test_the_function_takes_the_trials_message_for_its_prefix_alone(function: ModuleType) -> None:
    assert function.wanted(MARK.body) == (MARK.prefix,)
    assert MARK.key.startswith(MARK.prefix)


def test_the_trials_message_has_the_form_of_the_apis() -> None:
    """Read from the source: the API's module needs Django's settings."""
    tree = ast.parse((ROOT / "api" / "videos" / "queues.py").read_text())
    dicts = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    (keys,) = [[ast.literal_eval(key) for key in node.keys if key] for node in dicts]
    (version,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "VERSION"
    ]
    assert (list(json.loads(MARK.body)), VERSION) == (keys, version)


def test_no_video_of_the_api_has_the_trials_id() -> None:
    """Ids of the API are numbers."""
    assert not MARK.video.isdecimal()
