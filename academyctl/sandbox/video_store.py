"""The object store of the video demo: SeaweedFS on loopback, behind credentials that exist as long as it runs."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from academyctl.sandbox.programs import HOST, free_ports, program, until_ready

ROLES = ("s3.port", "master.port", "volume.port", "filer.port")


@dataclass(frozen=True, kw_only=True)
class ObjectStore:
    """`wait` returns once it takes what is put there."""

    endpoint: str
    bucket: str
    access_key: str = field(default_factory=lambda: secrets.token_hex(10), repr=False)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)

    @property
    def env(self) -> dict[str, str]:
        """The names that api and worker know it by."""
        return {
            "R2_ENDPOINT": self.endpoint,
            "R2_ACCESS_KEY": self.access_key,
            "R2_SECRET_KEY": self.secret_key,
            "R2_VIDEO_BUCKET": self.bucket,
        }

    def client(self) -> Any:
        session = boto3.Session(self.access_key, self.secret_key, region_name="auto")
        options: dict[str, Any] = {"request_checksum_calculation": "when_required", "proxies": {}}
        options |= {"s3": {"addressing_style": "path"}, "retries": {"total_max_attempts": 1}, "read_timeout": 10}
        return session.client("s3", endpoint_url=self.endpoint, config=Config(**options))


@contextmanager
def object_store(weed: str, folder: Path, bucket: str) -> Iterator[tuple[ObjectStore, Any]]:
    """The store, which takes four seconds to come up, and a function that waits until it is."""
    first = free_ports(2 * len(ROLES))
    store = ObjectStore(endpoint=f"http://{HOST}:{first}", bucket=bucket)
    _write_identity(folder / "s3.json", store)
    (folder / "objects").mkdir()
    # SIGTERM takes it a quarter of a minute, and nothing of it is kept.
    with program("weed", [weed, *_arguments(folder, first)], folder, {"HOME": str(folder)}, gently=False) as process:
        client = store.client()
        yield store, lambda: until_ready("weed", process, folder, lambda: _takes_a_put(client, bucket))


def _write_identity(path: Path, store: ObjectStore) -> None:
    credentials = [{"accessKey": store.access_key, "secretKey": store.secret_key}]
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"identities": [{"name": "sandbox", "credentials": credentials, "actions": actions}]}))


def _arguments(folder: Path, first: int) -> list[str]:
    """gRPC would be at each port + 10000. Its telemetry is on unless it is told otherwise."""
    ports = {role: first + place for place, role in enumerate(ROLES)}
    ports |= {f"{role}.grpc": first + len(ROLES) + place for place, role in enumerate(ROLES)}
    options = {
        "dir": folder / "objects",
        "ip": HOST,
        "ip.bind": HOST,
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        "volume.max": 20,
        "s3.config": folder / "s3.json",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        **ports,
    }
    return ["server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]


def _takes_a_put(client: Any, bucket: str) -> bool:
    """It listens long before it can store."""
    try:
        if not client.list_buckets()["Buckets"]:
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="ready", Body=b"1")
        client.delete_object(Bucket=bucket, Key="ready")
    except (BotoCoreError, ClientError):
        return False
    return True
