"""What a trial of delete-r2 writes: one object and one message."""

from academyctl.model.delete_r2_probe import Mark
from academyctl.model.finding import Finding
from academyctl.model.plan import Action, Change, Plan, Step


def plan_probe(mark: Mark, queue: str, refusals: tuple[Finding, ...]) -> Plan[str]:
    written = Change(
        action=Action.CREATE,
        kind="r2.object",
        target=mark.key,
        detail=("+ 33 bytes",),
        why="the function is to delete it; it is removed in any case",
    )
    sent = Change(
        action=Action.CREATE,
        kind="sqs.message",
        target=queue,
        detail=(f"+ delete {mark.prefix}",),
        why="as the API sends it when a video is deleted",
    )
    steps = (Step(change=written, write=mark.key), Step(change=sent, write=queue))
    return Plan(steps=steps, findings=refusals)
