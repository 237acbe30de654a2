"""What the code reads against what the roles declare."""

from typing import Any

from academyctl.check.scan import ScanReport, check_scan
from academyctl.model.contract import EnvContract
from academyctl.model.finding import Level, Location
from academyctl.model.reference import DynamicRead, How, Reference, Survey, UndefinedSetting, Unparsed
from academyctl.model.role import Alias, Consumer, KeySpec, OneOf, Role

API = Role(
    name="api",
    parameter="/api",
    consumer=Consumer.DOTENV,
    keys=(KeySpec(name="R2_ENDPOINT", required=True), KeySpec(name="BOTH"), KeySpec(name="AWS_ACCESS_KEY_ID")),
    aliases=(Alias(old="OLD_ENDPOINT", new="R2_ENDPOINT"),),
    passthrough=("SOLAPI_*",),
    runtime=("DJANGO_SETTINGS_MODULE",),
)
WORKER = Role(
    name="worker",
    parameter="/worker",
    consumer=Consumer.DOTENV,
    keys=(KeySpec(name="BOTH"), KeySpec(name="WORKER_ID"), KeySpec(name="R2_BUCKET"), KeySpec(name="R2_VIDEO_BUCKET")),
    one_of=(OneOf(keys=("R2_BUCKET", "R2_VIDEO_BUCKET")),),
)
ROLES = (API, WORKER)


def ref(
    name: str, *roles: str, how: How = How.GETENV, required: bool = False, group: tuple[str, ...] = ()
) -> Reference:
    return Reference(name=name, path="a.py", line=3, how=how, required=required, group=group, roles=roles)


def check(*references: Reference, entered: tuple[str, ...] = ("api", "worker"), **more: Any) -> ScanReport:
    survey = Survey(files=1, references=references, entered=entered)._replace(**more)
    return check_scan(survey, EnvContract(ROLES), ROLES)


def told(report: ScanReport, code: str) -> list[str]:
    return [one.subject for one in report.findings if one.code == code]


def test_a_key_that_is_read_and_declared_nowhere_is_an_error_with_its_place_and_its_yaml() -> None:
    report = check(ref("R2_ENDPIONT", "api", required=True), ref("R2_ENDPIONT", "api"), ref("API_TOKEN", "api"))
    first, second = [one for one in report.findings if one.code == "scan.undeclared"]
    assert (second.level, second.subject, second.location) == (Level.ERROR, "api:R2_ENDPIONT", Location("a.py", 3))
    assert second.hint.startswith("did you mean R2_ENDPOINT? else declare it in roles/api.yaml")
    assert "R2_ENDPIONT: {required: true}" in second.hint
    assert "API_TOKEN: {secret: true}" in first.hint
    assert report.proposal == {
        "api": (
            "keys:\n"
            "  API_TOKEN:\n    secret: true\n    used_by: [a.py]\n"
            "  R2_ENDPIONT:\n    required: true\n    used_by: [a.py]\n"
        )
    }


def test_a_name_that_no_env_file_can_carry_is_no_key_to_declare() -> None:
    found = check(ref("A B", "api")).findings[0]
    assert (found.code, found.hint.startswith("give it a name that an env file can carry")) == ("scan.undeclared", True)


def test_a_name_of_other_systems_is_undeclared_and_the_key_is_named() -> None:
    (finding,) = [one for one in check(ref("OLD_ENDPOINT", "api")).findings if one.code == "scan.undeclared"]
    assert finding.hint == "read R2_ENDPOINT: OLD_ENDPOINT is a name of other systems"


def test_keys_runtime_names_and_passthrough_are_declared() -> None:
    report = check(ref("BOTH", "api"), ref("DJANGO_SETTINGS_MODULE", "api"), ref("SOLAPI_KEY", "api"))
    assert told(report, "scan.undeclared") == []
    assert [(row.key, row.state) for row in report.rows["api"] if row.place] == [
        ("BOTH", "declared"),
        ("DJANGO_SETTINGS_MODULE", "runtime"),
        ("SOLAPI_KEY", "passthrough"),
    ]


def test_each_role_is_held_to_its_own_declaration() -> None:
    report = check(ref("WORKER_ID", "api", "worker"), ref("DJANGO_SETTINGS_MODULE", "worker"))
    assert told(report, "scan.undeclared") == ["api:WORKER_ID", "worker:DJANGO_SETTINGS_MODULE"]


