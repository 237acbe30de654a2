"""How we sign in to AWS, and what was looked at for credentials. No key and no part of one is read here."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from academyctl.aws.connect import Connection
from academyctl.aws.sts import read_caller
from academyctl.model.doctor import Problem, SignIn
from academyctl.model.errors import AwsError

ENDPOINTS = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


def read_sign_in(region: str, profile: str) -> SignIn:
    """One call, GetCallerIdentity; whatever fails is told as a problem. Bounded as every connection is."""
    ignored: list[str] = []
    connection = None
    account = arn = ""
    problem = None
    try:
        connection = Connection(region, note=ignored.append)
        caller = read_caller(connection)
        account, arn = caller.account, caller.arn
    except AwsError as failure:
        problem = Problem(failure.code, failure.message, failure.hint)
    heard = connection.heard_from_aws if connection else None
    return SignIn(
        provider=connection.provider if connection else "",
        profile=profile,
        account=account,
        arn=arn,
        ahead=datetime.now(UTC) - heard if heard else None,
        problem=problem,
        ignored_regions=tuple(ignored),
    )


def tried(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Where botocore looks for credentials, in its order, and what is there. Names and paths only."""
    home = Path(environ.get("HOME") or Path.home())
    profile = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    pair = [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if not environ.get(name)]
    yield f"{' and '.join(pair)} {'is' if len(pair) == 1 else 'are'} not set" if pair else "the AWS_* keys are set"
    for variable, file in (("AWS_SHARED_CREDENTIALS_FILE", "credentials"), ("AWS_CONFIG_FILE", "config")):
        path = Path(environ.get(variable) or home / ".aws" / file)
        yield f"{path} has no usable profile {profile}" if path.is_file() else f"{path} does not exist"
    yield "a container's endpoint is " + ("named" if any(map(environ.get, ENDPOINTS)) else "not named")
    is_off = environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true"
    yield "the instance role is switched off" if is_off else "no instance role answered within a second"
