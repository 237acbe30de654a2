"""Deletes what is left of the time before AWS Batch, one call a deletion, and tells whether a thing still stands."""

from academyctl.aws import autoscaling, cloudwatch, sqs
from academyctl.aws.connect import Connection
from academyctl.model.errors import NotFound
from academyctl.model.legacy import (
    DeleteAlarm,
    DeleteAutoScalingGroup,
    DeleteQueue,
    DeleteScalingPolicy,
    LegacyWrite,
    Messages,
)


class Legacy:
    """One account and region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def delete(self, write: LegacyWrite) -> None:
        match write:
            case DeleteAlarm():
                cloudwatch.delete_alarm(self._connection, write.name, doing=write.doing)
            case DeleteScalingPolicy():
                autoscaling.delete_policy(self._connection, write.group, write.name, doing=write.doing)
            case DeleteAutoScalingGroup():
                autoscaling.delete_group(self._connection, write.name, doing=write.doing)
            case DeleteQueue():
                sqs.delete_queue(self._connection, write.url, doing=write.doing)

    def stands(self, write: LegacyWrite) -> bool:
        """Whether what `write` deletes is there; a group on its way out is not."""
        match write:
            case DeleteAlarm():
                return bool(cloudwatch.read_alarms(self._connection, [write.name]))
            case DeleteScalingPolicy():
                return self._has_group(write.group) and self._has_policy(write)
            case DeleteAutoScalingGroup():
                return self._has_group(write.name)
            case DeleteQueue():
                return self._has_queue(write.url)

    def read_messages(self, url: str) -> Messages:
        return sqs.read_messages(self._connection, url)

    def _has_group(self, name: str) -> bool:
        return any(not group.is_going for group in autoscaling.read_groups(self._connection, [name]))

    def _has_policy(self, write: DeleteScalingPolicy) -> bool:
        return any(one.name == write.name for one in autoscaling.read_policies(self._connection, write.group))

    def _has_queue(self, url: str) -> bool:
        try:
            sqs.read_messages(self._connection, url)
        except NotFound:
            return False
        return True
