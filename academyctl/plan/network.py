"""Which VPC, subnets and security group a new environment is put in. Facts in, a network or findings out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from academyctl.model.batch import TAG, ComputeEnvironmentDetail
from academyctl.model.finding import Finding, error
from academyctl.model.network import ChosenNetwork, NamedNetwork, NetworkFacts, SecurityGroup, Source, Subnet
from academyctl.model.stack import Network

CODE = "network.ambiguous"
BY_SUBNET = "name one a zone: --subnet ID --subnet ID"
BY_GROUP = "name it: --security-group ID"
BY_VPC = "name its subnets: --subnet ID (or the VPC: --vpc ID)"


class Identified(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def vpc(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`network` is None where `findings` say why."""

    network: ChosenNetwork | None = None
    findings: tuple[Finding, ...] = field(default=())


def named_network(
    options: NamedNetwork, stack: Network, environment: ComputeEnvironmentDetail | None = None
) -> NamedNetwork:
    """What is named: by the options, what they leave open by the stack; else by an environment that stands."""
    if _names(options) or stack != Network():
        return NamedNetwork(
            vpc=options.vpc or stack.vpc,
            subnets=options.subnets or stack.subnets,
            security_groups=options.security_groups or stack.security_groups,
            source=Source.OPTIONS if _names(options) else Source.STACK,
        )
    if environment is None:
        return NamedNetwork()
    return NamedNetwork(subnets=environment.subnets, security_groups=environment.security_groups, source=Source.SERVING)


def _names(network: NamedNetwork) -> bool:
    return bool(network.vpc or network.subnets or network.security_groups)


def choose_network(named: NamedNetwork, facts: NetworkFacts, stack: str) -> Choice:
    """The network for an environment of `stack`. None or several fit: findings that name options and candidates.

    What is named must exist, lie in one VPC and, of the subnets, one at least where an instance type is offered.
    """
    faults = [
        *_absent("subnet", named.subnets, facts.subnets),
        *_absent("security group", named.security_groups, facts.security_groups),
    ]
    if faults:
        return Choice(findings=tuple(faults))
    vpc = _vpc(named, facts)
    if isinstance(vpc, Finding):
        return Choice(findings=(vpc,))
    subnets, groups = _subnets(named, facts, vpc), _groups(named, facts, vpc, stack)
    faults = [found for found in (subnets, groups) if isinstance(found, Finding)]
    if isinstance(subnets, Finding) or isinstance(groups, Finding):
        return Choice(findings=tuple(faults))
    shown = ", ".join(f"{one.id} ({one.name})" for one in groups)
    return Choice(
        network=ChosenNetwork(
            vpc=vpc,
            subnets=tuple(one.id for one in subnets),
            security_groups=tuple(one.id for one in groups),
            why=f"network of {vpc}: {named.source}; security group {shown}",
        )
    )


def vpc_difference(vpc: str, environment: ComputeEnvironmentDetail, subnets: Iterable[Subnet]) -> str:
    """`vpc: live → named` where one is named that the environment's subnets do not lie in; else empty."""
    live = sorted({one.vpc for one in subnets if one.id in environment.subnets})
    return "" if not vpc or live == [vpc] else f"vpc: {', '.join(live) or 'none that is known'} → {vpc}"


def _absent(what: str, ids: Iterable[str], there: Sequence[Identified]) -> Iterator[Finding]:
    known = {one.id for one in there}
    option = f"--{what.replace(' ', '-')} ID"
    for one in ids:
        if one not in known:
            yield error(CODE, one, f"there is no {what} {one} in the region", f"name another: {option}")


