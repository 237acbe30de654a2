"""CloudWatch alarms."""

from collections.abc import Iterable
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.legacy import Alarm

_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
PAGE = 100
"""The most that one answer holds; 50 without being asked (API, DescribeAlarms)."""


def read_alarms(connection: Connection, names: Iterable[str] = ()) -> tuple[Alarm, ...]:
    """All alarms, or those of `names` that exist; composite ones too, which CloudWatch tells only when asked."""
    found: list[Alarm] = []
    params: dict[str, Any] = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": PAGE}
    params |= {"AlarmNames": list(names)} if names else {}
    while True:
        answer = connection.call(
            "cloudwatch", "describe_alarms", doing="reading alarms", gives="MetricAlarms", **params
        )
        found += [_alarm(raw) for raw in answer["MetricAlarms"]]
        found += [_alarm(raw, is_composite=True) for raw in answer.get("CompositeAlarms", ())]
        if not answer.get("NextToken"):
            return tuple(found)
        params["NextToken"] = answer["NextToken"]


def delete_alarm(connection: Connection, name: str, *, doing: str) -> None:
    connection.call("cloudwatch", "delete_alarms", doing=doing, write=True, AlarmNames=[name])


def _alarm(raw: dict[str, Any], *, is_composite: bool = False) -> Alarm:
    actions = tuple(action for member in _ACTIONS for action in raw.get(member, ()))
    return Alarm(name=raw["AlarmName"], actions=actions, is_composite=is_composite)
