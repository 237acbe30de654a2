"""The contract that is shipped, judged as operators meet it; and that no finding ever holds a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academyctl.check.env import RoleReport, check_duplicates, check_role, check_strangers
from academyctl.model.env import SourceKind
from academyctl.model.finding import Finding, Level
from academyctl.model.role import Role
from academyctl.plan.split import split_document
from tests.builders import a_document, own_keys, said, shipped
from tests.support.envs import API, LEGACY, WORKER, text

KINDS = list(SourceKind)


def checked(role: Role, lines: str, kind: SourceKind = SourceKind.FILE) -> RoleReport:
    document = a_document(lines, kind=kind, consumer=role.consumer)
    return check_role(role, own_keys(role, document), document)


# --- the shipped contract -------------------------------------------------------------------------------------------

REQUIRED_OF_API = {*API}
REQUIRED_OF_WORKER = {*WORKER} - {"R2_VIDEO_BUCKET"}


@pytest.mark.parametrize(("role", "env"), [("api", API), ("worker", WORKER)])
def test_a_complete_env_has_no_findings(role: str, env: dict[str, str]) -> None:
    assert checked(shipped().role(role), text(env), SourceKind.SSM).findings == ()


@pytest.mark.parametrize(
    ("role", "required"), [("api", REQUIRED_OF_API), ("worker", REQUIRED_OF_WORKER)], ids=["api", "worker"]
)
def test_exactly_the_required_keys_are_missing_from_an_empty_env(role: str, required: set[str]) -> None:
    found = [f for f in checked(shipped().role(role), "", SourceKind.SSM).findings if f.code == "env.missing"]
    assert {finding.subject for finding in found} == {f"{role}:{key}" for key in required}
    assert {finding.level for finding in found} == {Level.ERROR}


def test_the_worker_takes_its_bucket_under_either_name_and_refuses_two_different_ones() -> None:
    worker = shipped().role("worker")
    bucket = ("error", "env.one-of", "worker:R2_BUCKET|R2_VIDEO_BUCKET")
    for lines, found in [
        (text(WORKER, R2_VIDEO_BUCKET=None), [bucket]),
        (text(WORKER, R2_VIDEO_BUCKET=None, R2_BUCKET="b"), []),
        (text(WORKER, R2_BUCKET=WORKER["R2_VIDEO_BUCKET"]), []),
        (text(WORKER, R2_BUCKET="another"), [bucket]),
    ]:
        assert said(checked(worker, lines, SourceKind.SSM).findings) == found


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("DB_PORT", "0"),
        ("REDIS_PORT", "x"),
        ("REDIS_DB", "one"),
        ("R2_ENDPOINT", "r2.example"),
        ("DB_HOST", "db:5432"),
        ("REDIS_HOST", "redis://h"),
    ],
)
@pytest.mark.parametrize("role", ["api", "worker"])
def test_the_shipped_types_are_judged(role: str, key: str, bad: str) -> None:
    env = API if role == "api" else WORKER
    report = checked(shipped().role(role), text(env, **{key: bad}), SourceKind.SSM)
    assert said(report.findings) == [("error", "env.type", f"{role}:{key}")]


def test_the_legacy_env_is_complete_for_both_roles() -> None:
    document = a_document(LEGACY)
    split = split_document(document, shipped())
    for role in shipped().roles:
        levels = {finding.level for finding in check_role(role, split.by_role[role.name], document).findings}
        assert levels <= {Level.WARNING}


# --- secrecy --------------------------------------------------------------------------------------------------------

_CANARY = "c4n4ry"
_FORMS = ["{}", "redis://{}:x", "https://{} {}", "<{}>", "x{}", "{}\n", "1{}", "{{{{{}", " {}"]


def all_findings(role: Role, lines: str, kind: SourceKind) -> list[Finding]:
    document = a_document(lines, kind=kind, consumer=role.consumer)
    env = split_document(document, shipped()).by_role[role.name] if kind.is_mixed else own_keys(role, document)
    return [
        *split_document(document, shipped()).findings,
        *check_role(role, env, document).findings,
        *check_strangers(role, document, shipped()),
        *check_duplicates(role, document),
    ]


_keys = st.sampled_from([*WORKER, "REDIS_URL", "VIDEO_BUCKET_NAME", "QQQ", "DEBUG", "SOLAPI_KEY"])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["api", "worker"]),
    st.sampled_from(KINDS),
    st.lists(st.tuples(_keys, st.sampled_from(_FORMS)), max_size=15),
)
def test_no_field_of_any_finding_holds_a_value(role: str, kind: SourceKind, pairs: list[tuple[str, str]]) -> None:
    quote = "" if kind is SourceKind.SSM and role == "api" else "'"
    lines = "".join(f"{key}={quote}{form.format(_CANARY, _CANARY).strip(chr(10))}{quote}\n" for key, form in pairs)
    one = shipped().role(role)
    found = all_findings(one, lines, kind)
    assert _CANARY not in repr(found)
    document = a_document(lines, kind=kind, consumer=one.consumer)
    assert _CANARY not in repr(check_role(one, own_keys(one, document), document))
