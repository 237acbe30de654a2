"""`delete-r2 test` on a real store: with the real function at work, with none, and with one that does nothing."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from academyctl.model.delete_r2_probe import TENANT
from tests.support.cli import Cli, Result
from tests.support.delete_r2_consumer import consumer
from tests.support.delete_r2_site import DEAD, DeleteR2Site, wipe
from tests.support.pipeline import CONTRACT, PARAMETER
from tests.support.seaweed import SECRET_KEY, Store, store
from tests.support.strict import Strict

DATABASE = {"DB_NAME": "n", "DB_USER": "u", "DB_PASSWORD": "of-the-database", "DB_HOST": "127.0.0.1", "DB_PORT": "1"}
NEIGHBOUR = f"tenants/{TENANT}/videos/probe-of-somebody/probe.txt"


@pytest.fixture
def site(cli: Cli, _strict_server: Strict) -> DeleteR2Site:
    """delete-r2 is deployed, the worker's parameter leads to the store."""
    wipe(_strict_server)
    site = DeleteR2Site(cli, _strict_server)
    site.build()
    configure(site)
    return site


def configure(site: DeleteR2Site, **changes: str) -> None:
    values = {**CONTRACT, **DATABASE, **store().env, **changes}
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    site.client("ssm").put_parameter(Name=PARAMETER, Value=text, Type="SecureString", Overwrite=True)
    site.strict.control.clear_calls()


@pytest.fixture
def bucket() -> Store:
    """The store, with an object under a prefix like ours."""
    store().put(NEIGHBOUR)
    return store()


def tried(site: DeleteR2Site, *words: str) -> Result:
    result = site.run("delete-r2", "test", "--yes", "--poll", "0.05", "-o", "json", *words)
    shown = result.out + result.err
    assert not [value for value in (SECRET_KEY, store().url, "of-the-database") if value in shown]
    return result


def waiting(site: DeleteR2Site) -> int:
    counts = site.client("sqs").get_queue_attributes(
        QueueUrl=site.url(), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(counts["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def thief(site: DeleteR2Site) -> Iterator[None]:
    """Takes messages and does nothing with them."""
    over, sqs, url = threading.Event(), site.client("sqs"), site.url()

    def steal() -> None:
        while not over.wait(0.02):
            for one in sqs.receive_message(QueueUrl=url).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])

    thread = threading.Thread(target=steal)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_the_marked_object_goes_the_whole_way_and_nothing_else_goes(
    site: DeleteR2Site, bucket: Store, tmp_path: Path
) -> None:
    before = bucket.keys()
    with consumer(site.strict.url, site.url(), PARAMETER, site.strict.stack.region, tmp_path):
        result = tried(site, "--timeout", "30")
    assert (result.code, result.json["status"], result.json["data"]["deleted"]) == (0, "changed", True), result
    assert [change["state"] for change in result.json["changes"]] == ["done", "done"]
    assert result.json["changes"][0]["target"].startswith(f"tenants/{TENANT}/videos/probe-")
    assert (bucket.keys(), waiting(site), site.writes[0]) == (before, 0, "SendMessage")


def test_a_message_that_nobody_takes_is_incomplete_and_the_object_is_removed(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    result = tried(site, "--timeout", "1")
    assert (result.code, result.json["error"]["code"]) == (75, "delete-r2.waiting"), result
    assert result.json["data"]["messages"] == {"visible": 1, "in_flight": 0, "delayed": 0}
    assert [change["state"] for change in result.json["changes"]] == ["undone", "done"]
    assert (bucket.keys(), waiting(site)) == (before, 1)


def test_sigterm_while_it_waits_leaves_no_object_and_one_json_object(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    process = site.cli.start("delete-r2", "test", "--yes", "-o", "json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert any(b"waiting until the function deletes it" in line for line in process.stderr)
    assert len(bucket.keys()) == len(before) + 1
    process.terminate()
    out, _ = process.communicate(timeout=30)
    told = json.loads(out)
    assert (process.returncode, told["status"], told["error"]["code"]) == (130, "interrupted", "interrupted")
    assert [change["state"] for change in told["changes"]] == ["undone", "done"]
    assert (bucket.keys(), waiting(site)) == (before, 1)


def test_a_function_that_leaves_the_object_is_found_out(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    with thief(site):
        result = tried(site, "--timeout", "1")
    assert (result.code, result.json["status"], result.codes()) == (4, "findings", ["delete-r2.undeleted"]), result
    assert bucket.keys() == before


def test_a_store_that_refuses_the_keys_is_named_without_a_value(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    configure(site, R2_SECRET_KEY="an-old-one")
    result = tried(site)
    assert (result.code, result.json["error"]["code"], waiting(site)) == (1, "r2.denied", 0), result
    assert ("an-old-one" in result.out + result.err, bucket.keys()) == (False, before)


def test_what_is_not_deployed_or_not_configured_is_not_tried(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    configure(site, R2_REGION="")
    result = tried(site)
    assert (result.code, result.codes()) == (4, ["env.missing"]), result
    site.client("sqs").delete_queue(QueueUrl=site.url(DEAD))
    site.client("lambda").update_event_source_mapping(UUID=site.mapping()["UUID"], Enabled=False)
    result = tried(site)
    assert (result.code, result.codes("error")) == (4, ["delete-r2.absent", "delete-r2.drift"]), result
    assert (bucket.keys(), waiting(site)) == (before, 0)


def test_without_a_yes_nothing_is_written(site: DeleteR2Site, bucket: Store) -> None:
    before = bucket.keys()
    result = site.run("delete-r2", "test", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (2, "usage.confirm"), result
    assert (bucket.keys(), waiting(site)) == (before, 0)
