"""EC2's network and instance types, region-wide: each `read_*` one kind of thing, to go side by side."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from academyctl.aws.connect import Connection
from academyctl.model.network import SecurityGroup, Subnet, Vpc, WayOut

ANYWHERE = "0.0.0.0/0"
FAMILIES = {
    "default_arm64": ("m6g.*", "c6g.*", "r6g.*", "c7g.*"),
    "default_x86_64": ("m6i.*", "c6i.*", "r6i.*", "c7i.*"),
    "optimal": ("m4.*", "c4.*", "r4.*", "m5.*", "c5.*", "r5.*"),
}
"""What Batch makes of the names that are no types (API: ComputeResource.instanceTypes)."""


class Ec2:
    """EC2 in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_vpcs(self) -> tuple[Vpc, ...]:
        raws = self._pages("describe_vpcs", "Vpcs", "reading VPCs")
        return tuple(Vpc(id=raw["VpcId"], is_default=bool(raw.get("IsDefault"))) for raw in raws)

    def read_subnets(self) -> tuple[Subnet, ...]:
        """Without their way out, which the route tables tell."""
        return tuple(
            Subnet(
                id=raw["SubnetId"],
                vpc=raw["VpcId"],
                zone=raw["AvailabilityZone"],
                gives_public_ip=bool(raw.get("MapPublicIpOnLaunch")),
            )
            for raw in self._pages("describe_subnets", "Subnets", "reading subnets")
            if raw.get("State", "available") == "available"
        )

    def read_ways_out(self) -> dict[str, WayOut]:
        """Subnet or VPC → where its default route leads: a subnet without a table of its own takes its VPC's main one
        (VPC User Guide, "Subnet route tables")."""
        ways: dict[str, WayOut] = {}
        for raw in self._pages("describe_route_tables", "RouteTables", "reading route tables"):
            way = way_out(raw.get("Routes", ()))
            for one in raw.get("Associations", ()):
                ways[one.get("SubnetId") or (raw["VpcId"] if one.get("Main") else "")] = way
        return ways

    def read_security_groups(self) -> tuple[SecurityGroup, ...]:
        return tuple(
            SecurityGroup(
                id=raw["GroupId"],
                vpc=raw.get("VpcId", ""),
                name=raw.get("GroupName", ""),
                tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())},
            )
            for raw in self._pages("describe_security_groups", "SecurityGroups", "reading security groups")
        )

    def read_architectures(self, declared: Iterable[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """Declared name → the types it stands for, each with the architectures it supports; none for an unknown one."""
        names = tuple(declared)
        patterns = sorted({pattern for name in names for pattern in patterns_of(name)})
        there = {
            raw["InstanceType"]: tuple(raw.get("ProcessorInfo", {}).get("SupportedArchitectures", ()))
            for raw in self._pages(
                "describe_instance_types", "InstanceTypes", "reading instance types", Filters=[_typed(patterns)]
            )
        }
        return {name: {kind: there[kind] for kind in there if is_one_of(kind, patterns_of(name))} for name in names}

    def read_zones(self, types: Iterable[str]) -> frozenset[str]:
        """The availability zones that offer one of the types at least."""
        wanted = sorted(types)
        if not wanted:
            return frozenset()
        raws = self._pages(
            "describe_instance_type_offerings",
            "InstanceTypeOfferings",
            "reading where instance types are offered",
            LocationType="availability-zone",
            Filters=[_typed(wanted)],
        )
        return frozenset(raw["Location"] for raw in raws)

    def _pages(self, operation: str, member: str, doing: str, **params: Any) -> Iterator[dict[str, Any]]:
        token: dict[str, Any] = {}
        while True:
            answer = self._connection.call("ec2", operation, doing=doing, gives=member, **params, **token)
            yield from answer[member]
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _typed(values: list[str]) -> dict[str, Any]:
    return {"Name": "instance-type", "Values": values}


def patterns_of(declared: str) -> tuple[str, ...]:
    """A type is itself, a family all its sizes."""
    return FAMILIES.get(declared) or ((declared,) if "." in declared else (f"{declared}.*",))


def is_one_of(kind: str, patterns: Iterable[str]) -> bool:
    return any(kind == pattern or (pattern.endswith("*") and kind.startswith(pattern[:-1])) for pattern in patterns)


def way_out(routes: Iterable[Mapping[str, Any]]) -> WayOut:
    """Where 0.0.0.0/0 goes. A blackhole goes nowhere."""
    for route in routes:
        if route.get("DestinationCidrBlock") == ANYWHERE and route.get("State", "active") == "active":
            return WayOut.INTERNET_GATEWAY if str(route.get("GatewayId", "")).startswith("igw-") else WayOut.OTHER
    return WayOut.NONE
