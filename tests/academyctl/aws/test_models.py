"""botocore's models read faster: the same models."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.session
import pytest

from academyctl.aws.connect import Connection
from academyctl.aws.models import read_fast
from academyctl.model.errors import AwsError
from tests.support.aws import CREDENTIALS


@pytest.mark.parametrize("service", ["ssm", "sts", "ecr"])
def test_what_is_read_is_the_same(service: str) -> None:
    stock, fast = botocore.session.Session(), botocore.session.Session()
    read_fast(fast)
    for kind in ("service-2", "endpoint-rule-set-1"):
        ours, theirs = (one.get_component("data_loader").load_service_model(service, kind) for one in (fast, stock))
        # Texts tell the order of members, too: signatures of some protocols depend on it.
        assert json.dumps(ours) == json.dumps(theirs)
    assert fast.get_component("data_loader").load_data("endpoints") == stock.get_component("data_loader").load_data(
        "endpoints"
    )


def test_a_service_that_there_is_not_is_refused_as_ever() -> None:
    session = botocore.session.Session()
    read_fast(session)
    with pytest.raises(botocore.exceptions.UnknownServiceError):
        session.create_client("nope", region_name="ap-northeast-2")


def test_models_of_one_s_own_are_found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_DATA_PATH, as botocore documents it."""
    folder = tmp_path / "own" / "2026-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"metadata": {"serviceId": "Own"}}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    session = botocore.session.Session()
    read_fast(session)
    assert session.get_component("data_loader").load_service_model("own", "service-2")["metadata"]["serviceId"] == "Own"


@pytest.mark.parametrize(
    ("name", "content"),
    [("service-2.json", b"{"), ("service-2.json.gz", b"{}"), ("service-2.json.gz", gzip.compress(b"{}" * 99)[:-9])],
    ids=["half JSON", "no gzip", "half gzip"],
)
def test_a_model_that_is_broken_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    folder = tmp_path / "sts" / "2999-01-01"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    for variable, value in {**CREDENTIALS, "AWS_DATA_PATH": str(tmp_path)}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(AwsError, match=name) as refused:
        Connection("ap-northeast-2").client("sts")
    assert "AWS_DATA_PATH" in refused.value.hint


def test_a_folder_that_may_not_be_listed_is_passed_over() -> None:
    def refuse(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    session = botocore.session.Session()
    with patch("academyctl.aws.models.os.listdir", refuse):
        read_fast(session)
    assert session.get_component("data_loader").list_available_services("service-2") == []


def test_where_the_sdk_is_made_otherwise_it_is_left_alone() -> None:
    made: dict[str, Any]
    for made in ({"search_paths": []}, {"file_loader": 1, "list_available_services": 2}):
        loader = SimpleNamespace(**made)
        session: Any = SimpleNamespace(get_component=lambda name, loader=loader: loader)
        read_fast(session)
        assert vars(loader) == made
