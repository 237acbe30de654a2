"""moto as AWS, over real HTTP on a free loopback port."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "ap-northeast-2"
API = "/academy/api/env"
WORKER = "/academy/workers/env"
LOCK = "/academyctl/sandbox/lock"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@dataclass(frozen=True)
class Aws:
    url: str

    @property
    def env(self) -> dict[str, str]:
        """What a process needs to talk to it."""
        return {"AWS_ENDPOINT_URL": self.url, "ACADEMYCTL_STACK": "sandbox", **CREDENTIALS}

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def put(self, name: str, value: str, **more: Any) -> int:
        params = {"Type": "SecureString", "Overwrite": True, **more}
        return int(self.client("ssm").put_parameter(Name=name, Value=value, **params)["Version"])

    def value(self, name: str) -> str | None:
        """The stored text, or None."""
        found = self.client("ssm").get_parameters(Names=[name], WithDecryption=True)["Parameters"]
        return str(found[0]["Value"]) if found else None

    def version(self, name: str) -> int:
        """The newest version; 0 when the parameter does not exist."""
        found = self.client("ssm").get_parameters(Names=[name], WithDecryption=True)["Parameters"]
        return int(found[0]["Version"]) if found else 0

    def reset(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST"), timeout=10).read()


@contextmanager
def served() -> Iterator[Aws]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Aws(f"http://{host}:{port}")
    finally:
        server.stop()
