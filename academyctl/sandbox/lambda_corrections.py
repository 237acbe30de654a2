"""Where moto's Lambda answers otherwise than AWS's. No function runs here: a mapped queue keeps its messages.

moto would hand each message to a function that does nothing, and delete it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from moto.awslambda import models
from moto.awslambda.exceptions import ConflictException, InvalidParameterValueException
from moto.iam.models import iam_backends
from moto.sqs.models import sqs_backends

SERVICE = "lambda.amazonaws.com"
Create = Callable[..., Any]


class ResourceConflict(ConflictException):
    """As AWS words and codes it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.error_type = self.code_text = "ResourceConflictException"


@cache
def correct_lambda() -> None:
    """Once, for the whole process."""
    _wrap(models.LambdaBackend, "create_event_source_mapping", _kept_apart)
    _wrap(models.LambdaStorage, "put_function", _assumable)
    _wrap(models.LambdaFunction, "update_function_code", _with_architecture)


def _wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
    setattr(owner, name, wrapper(getattr(owner, name)))


def _kept_apart(create: Create) -> Create:
    """One mapping for each function and queue, whose visibility timeout is not shorter than the function's; and the
    queue is not told of it."""

    def created(self: models.LambdaBackend, spec: dict[str, Any]) -> Any:
        function = self.get_function(spec.get("FunctionName", ""))
        queues = [one for one in _queues(self) if one.queue_arn == spec.get("EventSourceArn")]
        for made in self.list_event_source_mappings(spec["EventSourceArn"], ""):
            if made.function_arn == function.function_arn:
                raise ResourceConflict(f"A mapping of the two already exists, with UUID {made.uuid}")
        for queue in queues:
            if queue.visibility_timeout < int(function.timeout):
                raise InvalidParameterValueException(
                    f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than Function timeout:"
                    f" {function.timeout} seconds"
                )
        mapping = create(self, spec)
        for queue in queues:
            queue.lambda_event_source_mappings.clear()
        return mapping

    return created


def _queues(backend: models.LambdaBackend) -> list[Any]:
    return list(sqs_backends[backend.account_id][backend.region_name].queues.values())


def _assumable(put: Create) -> Create:
    """A function's role trusts Lambda, or the function is refused."""

    def checked(self: models.LambdaStorage, function: Any) -> None:
        put(self, function)
        role = iam_backends[self.account_id][self.partition].get_role_by_arn(function.role)
        if SERVICE not in str(role.assume_role_policy_document):
            del self._functions[function.function_name]
            raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")

    return checked


def _with_architecture(update: Create) -> Create:
    """moto keeps the architecture that a function was made with."""

    def updated(self: Any, spec: dict[str, Any]) -> Any:
        if spec.get("Architectures"):
            self.architectures = spec["Architectures"]
        return update(self, spec)

    return updated
