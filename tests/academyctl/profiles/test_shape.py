"""Every scalar is the text that stands in the file, and every fault has the line of the key it is about."""

import pytest

from tests.academyctl.profiles.folder import ROLE, Profiles


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "on", "017", "0755", "1_000", "12:30:45", "1.10", "1e3", "0x1F", "~", "null", "2026-01-01", "*.x"],
)
def test_a_scalar_stays_text(text: str, profiles: Profiles) -> None:
    scalar = f'"{text}"' if text.startswith("*") else text
    [_, spec] = profiles.role(ROLE.replace("{required: true}", f"{{default: {scalar}}}")).keys
    assert spec.default == text


def test_names_that_yaml_takes_for_booleans_stay_names(profiles: Profiles) -> None:
    role = profiles.role(ROLE + "  NO: {default: YES}\n  ON:\n  Y: {about: n}\n")
    assert [spec.name for spec in role.keys][2:] == ["NO", "ON", "Y"]


def test_a_key_without_a_body_has_every_default(profiles: Profiles) -> None:
    spec = profiles.role(ROLE).keys[0]
    assert (spec.name, spec.required, spec.secret, spec.type.kind) == ("A", False, False, "str")
    assert (spec.default, spec.example, spec.needs, spec.required_when, spec.used_by) == (None, None, "", "", ())


def test_an_empty_default_is_a_default(profiles: Profiles) -> None:
    assert profiles.role(ROLE.replace("{required: true}", "{default: }")).keys[1].default == ""


def test_a_byte_order_mark_and_crlf_are_no_fault(profiles: Profiles) -> None:
    assert profiles.role_faults(("\ufeff" + ROLE.replace("\n", "\r\n")).encode()) == []


def test_anchors_and_aliases_are_read(profiles: Profiles) -> None:
    role = profiles.role(ROLE.replace("{required: true}", "&key {required: true, secret: true}") + "  C: *key\n")
    assert role.keys[2] == role.keys[1]._replace(name="C")


@pytest.mark.parametrize(
    ("lines", "line", "path", "message"),
    [
        # wrong types
        ("  C: text", 7, "keys.C", "must be a mapping"),
        ("  C: [x]", 7, "keys.C", "must be a mapping"),
        ("  C:\n    required: 1", 8, "keys.C.required", "must be true or false"),
        ("  C:\n    required:\n      true: x", 8, "keys.C.required", "must be true or false"),
        ("  C:\n    secret: yes", 8, "keys.C.secret", "must be true or false"),
        ("  C:\n    about:\n\n\n      [x]", 8, "keys.C.about", "must be text"),
        ("  C:\n    used_by: x.py", 8, "keys.C.used_by", "must be a list; [] says none"),
        ("  C:\n    used_by:\n", 8, "keys.C.used_by", "must be a list; [] says none"),
        ("  C:\n    used_by:\n    - x.py\n    - {x: y}", 10, "keys.C.used_by[1]", "must be text"),
        ("  C:\n    default: {}", 8, "keys.C.default", "must be text"),
        ("  C:\n    type: number", 8, "keys.C.type", "must be str, int, port, bool, url, host, enum:a,b or regex:…"),
        ("  C:\n    with: not a name", 8, "keys.C.with", "must be a key name (letters, digits and _)"),
        ("one_of: [A]", 7, "one_of[0]", "must be a mapping"),
        ("passthrough: ['*']", 7, "passthrough[0]", "must be a key name, or a prefix and one *"),
        ("passthrough:\n- A_*\n- A_*_B", 9, "passthrough[1]", "must be a key name, or a prefix and one *"),
        ("aliases: {OLD: [A]}", 7, "aliases.OLD", "must be a key name, or the parts of a redis URL"),
        ("aliases: []", 7, "aliases", "must be a mapping"),
        # unknown, missing, twice
        ("  C:\n    about: x\n    requird: true", 9, "keys.C.requird", "is unknown here; did you mean required?"),
        ("notes: x", 7, "notes", "is unknown here; known: role, about, parameter, "),
        ("  A B: {}", 7, "keys.A B", "is not a name this file can hold"),
        ("  1A: {}", 7, "keys.1A", "is not a name this file can hold"),
        ("  C.D: {}", 7, "keys.C.D", "is not a name this file can hold"),
        ("one_of:\n- about: x\n  same: true", 8, "one_of[0].keys", "is missing"),
        ("one_of:\n- keys: []", 8, "one_of[0].keys", "must name at least 1"),
        ("aliases:\n\n  OLD:\n    host: A\n    port: A\n    db: A", 9, "aliases.OLD.password", "is missing"),
        ("  A:\n    about: again", 7, "keys.A", "stands twice, first in line 5"),
        ("  C:\n    about: x\n    secret: true\n    about: y", 10, "keys.C.about", "stands twice, first in line 8"),
        ("role: api", 7, "role", "stands twice, first in line 1"),
        # what YAML has and profiles do not
        ("  C: {<<: {about: x}}", 7, "keys.C.<<", "merges, which is not read here: write the fields out"),
        ("  ? [x]\n  : {}", 7, "keys", "has a key that is not text"),
        ("  C: &c {with: *c}", 7, "keys.C.with", "must be a key name (letters, digits and _)"),
        ("  C: &c\n    used_by: &u [*u]", 8, "keys.C.used_by[0]", "must be text"),
    ],
)
def test_a_fault_has_the_line_and_path_of_its_key(
    lines: str, line: int, path: str, message: str, profiles: Profiles
) -> None:
    [found] = profiles.role_faults(f"{ROLE}{lines}\n")
    assert found[:2] == (line, path)
    assert found[2].startswith(message)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "is empty"),
        ("# nothing but a comment\n", 1, "is empty"),
        ("role: api\nkeys:\n\tA:\n", 3, "is not YAML: found character that cannot start any token"),
        ("role: api\nkeys: {A: {}\n", 3, "is not YAML: did not find expected ',' or '}'"),
        ("role: api\nabout: a: b\n", 2, "is not YAML: mapping values are not allowed in this context"),
        ("role: *api\n", 1, "is not YAML: found undefined alias"),
        ("role: api\n---\nrole: api\n", 2, "is not YAML: but found another document"),
        ("role: api\nabout: 값\x07\n", 2, "is not YAML: it holds a character that YAML forbids"),
        ("role: api\nabout: é\n".encode("latin-1"), 2, "is not UTF-8"),
        ("role: api\n".encode("utf-16"), 1, "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_yaml(text: str | bytes, line: int, message: str, profiles: Profiles) -> None:
    assert profiles.role_faults(text) == [(line, "(file)", message)]


@pytest.mark.parametrize("text", ["text", "- role: api", "[]"])
def test_a_file_that_is_no_mapping(text: str, profiles: Profiles) -> None:
    assert profiles.role_faults(text) == [(1, "(file)", "must be a mapping")]


def test_a_file_that_is_its_own_value_ends(profiles: Profiles) -> None:
    found = profiles.role_faults("&self\nrole: *self\nkeys: *self\n")
    assert (2, "role", "must be a lower-case name") in found
    assert (2, "keys.role.role") in [fault[:2] for fault in found]


def test_missing_fields_are_named_one_by_one_at_the_key_above_them(profiles: Profiles) -> None:
    assert profiles.role_faults("# a comment\nabout: x\n") == [
        (1, path, "is missing") for path in ("role", "parameter", "consumer", "keys")
    ]
