import pytest

from academyctl.check.env import check_role, check_strangers
from academyctl.check.values import is_placeholder
from academyctl.envfile.read import read_blob
from academyctl.model.contract import EnvContract
from academyctl.model.errors import UsageError
from academyctl.model.finding import has_errors
from academyctl.model.role import Consumer, KeySpec, OneOf, Role, ValueType
from academyctl.model.stack import Stack
from academyctl.model.value_type import type_problem
from academyctl.sandbox.seed_env import sample, seed_writes, wanted

TYPES = [ValueType(kind=kind) for kind in ("str", "int", "port", "bool", "url", "host")]


def _role(*keys: KeySpec, one_of: tuple[OneOf, ...] = ()) -> Role:
    return Role(name="api", parameter="/p", consumer=Consumer.DOTENV, keys=keys, one_of=one_of)


def test_the_blobs_of_the_shipped_profiles_pass_every_check(stack: Stack, contract: EnvContract) -> None:
    writes = list(seed_writes(stack, contract.roles))
    assert [write.name for write in writes] == [name for _, name in stack.parameters]
    for write, role in zip(writes, contract.roles, strict=True):
        document = read_blob(write.value.reveal(), role.consumer, label=write.name)
        found = [*check_role(role, document.last(), document).findings, *check_strangers(role, document, contract)]
        assert not has_errors(found)


@pytest.mark.parametrize("declared", [*TYPES, ValueType(kind="enum", argument="a,b")], ids=lambda t: t.kind)
def test_a_made_up_value_is_of_its_type_and_looks_filled_in(declared: ValueType) -> None:
    value = sample(KeySpec(name="SOME_KEY", type=declared))
    assert type_problem(declared, value) == ""
    assert value
    assert not is_placeholder(value)


def test_a_secret_is_random_even_where_an_example_stands() -> None:
    spec = KeySpec(name="TOKEN", secret=True, example="example")
    assert len({sample(spec) for _ in range(5)}) == 5


def test_an_example_goes_before_a_default() -> None:
    assert sample(KeySpec(name="A", example="shown", default="used")) == "shown"
    assert sample(KeySpec(name="A", default="used")) == "used"


def test_a_pattern_without_an_example_is_named() -> None:
    with pytest.raises(UsageError) as refused:
        sample(KeySpec(name="CODE", type=ValueType(kind="regex", argument="[A-Z]{3}")))
    assert "CODE" in refused.value.message
    assert "--empty" in refused.value.hint


def test_optional_keys_are_left_out() -> None:
    role = _role(KeySpec(name="A", required=True), KeySpec(name="B"))
    assert [spec.name for spec in wanted(role)] == ["A"]


def test_of_a_group_the_key_with_an_example_is_taken() -> None:
    keys = (KeySpec(name="A"), KeySpec(name="B", example="b"))
    assert [spec.name for spec in wanted(_role(*keys, one_of=(OneOf(keys=("A", "B")),)))] == ["B"]


def test_a_group_that_a_required_key_fills_adds_nothing() -> None:
    keys = (KeySpec(name="A", required=True), KeySpec(name="B", example="b"))
    assert [spec.name for spec in wanted(_role(*keys, one_of=(OneOf(keys=("A", "B")),)))] == ["A"]


def test_what_must_stand_beside_a_key_comes_with_it() -> None:
    keys = (KeySpec(name="A", required=True, needs="B"), KeySpec(name="B"), KeySpec(name="C", required_when="A"))
    assert [spec.name for spec in wanted(_role(*keys))] == ["A", "B", "C"]
