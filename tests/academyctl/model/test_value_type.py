"""Types: what passes, what does not, and that nothing of a value is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academyctl.model.role import ValueType
from academyctl.model.value_type import type_problem
from tests.builders import a_key

GOOD = {
    "str": ["x", " ", "changeme", "한글", "a\nb"],
    "int": ["0", "-1", "007", "123456789012345678"],
    "port": ["1", "80", "0080", "65535"],
    "bool": ["1", "0", "true", "false", "yes", "no", "on", "off", "True", "FALSE", "Yes", "nO", "ON", "oFf"],
    "host": [
        "localhost",
        "db",
        "redis.internal",
        "redis.internal.",
        "my_host",
        "a-b.example",
        "10.0.0.1",
        "::1",
        "fe80::1",
        "2001:db8::8a2e:370:7334",
        "::ffff:10.0.0.1",
    ],
    "url": [
        "http://h",
        "https://h",
        "HTTPS://h",
        "https://h/",
        "https://h:8443/p?q=1#f",
        "http://h?q",
        "http://user:pw@h/",
        "http://10.0.0.1:80",
        "http://[::1]:9000/x",
        "https://한글.example",
        "https://my_bucket.r2.example",
    ],
    "enum:a,b c": ["a", "b c"],
    "regex:[a-z]+[0-9]": ["ab1"],
}
BAD = {
    "int": ["", "x", "1.0", "+1", " 1", "1 ", "1_000", "0x10", "１", "1234567890123456789", "-"],
    "port": ["", "0", "00000", "65536", "99999", "100000", "-1", "+80", " 80", "80 ", "80\n", "８０", "http", "80.0"],
    "bool": ["", "t", "y", "2", "-1", "truee", " true", "true ", "enabled", "None", "ｏｎ", "ＴＲＵＥ"],
    "host": [
        "",
        "http://h",
        "h:6379",
        "10.0.0.1:6379",
        "db:5432",
        "[::1]",
        "[::1]:80",
        "h/p",
        "user@h",
        "a b",
        " h",
        "h\n",
        "-h",
        "h-",
        ".h",
        "1:2:3",
        "::g",
        ":::",
    ],
    "url": [
        "",
        "h",
        "h.example/p",
        "ftp://h",
        "//h",
        "http:/h",
        "http://",
        "http:///p",
        "http://?q",
        "http://:80",
        "http://h:port",
        "http://h:123456",
        "http://a b",
        " http://h",
        "http://h ",
        "http://h\n",
        "httpſ://h",
        "https://<account>.r2.example",
        "http://user@/p",
    ],
    "enum:a,b c": ["", "A", "c", "a,b c", "a ", "b"],
    "regex:[a-z]+[0-9]": ["", "ab12", "xab1x", "ab1\n", "AB1"],
}


def declared(kind: str) -> ValueType:
    return a_key("K", kind).type


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in GOOD.items() for value in values])
def test_a_value_of_its_type_passes(kind: str, value: str) -> None:
    assert type_problem(declared(kind), value) == ""


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values])
def test_a_value_of_another_type_is_told_in_words(kind: str, value: str) -> None:
    assert type_problem(declared(kind), value).startswith("is not ")


@given(st.sampled_from(["int", "port", "bool", "host", "url", "enum:a,b", "regex:[0-9]{3}"]), st.text(max_size=20))
def test_what_is_told_of_a_bad_value_depends_on_its_type_only(kind: str, value: str) -> None:
    """A text that two values share can hold nothing of either."""
    problem = type_problem(declared(kind), value)
    assert problem in ("", type_problem(declared(kind), "\x00"))


@given(st.integers())
def test_a_port_is_a_whole_number_from_1_to_65535(number: int) -> None:
    assert (type_problem(declared("port"), str(number)) == "") == (1 <= number <= 65535)
