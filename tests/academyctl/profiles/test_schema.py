"""The JSON Schema that editors use says what the loader says."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from academyctl.profiles.load import files
from academyctl.profiles.schema import json_schema
from tests.academyctl.profiles.folder import ROLE, STACK
from tests.support.cli import ROOT, Cli

SHIPPED = [(kind, path) for kind in ("role", "stack") for path in files(ROOT / "env_profiles" / f"{kind}s")]


def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(kind))


def refused(kind: str, document: Any) -> set[str]:
    """The paths of what the schema does not accept."""
    return {error.json_path for error in validator(kind).iter_errors(document)}


@pytest.mark.parametrize("kind", ["role", "stack"])
def test_it_is_a_valid_schema(kind: str) -> None:
    Draft202012Validator.check_schema(json_schema(kind))
    assert json_schema(kind)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", ["role", "stack"])
def test_the_command_prints_it(kind: str, cli: Cli) -> None:
    result = cli.run("profile", "schema", kind)
    assert (result.code, result.json) == (0, json_schema(kind))


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=[path.name for _, path in SHIPPED])
def test_it_accepts_every_shipped_file_and_no_unknown_field(kind: str, path: Any) -> None:
    document = yaml.safe_load(path.read_text())
    assert refused(kind, document) == set()
    assert refused(kind, {**document, "notes": "x"}) == {"$"}


@pytest.mark.parametrize(("kind", "text"), [("role", ROLE), ("stack", STACK)])
def test_every_field_that_the_loader_demands_is_demanded(kind: str, text: str) -> None:
    document = yaml.safe_load(text)
    assert refused(kind, document) == set()
    for field in document:
        assert refused(kind, {key: value for key, value in document.items() if key != field}) == {"$"}, field


@pytest.mark.parametrize(
    ("kind", "change", "path"),
    [
        ("role", {"keys": {"A": {"requird": True}}}, "$.keys.A"),
        ("role", {"keys": {"A": {"type": "number"}}}, "$.keys.A"),
        ("role", {"keys": {"A B": None}}, "$.keys"),
        ("role", {"consumer": "docker"}, "$.consumer"),
        ("role", {"one_of": [{"keys": []}]}, "$.one_of[0].keys"),
        ("role", {"aliases": {"OLD": {"host": "A"}}}, "$.aliases.OLD"),
        ("role", {"passthrough": ["*"]}, "$.passthrough[0]"),
        ("stack", {"account": "1"}, "$.account"),
        ("stack", {"region": ""}, "$.region"),
        ("stack", {"delete_r2": {"queue": "", "function": "f"}}, "$.delete_r2.queue"),
        ("stack", {"ssm": {"parameters": {"api": "x"}}}, "$.ssm.parameters.api"),
        ("stack", {"network": {"subnets": "s-1"}}, "$.network.subnets"),
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(kind: str, change: dict[str, Any], path: str) -> None:
    document = yaml.safe_load({"role": ROLE, "stack": STACK}[kind])
    assert refused(kind, {**document, **change}) == {path}


def test_every_field_has_a_description() -> None:
    for kind in ("role", "stack"):
        assert all(field["description"] for field in json_schema(kind)["properties"].values())
