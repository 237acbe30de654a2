"""Where moto, as it comes, answers otherwise than AWS: put right once, for the whole process."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.core.config import default_user_config
from moto.core.exceptions import ServiceException
from moto.iam import models as iam
from moto.iam.exceptions import InvalidInput
from moto.ssm import models as ssm

Convert = Callable[[dict[str, Any]], list[dict[str, Any]]]


@cache
def correct_moto() -> None:
    default_user_config["iam"]["load_aws_managed_policies"] = True
    # No container engine is asked to run a job or a function.
    default_user_config["batch"]["use_docker"] = False
    default_user_config["lambda"]["use_docker"] = False
    iam.SERVICE_NAME_CONVERSION["batch"] = "Batch"
    _wrap(ssm, "convert_to_params", _as_text)
    _wrap(ssm.Parameter, "describe_response_object", _with_user)
    _wrap(iam.IAMBackend, "create_service_linked_role", _once)


def _wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
    """moto has no hook for what is corrected: its own function is replaced by one round it."""
    setattr(owner, name, wrapper(getattr(owner, name)))


def _as_text(convert: Convert) -> Convert:
    """The public AMI parameters: moto's value is an object, AWS's the JSON text of it."""

    def converted(tree: dict[str, Any]) -> list[dict[str, Any]]:
        found = convert(tree)
        return [one if isinstance(one["Value"], str) else {**one, "Value": json.dumps(one["Value"])} for one in found]

    return converted


def _with_user(describe: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Who wrote a version: moto says N/A, AWS the caller's ARN. In moto every caller is this user."""

    def described(self: ssm.Parameter, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**describe(self, *args, **kwargs), "LastModifiedUser": f"arn:aws:sts::{self.account_id}:user/moto"}

    return described


def _once(create: Callable[..., iam.Role]) -> Callable[..., iam.Role]:
    """A second service-linked role of a service: moto says EntityAlreadyExists, AWS InvalidInput."""

    def created(self: iam.IAMBackend, *args: Any, **kwargs: Any) -> iam.Role:
        try:
            return create(self, *args, **kwargs)
        except ServiceException as taken:
            raise _taken(taken) from None

    return created


def _taken(refusal: ServiceException) -> ServiceException:
    if refusal.code != "EntityAlreadyExists":
        return refusal
    name = next((word for word in str(refusal.message).split() if word.startswith("AWSServiceRoleFor")), "")
    text = f"Service role name {name} has been taken in this account, please try a different suffix."
    return InvalidInput(text)
