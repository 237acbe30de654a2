"""How a command ends: exit codes, statuses, and the outcomes of checks and diffs."""

from academyctl.model.exit import STATUS_OF, ExitCode, Status
from academyctl.model.finding import error, info, warning
from academyctl.model.outcome import checked, compared

DOCUMENTED = {
    "ok": 0,
    "failed": 1,
    "usage": 2,
    "bug": 3,
    "findings": 4,
    "pending": 5,
    "conflict": 6,
    "rolled_back": 7,
    "incomplete": 75,
    "not_executable": 126,
    "not_found": 127,
    "interrupted": 130,
}


def test_the_exit_codes_are_the_documented_ones() -> None:
    assert {code.name.lower(): int(code) for code in ExitCode} == DOCUMENTED


def test_the_statuses_are_the_documented_ones() -> None:
    assert {str(status) for status in Status} == {
        "ok", "changed", "unchanged", "pending", "findings", "failed", "conflict", "rolled_back", "incomplete",
        "interrupted",
    }  # fmt: skip


def test_every_ending_but_success_has_one_status() -> None:
    assert {int(code): str(status) for code, status in STATUS_OF.items()} == {
        1: "failed", 2: "failed", 3: "failed", 4: "findings", 5: "pending", 6: "conflict", 7: "rolled_back",
        75: "incomplete", 126: "failed", 127: "failed", 130: "interrupted",
    }  # fmt: skip


def test_only_an_error_makes_a_check_fail() -> None:
    notes = (warning("env.alias", "A", "m"), info("env.foreign", "A", "m"))
    passed = checked(notes, data={"a": 1})
    assert (passed.status, passed.exit_code, passed.findings) == (Status.OK, ExitCode.OK, notes)
    failed = checked((*notes, error("env.missing", "A", "m")), data={"a": 1}, view=("line",))
    assert (failed.status, failed.exit_code) == (Status.FINDINGS, ExitCode.FINDINGS)
    assert (failed.data, failed.view) == ({"a": 1}, ("line",))


def test_a_difference_is_pending() -> None:
    assert (compared(True, data={}).status, compared(True, data={}).exit_code) == (Status.PENDING, ExitCode.PENDING)
    assert (compared(False, data={}).status, compared(False, data={}).exit_code) == (Status.OK, ExitCode.OK)
