"""The env blob in SSM, merged into the process environment before anything is configured.

Read as python-dotenv reads it without interpolation. A name that the process already has wins, as with load_dotenv.
Nothing here logs a value.
"""

import io
import os
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from dotenv import dotenv_values

from worker.errors import ConfigError, Transient

FINAL = ("ParameterNotFound", "AccessDeniedException", "ValidationException", "UnrecognizedClientException")
"""What SSM answers where a further attempt would hear the same."""


def read_blob(text: str) -> dict[str, str]:
    """NAME → value. A name without `=` has no value and is left out."""
    read = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in read.items() if value is not None}


def load_parameter(name: str, region: str) -> None:
    """Adds the parameter's names to the environment. ConfigError: it cannot be had. Transient: SSM did not answer."""
    if not region:
        raise ConfigError("AWS_REGION is not set: the parameter of ACADEMY_ENV_PARAMETER cannot be read without it")
    read = read_blob(_parameter(name, region))
    unusable = [key for key, value in read.items() if "=" in key or "\0" in key + value]
    if unusable:
        raise ConfigError(f"{name} holds what no environment can: {', '.join(unusable)}")
    os.environ.update({**read, **os.environ})


def _parameter(name: str, region: str) -> str:
    try:
        return str(_ssm(region).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ClientError as refused:
        code = refused.response.get("Error", {}).get("Code", "")
        if code in FINAL:
            raise ConfigError(f"{name} cannot be read: {code}") from None
        raise Transient("ENV", f"SSM answered {code} for {name}") from None
    except BotoCoreError as failure:
        raise Transient("ENV", f"SSM cannot be reached for {name}: {type(failure).__name__}") from None


def _ssm(region: str) -> Any:
    import boto3

    # boto3 itself reads AWS_DEFAULT_REGION, never AWS_REGION.
    retries = {"mode": "standard", "total_max_attempts": 5}
    return boto3.client("ssm", region_name=region, config=Config(connect_timeout=5, read_timeout=10, retries=retries))
