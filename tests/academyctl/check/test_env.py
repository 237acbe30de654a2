"""Every finding code and what it weighs, by where the env comes from."""

import pytest

from academyctl.check.env import KeyState, RoleReport, check_role
from academyctl.model.env import SourceKind
from academyctl.model.role import Consumer, KeySpec, OneOf, Role
from tests.builders import a_document, a_key, a_role, own_keys, said

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


# --- what to do -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (SourceKind.FILE, "set A"),
        (SourceKind.SSM, "academyctl ssm set --role api A"),
        (
            SourceKind.CONTAINER,
            "academyctl ssm set --role api A; academyctl env refresh --container academy-api --role api",
        ),
    ],
)
@pytest.mark.parametrize("lines", ["", "A=", "A=changeme", "A=x"])
def test_the_hint_is_a_command_where_a_command_does_it(kind: SourceKind, hint: str, lines: str) -> None:
    role = a_role(keys=[a_key(required=True, type="port")])
    document = a_document(lines, kind=kind, label="container:academy-api")
    found = check_role(role, own_keys(role, document), document).findings
    assert {one.hint for one in found} == {hint}