def test_a_role_that_may_not_run_the_code_is_content_with_what_any_role_declares() -> None:
    report = check(ref("WORKER_ID", "api", "worker"), ref("NOWHERE", "api", "worker"), entered=())
    assert told(report, "scan.undeclared") == ["api:NOWHERE", "worker:NOWHERE"]
    assert {row.key: row.state for row in report.rows["api"]}["WORKER_ID"] == "of another role"


def test_code_that_no_entry_point_reaches_is_held_to_what_any_role_declares() -> None:
    report = check(ref("WORKER_ID"), ref("NOWHERE"), ref("AWS_PROFILE", how=How.IMPLICIT))
    assert told(report, "scan.undeclared") == ["NOWHERE"]


def test_a_declared_key_that_nothing_reads_is_a_warning_where_it_is_declared() -> None:
    survey = Survey(references=(ref("BOTH", "api"),), entered=("api",))
    places = {("api", "R2_ENDPOINT"): Location("api.yaml", 7)}
    report = check_scan(survey, EnvContract(ROLES), ROLES, places)
    found = [one for one in report.findings if one.code == "scan.unreferenced"]
    assert [(one.level, one.subject, one.location) for one in found] == [
        (Level.WARNING, "api:R2_ENDPOINT", Location("api.yaml", 7)),
        (Level.WARNING, "api:AWS_ACCESS_KEY_ID", None),
    ]


def test_what_a_library_reads_counts_as_read_and_never_as_undeclared() -> None:
    report = check(ref("AWS_ACCESS_KEY_ID", "api", how=How.IMPLICIT), ref("AWS_PROFILE", "api", how=How.IMPLICIT))
    assert "api:AWS_ACCESS_KEY_ID" not in told(report, "scan.unreferenced")
    assert told(report, "scan.undeclared") == []


def test_without_any_entry_point_every_role_hears_of_its_unread_keys() -> None:
    assert told(check(ref("BOTH", "api", "worker"), entered=()), "scan.unreferenced") == [
        "api:R2_ENDPOINT",
        "api:AWS_ACCESS_KEY_ID",
        "worker:WORKER_ID",
        "worker:R2_BUCKET",
        "worker:R2_VIDEO_BUCKET",
    ]


def test_a_group_is_proposed_where_nothing_else_stands_in() -> None:
    pair = ref("NEW", "api", required=True, group=("OLD",)), ref("OLD", "api", required=True, group=("NEW",))
    proposal = check(*pair).proposal["api"]
    assert proposal.endswith("one_of:\n  - keys: [NEW, OLD]\n")
    assert "required" not in proposal
    with_default = [one._replace(required=False) for one in pair]
    assert "one_of" not in check(*with_default).proposal["api"]


def test_a_group_that_is_declared_is_not_proposed() -> None:
    report = check(ref("R2_BUCKET", "worker", required=True, group=("R2_VIDEO_BUCKET",)))
    assert report.proposal == {}


def test_files_settings_and_dynamic_reads() -> None:
    report = check(
        unparsed=(Unparsed("bad.py", 0, "invalid syntax"),),
        undefined=(UndefinedSetting("X", "a.py", 4, ("api",)),),
        dynamic=(DynamicRead("a.py", 5, "getenv", ("api",)),),
    )
    assert [(one.level, one.code, one.subject, one.location) for one in report.findings if one.code[5] != "u"] == [
        (Level.INFO, "scan.dynamic", "a.py", Location("a.py", 5)),
    ]
    assert [(one.level, one.subject, one.location) for one in report.findings[:2]] == [
        (Level.ERROR, "bad.py", Location("bad.py", 1)),
        (Level.ERROR, "settings.X", Location("a.py", 4)),
    ]


def test_a_proposal_is_yaml_whatever_names_and_paths_there_are() -> None:
    odd = ref("A B: [x]", "api")._replace(path="a, b: #.py")
    assert check(odd).proposal == {}
    assert told(check(odd), "scan.undeclared") == ["api:A B: [x]"]
    assert check(odd._replace(name="GOOD")).proposal["api"] == 'keys:\n  GOOD:\n    used_by: ["a, b: #.py"]\n'
