"""A role file's fields, and what must hold between them."""

import pytest

from academyctl.model.role import Alias, Consumer, OneOf, Role, ValueType
from tests.academyctl.profiles.folder import ROLE, Profiles

FULL = """\
role: api
about: the API
parameter: /academy/api/env
container: academy-api
consumer: dotenv
keys:
  A:
    required: true
    secret: true
    type: enum:x,y
    default: x
    example: y
    about: the first
    used_by: [a.py, b.py]
    with: B
  B:
    type: regex:[a-z]+:\\d
    required_when: A=x=y
one_of:
  - {keys: [A, B], same: true, about: either}
aliases:
  OLD_A: A
  URL: {host: A, port: B, password: A, db: B}
passthrough: [SOLAPI_*, SITE_URL]
entrypoints: [api.manage]
runtime: [AWS_BATCH_JOB_ID]
"""
OWN = ", the key's own type"


def test_every_field_reaches_the_model(profiles: Profiles) -> None:
    role = profiles.role(FULL)
    a, b = role.keys
    assert role == Role(
        name="api",
        parameter="/academy/api/env",
        consumer=Consumer.DOTENV,
        container="academy-api",
        about="the API",
        keys=(a, b),
        one_of=(OneOf(keys=("A", "B"), same=True, about="either"),),
        aliases=(
            Alias(old="OLD_A", new="A"),
            Alias(old="URL", parts=(("host", "A"), ("port", "B"), ("password", "A"), ("db", "B"))),
        ),
        passthrough=("SOLAPI_*", "SITE_URL"),
        entrypoints=("api.manage",),
        runtime=("AWS_BATCH_JOB_ID",),
    )
    assert (a.name, a.required, a.secret, a.default, a.example, a.about) == ("A", True, True, "x", "y", "the first")
    assert (a.type, a.used_by, a.needs) == (ValueType(kind="enum", argument="x,y"), ("a.py", "b.py"), "B")
    assert (b.type, b.required_when) == (ValueType(kind="regex", argument="[a-z]+:\\d"), "A=x=y")


@pytest.mark.parametrize(
    ("lines", "line", "path", "message"),
    [
        ("  C:\n    about: x\n    with: D", 9, "keys.C.with", "names D, which is not declared"),
        ("  C: {required_when: D}", 7, "keys.C.required_when", "names D, which is not declared"),
        ("  C:\n    required_when: D=x", 8, "keys.C.required_when", "names D, which is not declared"),
        ("  C: {with: C}", 7, "keys.C.with", "names the key itself"),
        ("  C: {required_when: C=x}", 7, "keys.C.required_when", "names the key itself"),
        ("  C: {type: 'regex:['}", 7, "keys.C.type", "is not a regular expression"),
        ("  C: {type: 'regex:a{9999999999}'}", 7, "keys.C.type", "is not a regular expression"),
        ("  C:\n    type: port\n    default: abc", 9, "keys.C.default", f"is not a port (1 to 65535){OWN}"),
        ("  C: {type: int, default: ''}", 7, "keys.C.default", f"is not a whole number{OWN}"),
        ("  C: {type: 'enum:x,y', default: z}", 7, "keys.C.default", f"is not one of x,y{OWN}"),
        ("one_of:\n- keys: [A]\n- keys:\n  - A\n  - D", 11, "one_of[1].keys[1]", "names D, which is not declared"),
        ("aliases:\n  OLD: D", 8, "aliases.OLD", "maps to D, which is not declared"),
        ("aliases:\n  A: B", 8, "aliases.A", "is declared as a key too"),
        ("runtime:\n- X\n- A", 9, "runtime[1]", "names A, which is declared as a key too"),
        (
            "aliases:\n  URL:\n    host: A\n    port: D\n    password: A\n    db: B",
            10,
            "aliases.URL.port",
            "maps to D, which is not declared",
        ),
    ],
)
def test_a_broken_reference_is_named_where_it_stands(
    lines: str, line: int, path: str, message: str, profiles: Profiles
) -> None:
    assert profiles.role_faults(f"{ROLE}{lines}\n") == [(line, path, message)]


def test_what_follows_from_a_fault_is_no_second_fault(profiles: Profiles) -> None:
    assert profiles.role_faults(f"{ROLE}  C: {{with: a b}}\naliases: {{OLD: a b}}\nruntime: [[A]]\n") == [
        (7, "keys.C.with", "must be a key name (letters, digits and _)"),
        (8, "aliases.OLD", "must be a key name, or the parts of a redis URL"),
        (9, "runtime[0]", "must be a key name (letters, digits and _)"),
    ]


def test_the_role_is_the_name_of_its_file(profiles: Profiles) -> None:
    assert profiles.role_faults("# c\n" + ROLE.replace("role: api", "role: worker")) == [
        (2, "role", "must be api, the name of its file")
    ]


def test_no_role_is_called_all(profiles: Profiles) -> None:
    profiles.write("roles/all.yaml", ROLE.replace("role: api", "role: all"))
    assert profiles.faults() == [("roles/all.yaml", 1, "role", "must not be all, which means every role")]


@pytest.mark.parametrize("parameter", ["academy/api/env", "/academy api", "", "/a*"])
def test_a_parameter_is_an_ssm_name(parameter: str, profiles: Profiles) -> None:
    text = ROLE.replace("/academy/api/env", f'"{parameter}"')
    assert profiles.role_faults(text) == [(2, "parameter", "must be an SSM parameter name that starts with /")]


def test_an_unknown_consumer_lists_the_known(profiles: Profiles) -> None:
    text = ROLE.replace("docker-env-file", "docker")
    assert profiles.role_faults(text) == [(3, "consumer", "must be one of docker-env-file, dotenv")]


OTHER = """\
role: worker
parameter: /academy/workers/env
consumer: dotenv
keys: {A: , B: , C: }
aliases:
  OLD: A
"""


def test_an_old_name_means_one_thing_in_all_roles(profiles: Profiles) -> None:
    profiles.write("roles/api.yaml", f"{ROLE}aliases:\n  OLD: B\n")
    profiles.write("roles/worker.yaml", OTHER)
    assert profiles.faults() == [
        ("roles/api.yaml", 8, "aliases.OLD", "maps to something else in roles/worker.yaml"),
        ("roles/worker.yaml", 6, "aliases.OLD", "maps to something else in roles/api.yaml"),
    ]


def test_an_old_name_is_a_key_of_no_role(profiles: Profiles) -> None:
    profiles.write("roles/api.yaml", f"{ROLE}aliases:\n  C: B\n")
    profiles.write("roles/worker.yaml", OTHER)
    assert profiles.faults() == [("roles/api.yaml", 8, "aliases.C", "is declared as a key in roles/worker.yaml")]


def test_two_roles_may_share_an_old_name(profiles: Profiles) -> None:
    profiles.write("roles/api.yaml", f"{ROLE}aliases:\n  OLD: A\n")
    profiles.write("roles/worker.yaml", OTHER)
    assert profiles.faults() == []
