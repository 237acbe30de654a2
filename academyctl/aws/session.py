"""Signing in: botocore's session in the stack's region, every wait of it bounded."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from academyctl.aws.errors import from_sdk, no_credentials, unusable_credentials
from academyctl.aws.models import read_fast
from academyctl.model.errors import AwsError, Unreachable

CONNECT_TIMEOUT = 2.0
ANSWER_TIMEOUT = 3.5


def open_session(region: str, note: Callable[[str], None]) -> Any:
    """botocore's session, as boto3 makes it. boto3's own layer on top costs 12 % and adds resources we do not use."""
    with collector_paused():
        import botocore.session
        from botocore.exceptions import BotoCoreError

        session = botocore.session.Session()
        try:
            read_fast(session)
            _bind(session, region)
            _note_other_regions(session, region, note)
            if session.get_credentials() is None:
                raise no_credentials("signing in")
            session.get_partition_for_region(region)
        except BotoCoreError as failure:
            raise _session_failure(failure, region) from None
        except (ValueError, OSError):
            # A credential_process, a container's endpoint or a token file that gives no credentials.
            raise unusable_credentials("signing in") from None
    return session


def _bind(session: Any, region: str) -> None:
    """Region and waits, for our clients and for those that botocore makes to sign in (SSO, AssumeRole)."""
    from botocore.config import Config
    from botocore.credentials import ContainerProvider
    from botocore.utils import ContainerMetadataFetcher

    class OneTry(ContainerMetadataFetcher):  # type: ignore[misc]  # botocore has no types
        RETRY_ATTEMPTS = 1

    bounds = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=ANSWER_TIMEOUT,
        retries={"total_max_attempts": 1, "mode": "standard"},
        user_agent_extra="academyctl",
    )
    session.set_default_client_config(bounds)
    session.set_config_variable("region", region)
    session.set_config_variable("metadata_service_timeout", 1)
    session.set_config_variable("metadata_service_num_attempts", 1)
    providers = session.get_component("credential_provider")
    # `remove` takes the first of that name, which is botocore's own.
    providers.insert_after("container-role", ContainerProvider(fetcher=OneTry()))
    providers.remove("container-role")


def _session_failure(failure: Exception, region: str) -> AwsError:
    from botocore.exceptions import UnknownRegionError

    if isinstance(failure, UnknownRegionError):
        return Unreachable(
            f"{region} is no AWS region", code="aws.region", hint="correct --region or the stack's region"
        )
    return from_sdk(failure, doing="signing in")


def _note_other_regions(session: Any, region: str, note: Callable[[str], None]) -> None:
    """The stack names the region. Others that are set are ignored, which must not happen unseen."""
    others = {
        "AWS_REGION": os.environ.get("AWS_REGION"),
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION"),
        "the AWS profile's region": session.get_scoped_config().get("region"),
    }
    for name, value in others.items():
        if value and value != region:
            note(f"{name} ({value}) is ignored; the region is {region}")


@contextmanager
def collector_paused() -> Iterator[None]:
    """botocore builds trees of a hundred thousand objects; the collector would walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()
