"""Which network an encoder is put in: facts of a region in, a choice or findings out."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from academyctl.model.network import NamedNetwork, NetworkFacts, SecurityGroup, Source, Subnet, Vpc, WayOut
from academyctl.model.stack import Network
from academyctl.plan.network import choose_network, named_network, vpc_difference
from tests.batch_builders import environment

PUBLIC, PRIVATE, SHUT = WayOut.INTERNET_GATEWAY, WayOut.OTHER, WayOut.NONE


def subnet(id: str, zone: str = "a", way_out: WayOut = PUBLIC, *, ip: bool = True, vpc: str = "vpc-1") -> Subnet:
    return Subnet(id=id, vpc=vpc, zone=zone, gives_public_ip=ip, way_out=way_out)


def group(id: str, name: str = "", *, vpc: str = "vpc-1", stack: str = "") -> SecurityGroup:
    return SecurityGroup(id=id, vpc=vpc, name=name, tags={"academyctl:stack": stack} if stack else {})


def facts(
    subnets: Iterable[Subnet] = (subnet("a1"), subnet("b1", "b")),
    groups: Iterable[SecurityGroup] = (group("sg-d", "default"),),
    *,
    vpcs: Iterable[str] = ("vpc-1",),
    default: str = "",
    zones: str = "ab",
) -> NetworkFacts:
    return NetworkFacts(
        vpcs=tuple(Vpc(id=one, is_default=one == default) for one in vpcs),
        subnets=tuple(subnets),
        security_groups=tuple(groups),
        zones=frozenset(zones),
    )


NOBODY = NamedNetwork()


def chosen(there: NetworkFacts, named: NamedNetwork = NOBODY) -> tuple[str, str, str]:
    """VPC, subnets and groups that were chosen."""
    choice = choose_network(named, there, "sandbox")
    assert choice.network, choice.findings
    network = choice.network
    return network.vpc, " ".join(network.subnets), " ".join(network.security_groups)


def refused(there: NetworkFacts, named: NamedNetwork = NOBODY) -> str:
    """The one finding's message and hint."""
    choice = choose_network(named, there, "sandbox")
    assert choice.network is None
    (finding,) = choice.findings
    assert (finding.level, finding.code) == ("error", "network.ambiguous")
    return f"{finding.subject}: {finding.message} | {finding.hint}"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (facts(), ("vpc-1", "a1 b1", "sg-d")),
        (facts(zones="b"), ("vpc-1", "b1", "sg-d")),
        (facts([subnet("a1", way_out=PRIVATE, ip=False)]), ("vpc-1", "a1", "sg-d")),
        (facts([subnet("a1"), subnet("a2", way_out=SHUT)]), ("vpc-1", "a1", "sg-d")),
        (facts([subnet("a1"), subnet("a2", ip=False)]), ("vpc-1", "a1", "sg-d")),
        (facts(vpcs=("vpc-0", "vpc-1"), default="vpc-1"), ("vpc-1", "a1 b1", "sg-d")),
        (facts([subnet("a1"), subnet("x", "b", vpc="vpc-2")]), ("vpc-1", "a1", "sg-d")),
        (facts(groups=[group("sg-d", "default"), group("sg-n", "sandbox")]), ("vpc-1", "a1 b1", "sg-n")),
        (facts(groups=[group("sg-d", "default"), group("sg-t", "any", stack="sandbox")]), ("vpc-1", "a1 b1", "sg-t")),
        (facts(groups=[group("sg-d", "default"), group("sg-o", "any", stack="other")]), ("vpc-1", "a1 b1", "sg-d")),
    ],
    ids=[
        "the only VPC",
        "a zone that offers no type is left out",
        "a private subnet with a NAT",
        "a subnet without a default route is none",
        "a public subnet that gives no address is none",
        "the default VPC of several",
        "another VPC's subnets are none",
        "the group named for the stack",
        "the group tagged for the stack",
        "another stack's group is none",
    ],
)
def test_one_network_fits(there: NetworkFacts, expected: tuple[str, str, str]) -> None:
    assert chosen(there) == expected


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (facts(vpcs=()), ("has no VPC", "--subnet")),
        (facts(vpcs=("vpc-1", "vpc-2")), ("several VPCs fit", "vpc-1, vpc-2", "--vpc")),
        (facts([]), ("vpc-1 has no subnet", "--subnet")),
        (facts(zones="c"), ("no instance type of the stack is offered", "--subnet")),
        (facts([subnet("a1", way_out=SHUT)]), ("a1 (a) has no default route", "--subnet")),
        (facts([subnet("a1", ip=False)]), ("a1 (a)", "internet gateway", "no public address", "--subnet")),
        (
            facts([subnet("a1"), subnet("a2", way_out=PRIVATE)]),
            ("several subnets of a zone fit: a: a1, a2", "--subnet"),
        ),
        (facts(groups=[]), ("no security group for sandbox", "--security-group")),
        (
            facts(groups=[group("sg-1", "sandbox"), group("sg-2", "x", stack="sandbox")]),
            ("sg-1 (sandbox), sg-2 (x)", "--security-group"),
        ),
    ],
)
def test_none_or_several_fit_and_the_options_are_named(there: NetworkFacts, said: tuple[str, ...]) -> None:
    told = refused(there)
    assert all(part in told for part in said), told


