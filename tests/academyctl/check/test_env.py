"""Every finding code and what it weighs, by where the env comes from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academyctl.check.env import KeyState, RoleReport, check_duplicates, check_role, check_stored, check_strangers
from academyctl.model.env import SourceKind, own_keys
from academyctl.model.finding import Finding, Level
from academyctl.model.role import Consumer, KeySpec, OneOf, Role
from academyctl.plan.split import split_document
from tests.builders import a_contract, a_document, a_key, a_role, said, shipped
from tests.support.envs import API, LEGACY, WORKER, text

KINDS = list(SourceKind)
BUCKETS = OneOf(keys=("BUCKET", "OLD_BUCKET"))
ONE_BUCKET = OneOf(keys=("BUCKET", "OLD_BUCKET"), same=True)


def checked(role: Role, lines: str, kind: SourceKind = SourceKind.FILE) -> RoleReport:
    document = a_document(lines, kind=kind, consumer=role.consumer)
    return check_role(role, own_keys(role, document), document)


def state_of(report: RoleReport, key: str) -> KeyState:
    return {name: state for name, state, _ in report.rows}[key]


def why_of(report: RoleReport, key: str) -> str:
    return {name: why for name, _, why in report.rows}[key]


# --- one key --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("key", "lines", "found", "state"),
    [
        (a_key(required=True), "A=v", [], KeyState.SET),
        (a_key(required=True), "", [("error", "env.missing")], KeyState.MISSING),
        (a_key(required=True), "A=", [("error", "env.empty")], KeyState.EMPTY),
        (a_key(required=True), "A=changeme", [("error", "env.placeholder")], KeyState.BAD),
        (a_key(required=True), "A=<SECRET>", [("error", "env.placeholder")], KeyState.BAD),
        (a_key(), "", [], KeyState.MISSING),
        (a_key(), "A=", [], KeyState.EMPTY),
        (a_key(), "A=XXX", [("warning", "env.placeholder")], KeyState.BAD),
        (a_key(), "A=not changeme", [], KeyState.SET),
        (a_key(type="port", default="80"), "", [], KeyState.MISSING),
        (a_key(type="port"), "A=", [("error", "env.empty")], KeyState.EMPTY),
        (a_key(type="bool"), "A=", [("error", "env.empty")], KeyState.EMPTY),
        (a_key(type="url"), "A=", [("error", "env.empty")], KeyState.EMPTY),
        (a_key(type="regex:[a-z]*"), "A=", [], KeyState.EMPTY),
        (a_key(type="regex:[a-z]*", required=True), "A=", [("error", "env.empty")], KeyState.EMPTY),
        (a_key(type="enum:,a"), "A=", [], KeyState.EMPTY),
        (a_key(type="port"), "A=70000", [("error", "env.type")], KeyState.BAD),
        (
            a_key(type="port"),
            "A=changeme",
            [("error", "env.type"), ("warning", "env.placeholder")],
            KeyState.BAD,
        ),
        (
            a_key(type="url", required=True),
            "A=<url>",
            [("error", "env.type"), ("error", "env.placeholder")],
            KeyState.BAD,
        ),
    ],
)
def test_the_state_of_a_key_and_what_is_wrong_with_it(
    kind: SourceKind, key: KeySpec, lines: str, found: list[tuple[str, str]], state: KeyState
) -> None:
    report = checked(a_role(keys=[key]), f"{lines}\n" if lines else "", kind)
    assert said(report.findings) == [(level, code, "api:A") for level, code in found]
    assert state_of(report, "A") is state


def test_rows_stand_in_the_role_files_order_and_say_why() -> None:
    keys = [
        a_key("Z", required=True),
        a_key("N"),
        a_key("D", default="6379"),
        a_key("P", "port"),
        a_key("Q", required=True),
    ]
    report = checked(a_role(keys=keys, passthrough=["MAIL_*"]), "MAIL_B=\nMAIL_A=1\nP=x\nQ=\n")
    assert report.rows == (
        ("Z", KeyState.MISSING, "required"),
        ("N", KeyState.MISSING, "optional"),
        ("D", KeyState.MISSING, "optional, default 6379"),
        ("P", KeyState.BAD, "is not a port (1 to 65535)"),
        ("Q", KeyState.EMPTY, "required"),
        ("MAIL_B", KeyState.EMPTY, "passthrough"),
        ("MAIL_A", KeyState.SET, "passthrough"),
    )


def test_a_passthrough_key_is_free_in_everything_but_a_placeholder() -> None:
    report = checked(a_role(passthrough=["MAIL_*"]), "MAIL_A=\nMAIL_B=changeme\nMAIL_C=x\n")
    assert said(report.findings) == [("warning", "env.placeholder", "api:MAIL_B")]
    assert state_of(report, "MAIL_B") is KeyState.BAD


@pytest.mark.parametrize(
    ("lines", "missing"),
    [("", []), ("MODE=off\n", []), ("MODE=on\n", ["api:CERT"]), ("MODE=on\nCERT=c\n", [])],
)
def test_a_key_is_required_when_another_says_so(lines: str, missing: list[str]) -> None:
    report = checked(a_role(keys=["MODE", a_key("CERT", required_when="MODE=on")]), lines)
    assert said(report.findings) == [("error", "env.missing", subject) for subject in missing]
    assert (why_of(report, "CERT") == "required") is bool(missing)


def test_a_placeholder_of_a_key_that_has_become_required_is_an_error() -> None:
    role = a_role(keys=["MODE", a_key("CERT", required_when="MODE")])
    assert said(checked(role, "MODE=on\nCERT=xxx\n").findings) == [("error", "env.placeholder", "api:CERT")]


# --- keys that go together ------------------------------------------------------------------------------------------

PAIR = [a_key("ID", needs="SECRET"), a_key("SECRET", needs="ID")]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("", []),
        ("ID=i\nSECRET=s\n", []),
        ("ID=\nSECRET=\n", []),
        ("ID=i\n", [("error", "env.pair", "api:ID")]),
        ("SECRET=s\n", [("error", "env.pair", "api:SECRET")]),
        ("ID=i\nSECRET=\n", [("error", "env.pair", "api:ID")]),
        ("ID=changeme\n", [("warning", "env.placeholder", "api:ID"), ("error", "env.pair", "api:ID")]),
    ],
)
def test_a_pair_stands_whole_or_not_at_all(lines: str, found: list[tuple[str, str, str]]) -> None:
    assert said(checked(a_role(keys=PAIR), lines).findings) == found


@pytest.mark.parametrize("group", [BUCKETS, ONE_BUCKET])
@pytest.mark.parametrize(
    ("lines", "is_error"),
    [
        ("", True),
        ("BUCKET=\n", True),
        ("BUCKET=\nOLD_BUCKET=\n", True),
        ("BUCKET=b\n", False),
        ("OLD_BUCKET=b\n", False),
        ("BUCKET=b\nOLD_BUCKET=\n", False),
        ("BUCKET=\nOLD_BUCKET=b\n", False),
        ("BUCKET=b\nOLD_BUCKET=b\n", False),
    ],
)
def test_one_of_a_group_must_have_a_value(group: OneOf, lines: str, is_error: bool) -> None:
    report = checked(a_role(keys=group.keys, one_of=[group]), lines)
    assert said(report.findings) == ([("error", "env.one-of", "api:BUCKET|OLD_BUCKET")] if is_error else [])


def test_a_group_that_must_agree_is_an_error_when_it_does_not() -> None:
    lines = "BUCKET=b\nOLD_BUCKET=c\n"
    agreeing = checked(a_role(keys=ONE_BUCKET.keys, one_of=[ONE_BUCKET]), lines)
    assert said(agreeing.findings) == [("error", "env.one-of", "api:BUCKET|OLD_BUCKET")]
    assert "differ" in agreeing.findings[0].message
    assert checked(a_role(keys=BUCKETS.keys, one_of=[BUCKETS]), lines).findings == ()


# --- readers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "drifts"),
    [
        ("A=v", False),
        ('A="v"', True),
        ("A=v # c", True),
        ("export A=v", True),
        ("A = v", True),
        ("A=v  ", True),
        ("A=#v", False),
    ],
)
def test_a_line_that_docker_reads_differently_is_a_warning_where_docker_reads(line: str, drifts: bool) -> None:
    found = [("warning", "env.reader", "api:A")] if drifts else []
    assert said(checked(a_role(keys=["A"], consumer=Consumer.DOCKER), line).findings) == found
    assert checked(a_role(keys=["A"], consumer=Consumer.DOTENV), line).findings == ()


def test_a_stored_blob_is_read_by_its_consumer_and_drifts_from_nobody() -> None:
    role = a_role(keys=["A"], consumer=Consumer.DOCKER)
    assert checked(role, 'A="v"\n', SourceKind.SSM).findings == ()


# --- strangers ------------------------------------------------------------------------------------------------------

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
