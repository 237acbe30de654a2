"""botocore's models read faster: the same models."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from academyctl.aws.models import read_fast


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


def test_where_the_sdk_is_made_otherwise_it_is_left_alone() -> None:
    loader = SimpleNamespace(search_paths=[])
    session: Any = SimpleNamespace(get_component=lambda name: loader)
    read_fast(session)
    assert vars(loader) == {"search_paths": []}
