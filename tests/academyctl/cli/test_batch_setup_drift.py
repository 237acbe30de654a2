"""`batch setup` beside an environment that differs in what only a rollout changes."""

from tests.support.cli import Cli
from tests.support.setup_site import CE, SetupSite, states
from tests.support.strict import DEFINITION, Strict


def test_what_only_a_rollout_changes_is_told_and_the_rest_is_done(cli: Cli, strict: Strict) -> None:
    strict.valid(CE)
    strict.queue(CE)
    site = SetupSite(cli, strict)
    result = site.setup()
    assert (result.code, result.json["status"]) == (4, "findings"), result
    drift = [found for found in result.json["findings"] if found["code"] == "ce.drift"]
    assert [found["hint"] for found in drift] == ["academyctl batch ce-rollout"]
    assert result.codes("error") == ["ce.drift"]
    assert "ce.ami-drift" in result.codes("warning")
    assert states(result)[f"batch.job-definition {DEFINITION}"] == "done"
    assert strict.environment(CE)["computeResources"]["instanceTypes"] == ["c7g.xlarge"]
    strict.control.clear_calls()
    again = site.setup()
    assert (again.code, site.writes) == (4, []), again


def test_a_named_vpc_is_compared_with_the_one_that_the_environment_lies_in(cli: Cli, strict: Strict) -> None:
    strict.valid(CE)
    strict.queue(CE)
    site = SetupSite(cli, strict)
    (own,) = {one["VpcId"] for one in strict.client("ec2").describe_subnets()["Subnets"]}
    for vpc, told in ((own, []), ("vpc-nope", [f"vpc: {own} → vpc-nope"])):
        result = site.setup("--vpc", vpc)
        drift = [found for found in result.json["findings"] if found["code"] == "ce.drift"]
        vpcs = [found for found in drift if found["message"].startswith("vpc")]
        assert (result.code, [found["message"] for found in vpcs]) == (4, told), result
        assert all("subnets" in found["hint"] and found["hint"].endswith("batch ce-rollout") for found in vpcs)
