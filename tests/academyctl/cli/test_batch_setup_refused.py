"""`batch setup` where it writes nothing: plans, refusals, what cannot be read. One account serves all tests."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.support.cli import ROOT, Cli
from tests.support.proxy import proxied, refuse
from tests.support.setup_site import SetupSite, make_bare, states
from tests.support.strict import Strict


@pytest.fixture(scope="module")
def _account(_strict_server: Strict) -> Strict:
    make_bare(_strict_server)
    return _strict_server


@pytest.fixture
def bare(cli: Cli, _account: Strict) -> SetupSite:
    _account.control.clear_calls()
    return SetupSite(cli, _account)


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 5)])
def test_a_plan_makes_no_mutating_call(bare: SetupSite, option: str, code: int) -> None:
    result = bare.run("batch", "setup", option, "-o", "json")
    assert (result.code, result.json["status"], bare.writes) == (code, "pending", []), result
    assert set(states(result).values()) == {"planned"}


def test_a_read_that_is_denied_changes_nothing(bare: SetupSite) -> None:
    with proxied(bare.strict.url) as proxy:
        proxy.on("GetInstanceProfile", refuse("AccessDenied", 403, "no"), nth=())
        result = SetupSite(bare.cli, bare.strict, proxy).setup()
    assert (result.code, bare.writes) == (1, []), result
    assert "iam:GetInstanceProfile" in result.json["error"]["message"]


def profiles(cwd: Path, old: str, new: str) -> str:
    """A profile folder whose sandbox stack says something else."""
    folder = cwd / "profiles"
    copytree(ROOT / "env_profiles", folder)
    path = folder / "stacks" / "sandbox.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return str(folder)


TYPES = "[c6g.xlarge, c6g.2xlarge, c7g.xlarge, c7g.2xlarge]"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("amazon-linux-2023/arm64/recommended", "amazon-linux-2023/arm64/nowhere", "ce.ami"),
        ("amazon-linux-2023/arm64/recommended", "amazon-linux-2/arm64/recommended", "ce.ami"),
        ("amazon-linux-2023/arm64/recommended", "amazon-linux-2023/recommended", "ce.architecture"),
        (TYPES, "[c5.xlarge]", "ce.architecture"),
        (TYPES, "[c99g.xlarge]", "ce.architecture"),
        ('"123456789012"', '"999999999999"', "account.mismatch"),
    ],
)
def test_what_would_not_work_is_refused_before_anything_is_created(
    bare: SetupSite, old: str, new: str, code: str
) -> None:
    result = bare.setup("--profiles", profiles(bare.cli.cwd, old, new))
    assert (result.code, bare.writes) == (4, []), result
    assert code in result.codes("error")


def test_discover_and_a_named_network_exclude_each_other(bare: SetupSite) -> None:
    result = bare.setup("--discover", "--subnet", "subnet-1")
    assert (result.code, bare.strict.calls) == (2, []), result
    assert "academyctl batch setup --discover --vpc ID" in result.json["error"]["hint"]


def second_subnet(site: SetupSite) -> tuple[str, str]:
    """A zone gets another public subnet: it and the first one."""
    ec2 = site.strict.client("ec2")
    there = ec2.describe_subnets()["Subnets"][0]
    made = ec2.create_subnet(
        VpcId=there["VpcId"], CidrBlock="172.31.128.0/20", AvailabilityZone=there["AvailabilityZone"]
    )["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    site.strict.control.clear_calls()
    return made, there["SubnetId"]


def test_a_network_that_is_not_clear_refuses_until_it_is_named(bare: SetupSite) -> None:
    made, there = second_subnet(bare)
    result = bare.setup()
    assert (result.code, result.json["status"], bare.writes) == (4, "findings", []), result
    (finding,) = result.json["findings"]
    assert finding["code"] == "network.ambiguous"
    assert made in finding["message"]
    assert there in finding["message"]
    assert "--subnet" in finding["hint"]
    named = bare.run("batch", "setup", "--subnet", made, "--dry-run", "-o", "json")
    assert (named.code, named.json["data"]["network"]["subnets"]) == (0, [made]), named
