"""Lambda: functions and event source mappings. `read_*` observes, `write` carries out one write.

GetFunctionConfiguration is asked, and not GetFunction, whose answer has a link to the code.
"""

from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.delete_r2 import FunctionDetail, MappingDetail, WantedFunction
from academyctl.model.delete_r2_drift import REPORTS
from academyctl.model.delete_r2_write import (
    CreateEventSourceMapping,
    CreateFunction,
    FunctionWrite,
    MappingWrite,
    UpdateEventSourceMapping,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
)
from academyctl.model.errors import NotFound
from academyctl.model.secret import Secret


class Functions:
    """Lambda in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_function(self, name: str) -> FunctionDetail | None:
        """$LATEST; None when there is no such function."""
        try:
            answer = self._call(
                "get_function_configuration", doing=f"reading function {name}", gives="FunctionArn", FunctionName=name
            )
        except NotFound:
            return None
        return _function(name, answer)

    def read_mappings(self, source: str) -> tuple[MappingDetail, ...]:
        """All mappings of an event source, by its ARN; none of a source that does not exist."""
        found: list[dict[str, Any]] = []
        marker: dict[str, str] = {}
        while True:
            answer = self._call(
                "list_event_source_mappings",
                doing=f"reading the event source mappings of {source.rpartition(':')[2]}",
                gives="EventSourceMappings",
                EventSourceArn=source,
                **marker,
            )
            found += answer["EventSourceMappings"]
            if not answer.get("NextMarker"):
                return tuple(map(_mapping, found))
            marker = {"Marker": answer["NextMarker"]}

    def write(self, write: FunctionWrite | MappingWrite) -> None:
        """AlreadyExists of a create; Busy while what it is about is being changed, or its role is not seen yet."""
        operation, params = _request(write)
        self._call(operation, doing=write.doing, write=True, **params)

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        return self._connection.call("lambda", operation, **params)


def _function(name: str, raw: dict[str, Any]) -> FunctionDetail:
    """A function made before states had names tells none."""
    variables = raw.get("Environment", {}).get("Variables", {})
    return FunctionDetail(
        name=name,
        arn=raw["FunctionArn"].removesuffix(":$LATEST"),
        role=raw.get("Role", ""),
        runtime=raw.get("Runtime", ""),
        handler=raw.get("Handler", ""),
        architecture=next(iter(raw.get("Architectures", ())), "x86_64"),
        timeout=raw.get("Timeout", 0),
        memory=raw.get("MemorySize", 0),
        environment={key: Secret(value) for key, value in variables.items()},
        sha256=raw.get("CodeSha256", ""),
        package=raw.get("PackageType", "Zip"),
        state=raw.get("State", "Active"),
        state_reason=raw.get("StateReason", ""),
        update=raw.get("LastUpdateStatus", "Successful"),
        update_reason=raw.get("LastUpdateStatusReason", ""),
        last_modified=raw.get("LastModified", ""),
    )


def _mapping(raw: dict[str, Any]) -> MappingDetail:
    return MappingDetail(
        uuid=raw["UUID"],
        function=raw.get("FunctionArn", ""),
        source=raw.get("EventSourceArn", ""),
        batch_size=raw.get("BatchSize", 0),
        reports=tuple(raw.get("FunctionResponseTypes") or ()),
        state=raw.get("State", ""),
    )


def _request(write: FunctionWrite | MappingWrite) -> tuple[str, dict[str, Any]]:
    match write:
        case CreateFunction():
            wanted = write.wanted
            code = {"Code": {"ZipFile": wanted.code}, "Architectures": [wanted.architecture], "Tags": dict(write.tags)}
            return "create_function", {**_configuration(wanted), "PackageType": "Zip", **code}
        case UpdateFunctionConfiguration():
            return "update_function_configuration", _configuration(write.wanted)
        case UpdateFunctionCode():
            wanted = write.wanted
            named = {"FunctionName": wanted.name, "ZipFile": wanted.code, "Architectures": [wanted.architecture]}
            return "update_function_code", named
        case CreateEventSourceMapping():
            ends = {"FunctionName": write.function, "EventSourceArn": write.source}
            return "create_event_source_mapping", {**ends, **_reading(write.batch_size)}
        case UpdateEventSourceMapping():
            return "update_event_source_mapping", {"UUID": write.uuid, **_reading(write.batch_size)}


def _configuration(wanted: WantedFunction) -> dict[str, Any]:
    return {
        "FunctionName": wanted.name,
        "Role": wanted.role,
        "Runtime": wanted.runtime,
        "Handler": wanted.handler,
        "Timeout": wanted.timeout,
        "MemorySize": wanted.memory,
        "Environment": {"Variables": dict(wanted.environment)},
    }


def _reading(batch_size: int) -> dict[str, Any]:
    return {"BatchSize": batch_size, "FunctionResponseTypes": [REPORTS], "Enabled": True}
