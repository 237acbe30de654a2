"""Keys that are not the role's: foreign, undeclared, repeated, or under an old name; and what each weighs where."""

import pytest

from academyctl.check.env import RoleReport, check_duplicates, check_role, check_stored, check_strangers
from academyctl.model.env import SourceKind
from academyctl.model.role import Role
from tests.builders import a_contract, a_document, a_key, a_role, own_keys, said, shipped

KINDS = list(SourceKind)


def checked(role: Role, lines: str, kind: SourceKind = SourceKind.FILE) -> RoleReport:
    document = a_document(lines, kind=kind, consumer=role.consumer)
    return check_role(role, own_keys(role, document), document)


TWO = a_contract(
    a_role("api", keys=["A", "BOTH", "NEW"], aliases={"OLD": "NEW"}, runtime=["PLATFORM"]),
    a_role("worker", keys=["W", "BOTH"]),
)


def strangers(lines: str, kind: SourceKind) -> list[tuple[str, str, str]]:
    return said(check_strangers(TWO.role("api"), a_document(lines, kind=kind), TWO))


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (SourceKind.FILE, "info"),
        (SourceKind.STDIN, "info"),
        (SourceKind.SSM, "error"),
        (SourceKind.CONTAINER, "warning"),
        (SourceKind.PROCESS, None),
    ],
)
def test_a_foreign_key_weighs_what_it_can_break(kind: SourceKind, level: str | None) -> None:
    assert strangers("W=1\n", kind) == ([(level, "env.foreign", "api:W")] if level else [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["QQQ", "PLATFORM"])
def test_an_undeclared_key_is_an_error_in_ssm_and_nothing_elsewhere(kind: SourceKind, key: str) -> None:
    """Of a file and stdin the split reports it."""
    found = [("error", "env.unknown", f"api:{key}")] if kind is SourceKind.SSM else []
    assert strangers(f"{key}=1\n", kind) == found


def test_an_undeclared_key_in_ssm_gets_the_nearest_name_and_two_ways_out() -> None:
    document = a_document("R2_ENDPIONT=1\n", kind=SourceKind.SSM)
    (found,) = check_strangers(shipped().role("api"), document, shipped())
    assert "did you mean R2_ENDPOINT?" in found.message
    assert "roles/api.yaml" in found.hint
    assert "ssm unset --role api R2_ENDPIONT" in found.hint


def test_a_platforms_name_in_ssm_is_called_what_it_is() -> None:
    (found,) = check_strangers(TWO.role("api"), a_document("PLATFORM=1\n", kind=SourceKind.SSM), TWO)
    assert "set by the platform" in found.message
    assert found.hint == "academyctl ssm unset --role api PLATFORM"


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_name_is_a_warning_where_nobody_maps_it(kind: SourceKind) -> None:
    """In a file and stdin the split maps it and says so itself."""
    found = [] if kind.is_mixed else [("warning", "env.alias", "api:OLD")]
    assert strangers("OLD=1\n", kind) == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (SourceKind.SSM, ("error", "env.alias-conflict", "api:OLD")),
        (SourceKind.CONTAINER, ("warning", "env.alias", "api:OLD")),
        (SourceKind.PROCESS, ("warning", "env.alias", "api:OLD")),
    ],
)
def test_an_old_name_that_contradicts_the_new_one_is_an_error_in_a_blob(
    kind: SourceKind, found: tuple[str, str, str]
) -> None:
    """Of a process or container the new name alone is read, and the platform may set the old one for others."""
    assert strangers("OLD=1\nNEW=2\n", kind) == [found]
    assert strangers("OLD=1\nNEW=1\n", kind) == [("warning", "env.alias", "api:OLD")]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("rediss://h", "env.type"),
        ("redis://user:p@h", "env.type"),
        ("redis://other", "env.alias-conflict"),
        ("redis://h", "env.alias"),
    ],
)
def test_a_redis_url_in_a_blob_is_judged_as_in_a_file(url: str, code: str) -> None:
    document = a_document(f"REDIS_HOST=h\nREDIS_URL={url}\n", kind=SourceKind.SSM)
    (found,) = check_strangers(shipped().role("api"), document, shipped())
    assert (found.level, found.code) == ("warning" if code == "env.alias" else "error", code)
    assert found.hint.startswith("academyctl ssm push" if code == "env.alias" else "academyctl ssm unset --role api")
    assert url not in f"{found.message} {found.hint}"


@pytest.mark.parametrize("kind", [SourceKind.SSM, SourceKind.CONTAINER, SourceKind.PROCESS])
def test_an_old_name_does_not_stand_for_the_new_one_where_nobody_maps_it(kind: SourceKind) -> None:
    role = a_role(keys=[a_key("NEW", required=True)], aliases={"OLD": "NEW"})
    assert said(checked(role, "OLD=1\n", kind).findings) == [("error", "env.missing", "api:NEW")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_roles_own_keys_are_no_strangers(kind: SourceKind) -> None:
    assert strangers("A=1\nBOTH=2\nNEW=3\n", kind) == []


def test_findings_of_a_file_name_the_line_and_those_of_other_sources_none() -> None:
    role = a_role(keys=[a_key("P", "port")])
    (in_file,) = checked(role, "# c\n\nP=x\n").findings
    assert in_file.location is not None
    assert (in_file.location.path, in_file.location.line) == (".env", 3)
    (in_blob,) = checked(role, "# c\n\nP=x\n", SourceKind.SSM).findings
    assert in_blob.location is None


def test_a_key_set_twice_in_a_blob_is_an_error_and_the_last_value_is_judged() -> None:
    role = a_role(keys=[a_key("P", "port")])
    document = a_document("P=x\nP=80\nP=80\n", kind=SourceKind.SSM)
    assert said(check_duplicates(role, document)) == [("error", "env.duplicate", "api:P")] * 2
    assert checked(role, "P=x\nP=80\n", SourceKind.SSM).findings == ()


def test_a_stored_blob_is_asked_for_duplicates_and_strangers_at_once() -> None:
    document = a_document("A=1\nA=2\nW=1\nQQQ=1\nOLD=1\n", kind=SourceKind.SSM)
    assert said(check_stored(TWO.role("api"), document, TWO)) == [
        ("error", "env.duplicate", "api:A"),
        ("error", "env.foreign", "api:W"),
        ("error", "env.unknown", "api:QQQ"),
        ("warning", "env.alias", "api:OLD"),
    ]
