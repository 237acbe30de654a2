"""The network of a region as EC2 tells it, and the part of it in which encoders run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Source(StrEnum):
    """Who named a network."""

    OPTIONS = "the command line"
    STACK = "the stack file"
    SERVING = "the environment that stands"
    DISCOVERED = "discovered"


class WayOut(StrEnum):
    """Where a subnet's default route leads."""

    NONE = ""
    INTERNET_GATEWAY = "internet gateway"
    OTHER = "NAT or the like"


@dataclass(frozen=True, kw_only=True)
class Vpc:
    id: str
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """`gives_public_ip` is MapPublicIpOnLaunch."""

    id: str
    vpc: str
    zone: str
    gives_public_ip: bool = False
    way_out: WayOut = WayOut.NONE

    @property
    def reaches_out(self) -> bool:
        """An instance in it reaches ECS, ECR and SSM: through an internet gateway only with a public address."""
        if self.way_out is WayOut.INTERNET_GATEWAY:
            return self.gives_public_ip
        return self.way_out is not WayOut.NONE


@dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    id: str
    vpc: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NetworkFacts:
    """Everything of one region. `zones`: those that offer a wanted instance type. `architectures`: type → what it
    supports, of every type that the declared names stand for; `unknown`: declared names that stand for none."""

    vpcs: tuple[Vpc, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    security_groups: tuple[SecurityGroup, ...] = ()
    zones: frozenset[str] = frozenset()
    architectures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NamedNetwork:
    """What somebody named; empty fields are not named."""

    vpc: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    source: Source = Source.DISCOVERED


@dataclass(frozen=True, kw_only=True)
class ChosenNetwork:
    """Where a new environment is put. `why` says it in words, by field."""

    vpc: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    why: str = ""
