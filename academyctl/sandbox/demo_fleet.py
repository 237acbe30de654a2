"""The tour's second act, as data: a Batch at work, a rollout that loses no job, one that turns back, the way back."""

from academyctl.model.exit import ExitCode
from academyctl.sandbox.demo_scene import Scene, Step

PACE = {
    "creating": 1.5,
    "updating": 0.5,
    "deleting": 1.0,
    "lingering": 0.5,
    "submitted": 0.3,
    "runnable": 0.5,
    "starting": 0.7,
    "unplaced": 0.3,
    "running": 2.0,
    "idle": 1.0,
}
"""An hour's rollout in a quarter of a minute."""
UNTIL_LAST = 455.0
"""Seconds after which of the encodes that run when the act begins only the last one is left, for some seconds more."""
ROLL = "--soak 1 --poll 0.25 --stable-reads 2 --yes"


def begin_fleet(scene: Scene) -> None:
    """A Batch that has been at work for weeks, and whose encodes are nearly done."""
    from academyctl.sandbox.world_live import build_live

    build_live(scene.clients, scene.stack, scene.control)
    scene.control.set_pace(**PACE)
    scene.control.advance(UNTIL_LAST)
    scene.values["ami"] = _serving_ami(scene)


def _serving_ami(scene: Scene) -> str:
    name = scene.stack.compute_environment.name
    found = scene.clients("batch").describe_compute_environments(computeEnvironments=[name])
    resources = found["computeEnvironments"][0]["computeResources"]
    return str(resources["ec2Configuration"][0]["imageIdOverride"])


def break_next(scene: Scene) -> None:
    """As AWS says it when the instance profile is gone."""
    reason = "CLIENT_ERROR - The instance profile does not exist or is not usable by this compute environment"
    scene.control.invalidate_next("*-v5", reason)


STEPS = (
    Step(
        title="The fleet",
        says="Second act: AWS Batch, in the middle of its work. The queue and its environments in order, what runs on "
        "them, how old their images are:",
        aside="a Batch as it is after weeks: one environment serves, the one before it is retained, encodes run",
        before=begin_fleet,
        command="batch status",
    ),
    Step(
        title="The image is no longer the newest",
        says="The serving environment against the stack file. An older image is a warning, and an error once it is "
        "older than max_ami_age_days:",
        command="batch ce-check",
    ),
    Step(
        title="A rollout, planned",
        says="A new environment (green) is proven by a canary and put before the old one (blue). Blue is disabled "
        "after a while; what runs on it finishes. A job has one attempt, so nothing is ever killed:",
        command="batch ce-rollout --dry-run",
    ),
    Step(
        title="The rollout",
        says="The same, done; the waits are short here. Killed at any point, the same command goes on:",
        command=f"batch ce-rollout {ROLL}",
        is_live=True,
    ),
    Step(
        title="Once more: nothing to do",
        says="The wanted image serves:",
        command=f"batch ce-rollout {ROLL} -q",
    ),
    Step(
        title="A green that turns INVALID",
        says="A rollout to another image, and AWS cannot make the environment. It turns back by itself, says why, and "
        "blue serves as before (exit 7):",
        aside="the next environment will become INVALID",
        before=break_next,
        command="batch ce-rollout --ami {ami} " + ROLL,
        expected=ExitCode.ROLLED_BACK,
        is_live=True,
    ),
    Step(
        title="The way back",
        says="The retained environment serves again, in seconds; what runs on the new one finishes:",
        command="batch ce-rollback --poll 0.3 --yes -q",
    ),
    Step(
        title="Where it stands",
        says="The former environment serves, the newer one is disabled and drains:",
        command="batch status",
    ),
)
