"""CloudWatch Logs: one log group and its retention."""

from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.errors import AlreadyExists
from academyctl.model.logs import CreateLogGroup, LogGroupDetail, LogsWrite, PutRetentionPolicy


class Logs:
    """CloudWatch Logs in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_group(self, name: str) -> LogGroupDetail | None:
        """The group of exactly this name; its tags only while it is empty and kept for ever."""
        raw = self._find(name)
        if raw is None:
            return None
        retention, stored = raw.get("retentionInDays"), int(raw.get("storedBytes", 0))
        is_bare = retention is None and not stored
        return LogGroupDetail(
            name=name, retention=retention, stored_bytes=stored, tags=self._tags(raw) if is_bare else {}
        )

    def read_bare_group(self, name: str) -> LogGroupDetail | None:
        """The same in one call, without tags."""
        raw = self._find(name)
        if raw is None:
            return None
        return LogGroupDetail(
            name=name, retention=raw.get("retentionInDays"), stored_bytes=int(raw.get("storedBytes", 0))
        )

    def _find(self, name: str) -> dict[str, Any] | None:
        """DescribeLogGroups takes a prefix: other groups may begin so too."""
        token: dict[str, str] = {}
        while True:
            answer = self._call(
                "describe_log_groups",
                doing=f"reading log group {name}",
                gives="logGroups",
                logGroupNamePrefix=name,
                **token,
            )
            for raw in answer["logGroups"]:
                if raw["logGroupName"] == name:
                    return dict(raw)
            if not answer.get("nextToken"):
                return None
            token = {"nextToken": answer["nextToken"]}

    def _tags(self, raw: dict[str, Any]) -> dict[str, str]:
        arn = str(raw["arn"]).removesuffix(":*")
        answer = self._call(
            "list_tags_for_resource", doing=f"reading tags of {raw['logGroupName']}", gives="tags", resourceArn=arn
        )
        return dict(answer["tags"])

    def write(self, write: LogsWrite) -> None:
        """A group that is there already is what was wanted."""
        match write:
            case CreateLogGroup():
                try:
                    self._write("create_log_group", write, logGroupName=write.name, tags=dict(write.tags))
                except AlreadyExists:
                    return
            case PutRetentionPolicy():
                self._write("put_retention_policy", write, logGroupName=write.name, retentionInDays=write.days)

    def _write(self, operation: str, write: LogsWrite, **params: Any) -> None:
        self._call(operation, doing=write.doing, write=True, **params)

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self._connection.call("logs", operation, **params)
