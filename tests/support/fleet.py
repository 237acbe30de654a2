"""A fleet on the strict sandbox, as the commands that check and repair it find it."""

from typing import Any

from tests.support.strict import Strict

STEM, QUEUE = "academy-video-batch-ce", "academy-video-batch-queue"
V2, V3, V4 = f"{STEM}-v2", f"{STEM}-v3", f"{STEM}-v4"


def pinned(strict: Strict, ami: str = "", **changes: Any) -> dict[str, Any]:
    """Resources with a pinned AMI: the wanted one."""
    image = {"imageType": "ECS_AL2023", "imageIdOverride": ami or strict.ami()}
    return strict.resources(ec2Configuration=[image], **changes)


def serve(strict: Strict, *names: str, **changes: Any) -> None:
    """VALID environments in the queue, in this order; the log is empty then."""
    strict.valid(*(names or (V3,)), resources=pinned(strict, **changes))
    strict.queue(*(names or (V3,)))
    strict.control.clear_calls()


def disable(strict: Strict, name: str) -> None:
    strict.batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    strict.control.advance(strict.control.pace.updating)
    strict.control.clear_calls()


def roll_out(strict: Strict, green: str, blue: str) -> None:
    """The tags of an open rollout."""
    ours = {"stack": "sandbox", "rollout": "r-1", "role": "green", "phase": "attached", "from": blue, "by": "ann"}
    arn = strict.environment(green)["computeEnvironmentArn"]
    strict.batch.tag_resource(resourceArn=arn, tags={f"academyctl:{name}": value for name, value in ours.items()})
    strict.control.clear_calls()


def operations(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls]


def writes(strict: Strict) -> list[str]:
    return [call.operation for call in strict.calls if call.is_mutating]
