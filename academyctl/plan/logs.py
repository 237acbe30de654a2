"""One log group: made with its retention, and left to its owner from then on."""

from academyctl.model.batch import TAG
from academyctl.model.finding import Finding, info
from academyctl.model.logs import CreateLogGroup, LogGroupDetail, LogsWrite, PutRetentionPolicy
from academyctl.model.plan import Action, Change, State, Step

RETENTION_DAYS = 30
"""How long a new log group keeps what it is given."""
LOGS = "logs.group"


def plan_log_group(name: str, stack: str, stands: LogGroupDetail | None) -> Step[tuple[LogsWrite, ...]]:
    """Creates the group with its retention. Of one that stands the retention is changed only while it is ours, empty
    and without any: an earlier run was cut off between the two calls."""
    retain = PutRetentionPolicy(name=name, days=RETENTION_DAYS)
    detail = (f"+ retention {RETENTION_DAYS} days",)
    if stands is None:
        create = CreateLogGroup(name=name, tags={f"{TAG}stack": stack})
        return Step(change=Change(action=Action.CREATE, kind=LOGS, target=name, detail=detail), write=(create, retain))
    if _is_cut_off(stack, stands):
        return Step(change=Change(action=Action.UPDATE, kind=LOGS, target=name, detail=detail), write=(retain,))
    return Step(change=Change(action=Action.NONE, kind=LOGS, target=name, state=State.DONE))


def _is_cut_off(stack: str, stands: LogGroupDetail) -> bool:
    return stands.retention is None and not stands.stored_bytes and stands.tags.get(f"{TAG}stack") == stack


def kept_logs(stack: str, stands: LogGroupDetail | None) -> tuple[Finding, ...]:
    if stands is None or stands.retention is not None or _is_cut_off(stack, stands):
        return ()
    hint = f"aws logs put-retention-policy --log-group-name {stands.name} --retention-in-days {RETENTION_DAYS}"
    return (info("logs.retention", stands.name, "keeps its logs for ever, which costs; it is left so", hint),)