def test_subnets_and_group_are_both_told_at_once() -> None:
    choice = choose_network(NOBODY, facts([], groups=[]), "sandbox")
    assert [finding.hint.split()[-2] for finding in choice.findings] == ["--subnet", "--security-group"]


OTHER = facts(
    [subnet("a1"), subnet("x1", "a", SHUT, vpc="vpc-2"), subnet("x2", "c", vpc="vpc-2")],
    [group("sg-d", "default"), group("sg-x", "default", vpc="vpc-2")],
    vpcs=("vpc-1", "vpc-2"),
    default="vpc-1",
)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (NamedNetwork(subnets=("x1",)), ("vpc-2", "x1", "sg-x")),
        (NamedNetwork(subnets=("x1", "x2"), security_groups=("sg-x",)), ("vpc-2", "x1 x2", "sg-x")),
        (NamedNetwork(vpc="vpc-1"), ("vpc-1", "a1", "sg-d")),
        (NamedNetwork(security_groups=("sg-d",)), ("vpc-1", "a1", "sg-d")),
    ],
    ids=["a named subnet needs no route that we know", "both named", "a VPC", "a group implies its VPC"],
)
def test_what_is_named_is_taken(named: NamedNetwork, expected: tuple[str, str, str]) -> None:
    assert chosen(OTHER, named) == expected


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (NamedNetwork(subnets=("gone",)), "gone: there is no subnet gone in the region | name another: --subnet ID"),
        (NamedNetwork(security_groups=("gone",)), "no security group gone"),
        (NamedNetwork(vpc="vpc-9"), "no such VPC"),
        (NamedNetwork(subnets=("a1", "x1")), "several VPCs: vpc-1, vpc-2"),
        (NamedNetwork(subnets=("a1",), security_groups=("sg-x",)), "several VPCs"),
        (NamedNetwork(vpc="vpc-1", subnets=("x1",)), "several VPCs"),
        (NamedNetwork(subnets=("x2",)), "no instance type of the stack is offered in c"),
    ],
)
def test_what_is_named_must_be_usable(named: NamedNetwork, said: str) -> None:
    assert said in refused(OTHER, named)


BY_STACK = Network(subnets=("s",), security_groups=("sg-s",))
BY_OPTION = NamedNetwork(subnets=("o",), source=Source.OPTIONS)


@pytest.mark.parametrize(
    ("options", "stack", "stands", "expected"),
    [
        (NOBODY, Network(), False, ("", "", Source.DISCOVERED)),
        (NOBODY, Network(), True, ("subnet-1", "sg-1", Source.SERVING)),
        (NOBODY, BY_STACK, True, ("s", "sg-s", Source.STACK)),
        (BY_OPTION, BY_STACK, True, ("o", "sg-s", Source.OPTIONS)),
        (BY_OPTION, Network(), True, ("o", "", Source.OPTIONS)),
        (replace(BY_OPTION, security_groups=("sg-o",)), BY_STACK, False, ("o", "sg-o", Source.OPTIONS)),
    ],
    ids=["nobody", "the environment", "the stack", "options, then the stack", "options alone", "options in full"],
)
def test_the_first_that_names_it_wins(
    options: NamedNetwork, stack: Network, stands: bool, expected: tuple[str, str, Source]
) -> None:
    named = named_network(options, stack, environment() if stands else None)
    assert (" ".join(named.subnets), " ".join(named.security_groups), named.source) == expected


@pytest.mark.parametrize(
    ("vpc", "subnets", "said"),
    [
        ("", ("a1",), ""),
        ("vpc-1", ("a1", "b1"), ""),
        ("vpc-2", ("a1", "b1"), "vpc: vpc-1 → vpc-2"),
        ("vpc-1", ("a1", "far"), "vpc: vpc-1, vpc-2 → vpc-1"),
        ("vpc-1", ("gone",), "vpc: none that is known → vpc-1"),
    ],
)
def test_the_vpc_that_an_environment_lies_in_is_that_of_its_subnets(
    vpc: str, subnets: tuple[str, ...], said: str
) -> None:
    there = (subnet("a1"), subnet("b1", "b"), subnet("far", vpc="vpc-2"))
    assert vpc_difference(vpc, environment("ce", resources={"subnets": list(subnets)}), there) == said
