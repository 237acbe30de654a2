"""SSM Parameter Store. Facts: research of the API and botocore 1.44's model; see each function."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.errors import NotFound
from academyctl.model.secret import Secret
from academyctl.model.ssm import ParameterMetadata, ParameterWrite, StoredParameter


class ParameterStore:
    """The parameters of one account and region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        return self._connection.now()

    def read(self, names: Iterable[str]) -> dict[str, StoredParameter]:
        """Name → parameter, decrypted; a name that does not exist is absent. One call for up to 10 names."""
        wanted = tuple(names)
        answer = self._connection.call(
            "ssm",
            "get_parameters",
            doing=f"reading {', '.join(wanted)}",
            gives="Parameters",
            Names=list(wanted),
            WithDecryption=True,
        )
        return {raw["Name"]: _stored(raw) for raw in answer["Parameters"]}

    def read_version(self, name: str, version: int) -> StoredParameter:
        """One version, decrypted; NotFound when it is not (or no longer) kept."""
        answer = self._connection.call(
            "ssm",
            "get_parameter",
            doing=f"reading {name} version {version}",
            gives="Parameter",
            Name=f"{name}:{version}",
            WithDecryption=True,
        )
        return _stored(answer["Parameter"])

    def read_metadata(self, names: Iterable[str]) -> dict[str, ParameterMetadata]:
        """Name → what GetParameters does not tell and an overwrite would lose."""
        wanted = list(names)
        filters = [{"Key": "Name", "Option": "Equals", "Values": wanted}]
        pages = self._pages("describe_parameters", f"describing {', '.join(wanted)}", ParameterFilters=filters)
        return {raw["Name"]: _metadata(raw) for page in pages for raw in page["Parameters"]}

    def read_history(self, name: str, *, decrypt: bool = True) -> tuple[StoredParameter, ...]:
        """Every kept version, oldest first; () when the parameter does not exist."""
        pages = self._pages(
            "get_parameter_history",
            f"reading the history of {name}",
            Name=name,
            WithDecryption=decrypt,
            MaxResults=50,
        )
        try:
            versions = [_stored(raw) for page in pages for raw in page["Parameters"]]
        except NotFound:
            return ()
        return tuple(sorted(versions, key=lambda stored: stored.version))

    def _pages(self, operation: str, doing: str, **params: Any) -> Iterator[dict[str, Any]]:
        while True:
            page = self._connection.call("ssm", operation, doing=doing, gives="Parameters", **params)
            yield page
            params["NextToken"] = page.get("NextToken", "")
            if not params["NextToken"]:
                return

    def put(self, write: ParameterWrite) -> int:
        """One PutParameter; the version it made. AlreadyExists where the base is None and the name is taken."""
        params: dict[str, Any] = {
            "Name": write.name,
            "Value": write.value.reveal(),
            "Type": write.type,
            "Overwrite": write.base is not None,
            "Tier": write.tier,
        }
        params |= {"Description": write.description} if write.description else {}
        params |= {"KeyId": write.key_id} if write.key_id and write.type == "SecureString" else {}
        params |= {"Tags": [{"Key": key, "Value": value} for key, value in write.tags]} if write.tags else {}
        doing = f"writing {write.name}"
        answer = self._connection.call("ssm", "put_parameter", doing=doing, gives="Version", write=True, **params)
        return int(answer["Version"])

    def delete(self, name: str) -> None:
        """One DeleteParameter, of all its versions; NotFound when it is gone already."""
        self._connection.call("ssm", "delete_parameter", doing=f"deleting {name}", write=True, Name=name)


def _stored(raw: dict[str, Any]) -> StoredParameter:
    return StoredParameter(
        name=raw["Name"],
        version=int(raw["Version"]),
        type=raw["Type"],
        value=Secret(raw.get("Value", "")),
        tier=raw.get("Tier", ""),
        key_id=raw.get("KeyId", ""),
        description=raw.get("Description", ""),
        modified_at=raw.get("LastModifiedDate"),
        modified_by=raw.get("LastModifiedUser", ""),
        labels=tuple(raw.get("Labels", ())),
    )


def _metadata(raw: dict[str, Any]) -> ParameterMetadata:
    return ParameterMetadata(
        tier=raw.get("Tier", ""),
        key_id=raw.get("KeyId", ""),
        description=raw.get("Description", ""),
        modified_by=raw.get("LastModifiedUser", ""),
    )
