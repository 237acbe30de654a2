"""How EC2's answers are read: routes and the names of instance types."""

from typing import Any

import pytest

from academyctl.aws.ec2 import is_one_of, patterns_of, way_out
from academyctl.model.network import WayOut

LOCAL = {"DestinationCidrBlock": "172.31.0.0/16", "GatewayId": "local", "State": "active"}


def anywhere(**target: str) -> dict[str, Any]:
    return {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", **target}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], WayOut.NONE),
        ([LOCAL], WayOut.NONE),
        ([LOCAL, anywhere(GatewayId="igw-1")], WayOut.INTERNET_GATEWAY),
        ([LOCAL, anywhere(NatGatewayId="nat-1")], WayOut.OTHER),
        ([LOCAL, anywhere(TransitGatewayId="tgw-1")], WayOut.OTHER),
        ([LOCAL, anywhere(NatGatewayId="nat-1", State="blackhole")], WayOut.NONE),
        ([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"}], WayOut.NONE),
    ],
)
def test_where_the_default_route_leads(routes: list[dict[str, Any]], expected: WayOut) -> None:
    assert way_out(routes) is expected


@pytest.mark.parametrize(
    ("declared", "kind", "expected"),
    [
        ("c7g.xlarge", "c7g.xlarge", True),
        ("c7g.xlarge", "c7g.2xlarge", False),
        ("c7g", "c7g.2xlarge", True),
        ("c7g", "c7gd.2xlarge", False),
        ("default_arm64", "r6g.large", True),
        ("default_arm64", "r6gd.large", False),
        ("optimal", "c5.large", True),
    ],
)
def test_which_types_a_declared_name_stands_for(declared: str, kind: str, expected: bool) -> None:
    assert is_one_of(kind, patterns_of(declared)) is expected
