"""The store's one object, over HTTP; what is said when the store cannot be used, without its names."""

from dataclasses import replace
from typing import Any

import pytest

from academyctl.aws.r2 import Store
from academyctl.model.delete_r2_probe import StoreKeys
from academyctl.model.errors import AwsError
from academyctl.model.secret import Secret
from tests.support.aws import Aws

KEY = "tenants/t/videos/probe-1/probe.txt"


def keys(aws: Aws, **changes: Any) -> StoreKeys:
    """To a bucket of moto's."""
    made = StoreKeys(
        endpoint=Secret(aws.url),
        region="auto",
        bucket=Secret("videos"),
        access_key=Secret("testing"),
        secret_key=Secret("testing"),
    )
    return replace(made, **changes)


def test_an_object_comes_and_goes_and_its_neighbour_stays(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="videos", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_object(Bucket="videos", Key=f"{KEY}.mine", Body=b"x")
    store = Store(keys(aws))
    assert not store.is_there(KEY)
    store.put(KEY, b"mark")
    assert store.is_there(KEY)
    assert s3.get_object(Bucket="videos", Key=KEY)["Body"].read() == b"mark"
    for _ in range(2):
        store.delete(KEY)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="videos")["Contents"]] == [f"{KEY}.mine"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bucket": Secret("no-such-bucket")}, "r2.bucket"),
        ({"endpoint": Secret("http://127.0.0.1:9")}, "r2.unreachable"),
        ({"endpoint": Secret("account-name-and-no-url")}, "r2.endpoint"),
        ({"bucket": Secret("no bucket at all")}, "r2.unreachable"),
    ],
)
def test_a_store_that_cannot_be_used_is_told_without_its_names(aws: Aws, changes: dict[str, Secret], code: str) -> None:
    with pytest.raises(AwsError) as failure:
        Store(keys(aws, **changes)).put(KEY, b"mark")
    told = f"{failure.value.message} {failure.value.hint}"
    assert failure.value.code == code
    assert not [value for value in changes.values() if value.reveal() in told]
