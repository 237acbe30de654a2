"""What EC2 instance types offer."""

from collections.abc import Iterable
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.fleet import MachineType


def read_machines(connection: Connection, names: Iterable[str]) -> dict[str, MachineType]:
    """Instance type → vCPUs and memory. What is no type of this region (a family, `optimal`) is not there.

    A filter and not InstanceTypes: of those EC2 refuses the whole call for one that it does not know.
    """
    wanted, found = sorted(set(names)), dict[str, MachineType]()
    token: dict[str, Any] = {}
    while wanted:
        answer = connection.call(
            "ec2",
            "describe_instance_types",
            doing="reading instance types",
            gives="InstanceTypes",
            Filters=[{"Name": "instance-type", "Values": wanted}],
            **token,
        )
        found |= {raw["InstanceType"]: _machine(raw) for raw in answer["InstanceTypes"]}
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    return found


def _machine(raw: dict[str, Any]) -> MachineType:
    return MachineType(
        name=raw["InstanceType"],
        vcpus=int(raw.get("VCpuInfo", {}).get("DefaultVCpus", 0)),
        memory_mib=int(raw.get("MemoryInfo", {}).get("SizeInMiB", 0)),
    )