def _vpc(named: NamedNetwork, facts: NetworkFacts) -> str | Finding:
    """Of what is named; else the default VPC, else the only one."""
    things: list[Identified] = [one for one in facts.subnets if one.id in named.subnets]
    things += [one for one in facts.security_groups if one.id in named.security_groups]
    implied = sorted({one.vpc for one in things} | ({named.vpc} - {""}))
    if len(implied) > 1:
        return error(CODE, "vpc", f"what is named lies in several VPCs: {', '.join(implied)}", BY_SUBNET)
    if implied:
        known = implied[0] in {one.id for one in facts.vpcs}
        return implied[0] if known else error(CODE, implied[0], "there is no such VPC in the region", BY_VPC)
    fit = [one for one in facts.vpcs if one.is_default] or list(facts.vpcs)
    if len(fit) == 1:
        return fit[0].id
    shown = ", ".join(one.id for one in fit)
    several = f"several VPCs fit, none is the default: {shown}"
    return error(CODE, "vpc", several if fit else "the region has no VPC", BY_VPC)


def _subnets(named: NamedNetwork, facts: NetworkFacts, vpc: str) -> tuple[Subnet, ...] | Finding:
    if named.subnets:
        chosen = tuple(one for one in facts.subnets if one.id in named.subnets)
        if any(one.zone in facts.zones for one in chosen):
            return chosen
        zones = ", ".join(sorted({one.zone for one in chosen}))
        return error(
            CODE, "subnets", f"no instance type of the stack is offered in {zones}", f"{BY_SUBNET}{_offered(facts)}"
        )
    fit = [one for one in facts.subnets if one.vpc == vpc and one.zone in facts.zones and one.reaches_out]
    if not fit:
        return error(CODE, vpc, _why_none(facts, vpc), BY_SUBNET)
    return _one_a_zone(fit)


def _offered(facts: NetworkFacts) -> str:
    return f" (offered in {', '.join(sorted(facts.zones))})" if facts.zones else ""


def _why_none(facts: NetworkFacts, vpc: str) -> str:
    inside = [one for one in facts.subnets if one.vpc == vpc]
    if not inside:
        return f"{vpc} has no subnet"
    if not any(one.zone in facts.zones for one in inside):
        return f"no instance type of the stack is offered in a zone of {vpc}"
    seen = "; ".join(f"{one.id} ({one.zone}) {_lack(one, facts)}" for one in inside)
    return f"no subnet of {vpc} reaches out: {seen}"


def _lack(subnet: Subnet, facts: NetworkFacts) -> str:
    if subnet.zone not in facts.zones:
        return "has no instance type on offer"
    if subnet.way_out:
        return f"has its default route through an {subnet.way_out} and gives no public address"
    return "has no default route"


def _one_a_zone(fit: Sequence[Subnet]) -> tuple[Subnet, ...] | Finding:
    by_zone = {
        zone: tuple(some)
        for zone, some in groupby(sorted(fit, key=lambda one: (one.zone, one.id)), lambda one: one.zone)
    }
    crowded = [f"{zone}: {', '.join(one.id for one in some)}" for zone, some in by_zone.items() if len(some) > 1]
    if crowded:
        return error(CODE, "subnets", f"several subnets of a zone fit: {'; '.join(crowded)}", BY_SUBNET)
    return tuple(some[0] for some in by_zone.values())


def _groups(named: NamedNetwork, facts: NetworkFacts, vpc: str, stack: str) -> tuple[SecurityGroup, ...] | Finding:
    inside = [one for one in facts.security_groups if one.vpc == vpc]
    if named.security_groups:
        return tuple(one for one in inside if one.id in named.security_groups)
    own = [one for one in inside if one.tags.get(f"{TAG}stack") == stack or one.name == stack]
    fit = own or [one for one in inside if one.name == "default"]
    if len(fit) == 1:
        return (fit[0],)
    if not fit:
        return error(CODE, vpc, f"{vpc} has no security group for {stack}, and no default one", BY_GROUP)
    shown = ", ".join(f"{one.id} ({one.name})" for one in fit)
    return error(CODE, vpc, f"several security groups are tagged or named for {stack}: {shown}", BY_GROUP)
