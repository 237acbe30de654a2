from academyctl.sandbox.excerpt import FEW, FIRST, Excerpt

ALIAS = "warning: .env:{}: OLD_{} is read as NEW; the code never reads this name [env.alias]"


def _missing(number: int) -> list[str]:
    return [f"error: api:KEY_{number} is required and not set [env.missing]", f"    hint: set KEY_{number}"]


def test_output_without_repetition_stays_as_it_is() -> None:
    lines = ["api · ssm", "KEY  STATE    WHY", "A    SET", "B    MISSING  required", "", "ok"]
    assert list(Excerpt().cut(lines)) == lines


def test_many_keys_that_are_as_they_should_be_are_counted() -> None:
    rows = [f"KEY_{i}  SET" for i in range(FEW)] + ["OTHER  MISSING  optional, default 0"]
    assert list(Excerpt().cut([*rows, "LAST  MISSING  required"])) == [
        f"… {FEW + 1} keys that are SET, or optional",
        "LAST  MISSING  required",
    ]


def test_a_required_key_that_is_missing_is_never_counted_away() -> None:
    rows = [f"KEY_{i}  MISSING  required" for i in range(20)]
    assert list(Excerpt().cut(rows)) == rows


def test_of_many_findings_of_one_code_the_first_are_shown_with_their_hints() -> None:
    lines = [line for i in range(FEW + 1) for line in _missing(i)]
    shown = list(Excerpt().cut([*lines, "findings: 6 errors"]))
    assert shown == [*lines[: 2 * FIRST], f"… {FEW + 1 - FIRST} more: [env.missing]", "findings: 6 errors"]


def test_a_warning_is_told_once_wherever_it_stands() -> None:
    excerpt = Excerpt()
    first = [ALIAS.format(8, "A"), "    hint: set NEW"]
    assert list(excerpt.cut(first)) == first
    assert list(excerpt.cut([ALIAS.format(3, "A"), "    hint: set NEW", "ok"])) == [
        "… 1 as told above: [env.alias]",
        "ok",
    ]


def test_a_new_warning_is_told_beside_a_known_one() -> None:
    excerpt = Excerpt()
    list(excerpt.cut([ALIAS.format(1, "A")]))
    assert list(excerpt.cut([ALIAS.format(1, "A"), ALIAS.format(2, "B")])) == [
        ALIAS.format(2, "B"),
        "… 1 more: [env.alias]",
    ]


def test_an_error_is_told_each_time() -> None:
    excerpt = Excerpt()
    assert list(excerpt.cut(_missing(1))) == list(excerpt.cut(_missing(1))) == _missing(1)
