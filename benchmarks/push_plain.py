"""The least that a script could do with boto3: read what is there, write the new blob; no check, no read-back."""

import sys
from pathlib import Path

import boto3


def main() -> None:
    ssm = boto3.client("ssm")
    for role in ("api", "worker"):
        name = f"{sys.argv[1]}/{role}"
        ssm.get_parameter(Name=name, WithDecryption=True)
        value = Path(f"{role}.env").read_text(encoding="utf-8")
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


main()
