"""What SSM limits and keeps: key, description and tags, tier and size, type, braces, versions with labels."""

from tests.support.aws import API, WORKER
from tests.support.envs import API as API_ENV
from tests.support.envs import text
from tests.support.site import OLD, Site, described, is_refused, ssm_of


def test_a_new_parameter_takes_the_given_key_and_later_pushes_keep_it(site: Site) -> None:
    assert site.push("--kms-key", "alias/academy").code == 0
    site.write_env(R2_REGION="eu")
    assert site.push().code == 0
    assert (site.version(WORKER), described(site, WORKER)["KeyId"]) == (2, "alias/academy")


def test_another_key_is_a_change_of_its_own(site: Site) -> None:
    assert site.push().code == 0
    result = site.push("--kms-key", "alias/academy")
    assert (result.code, result.json["status"]) == (0, "changed"), result
    assert described(site, API)["KeyId"] == "alias/academy"
    assert site.version(API) == 2


def test_description_and_tags_that_stand_are_kept(stored: Site) -> None:
    client = ssm_of(stored.aws)
    stored.put(API, OLD[API], Description="ours since 2019")
    client.add_tags_to_resource(ResourceType="Parameter", ResourceId=API, Tags=[{"Key": "team", "Value": "video"}])
    assert stored.push().code == 0
    assert described(stored, API)["Description"] == "ours since 2019"
    tags = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=API)["TagList"]
    assert {tag["Key"] for tag in tags} == {"team"}


def test_over_4096_bytes_needs_advanced(site: Site) -> None:
    site.write_env(SITE_URL=f"https://academy.example/{'a' * 4000}")
    result = site.push()
    assert is_refused(site, result, "ssm.size")
    assert any("SITE_URL" in finding["message"] for finding in result.json["findings"])
    assert site.push("--allow-advanced").code == 0
    assert (described(site, API)["Tier"], described(site, WORKER)["Tier"]) == ("Advanced", "Standard")


def test_an_advanced_parameter_stays_advanced(site: Site) -> None:
    site.put(API, OLD[API], Tier="Advanced")
    assert site.push().code == 0
    assert described(site, API)["Tier"] == "Advanced"


def test_bytes_are_counted_not_characters(site: Site) -> None:
    site.write_env(SITE_URL=f"https://academy.example/{'é' * 2000}")
    assert is_refused(site, site.push(), "ssm.size")


def test_over_8192_bytes_is_refused_with_the_largest_keys(site: Site) -> None:
    site.write_env(SITE_URL="x" * 3000, SOLAPI_A="y" * 4000, SOLAPI_B="z" * 2000)
    result = site.push("--allow-advanced")
    assert is_refused(site, result, "ssm.size")
    (found,) = (finding for finding in result.json["findings"] if finding["code"] == "ssm.size")
    assert "the largest values: SOLAPI_A, SITE_URL, SOLAPI_B" in found["message"]


def test_braces_are_refused_before_ssm_does(site: Site) -> None:
    site.write_env(SITE_URL="{{secret}}")
    result = site.push()
    assert is_refused(site, result, "ssm.braces")
    assert "secret}}" not in result.out + result.err


def test_a_stored_string_is_refused_with_the_remedy(stored: Site) -> None:
    ssm_of(stored.aws).delete_parameter(Name=WORKER)
    stored.put(WORKER, OLD[WORKER], Type="String")
    result = stored.push()
    assert is_refused(stored, result, "ssm.type")
    (found,) = (finding for finding in result.json["findings"] if finding["code"] == "ssm.type")
    assert f"aws ssm delete-parameter --name {WORKER}; wait 30 s" in found["hint"]


def test_a_label_on_the_oldest_of_100_versions_is_refused_with_the_remedy(site: Site) -> None:
    for number in range(100):
        site.put(API, text(API_ENV, DB_PORT=str(number + 1)))
    ssm_of(site.aws).label_parameter_version(Name=API, ParameterVersion=1, Labels=["stable"])
    result = site.run("ssm", "push", "--role", "api", "--yes", "-o", "json")
    assert is_refused(site, result, "ssm.labels")
    (found,) = (finding for finding in result.json["findings"] if finding["code"] == "ssm.labels")
    assert f"unlabel-parameter-version --name {API} --parameter-version 1 --labels stable" in found["hint"]
    ssm_of(site.aws).unlabel_parameter_version(Name=API, ParameterVersion=1, Labels=["stable"])
    assert site.run("ssm", "push", "--role", "api", "--yes").code == 0
    assert site.version(API) == 101
