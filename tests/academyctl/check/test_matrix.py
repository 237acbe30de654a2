"""The env matrix: role × key × place."""

from academyctl.check.env import KeyState, RoleReport
from academyctl.check.matrix import is_amiss, role_matrix
from academyctl.model.finding import error, warning
from academyctl.model.report import Cell


def report(*rows: tuple[str, KeyState, str]) -> RoleReport:
    return RoleReport(role="api", rows=rows, findings=())


FILE = report(("A", KeyState.SET, ""), ("B", KeyState.MISSING, "required"))
SSM = report(
    ("A", KeyState.MISSING, "optional"), ("B", KeyState.BAD, "is no port"), ("SOLAPI_X", KeyState.SET, "passthrough")
)


def test_each_key_has_a_row_and_each_place_a_cell() -> None:
    matrix = role_matrix("api", {"file": FILE, "SSM": SSM})
    assert matrix.sources == ("file", "SSM")
    assert dict(matrix.rows) == {
        "A": (Cell(state="SET"), Cell(state="MISSING", why="optional")),
        "B": (Cell(state="MISSING", why="required"), Cell(state="BAD", why="is no port")),
        "SOLAPI_X": (None, Cell(state="SET", why="passthrough")),
    }


def test_keys_of_others_stand_below_the_roles_own() -> None:
    strangers = {
        "SSM": (
            error("env.foreign", "api:WORKER_ID", "belongs to worker"),
            warning("env.alias", "api:REDIS_URL", "is a name the code never reads"),
            warning("container.version", "academy-api", "is about no key"),
        )
    }
    rows = dict(role_matrix("api", {"file": FILE, "SSM": SSM}, strangers).rows)
    assert [*rows][3:] == ["WORKER_ID", "REDIS_URL"]
    assert rows["WORKER_ID"] == (None, Cell(state="FOREIGN", why="belongs to worker"))
    assert rows["REDIS_URL"][1] == Cell(state="ALIAS", why="is a name the code never reads")


def test_what_somebody_has_to_do_something_about() -> None:
    amiss = [
        Cell(state="MISSING", why="required"),
        Cell(state="EMPTY", why="required"),
        Cell(state="BAD"),
        Cell(state="FOREIGN"),
    ]
    sound = [
        None,
        Cell(state="SET", why="required"),
        Cell(state="MISSING", why="optional"),
        Cell(state="EMPTY", why="optional"),
    ]
    assert [is_amiss(cell) for cell in (*amiss, *sound)] == [True] * 4 + [False] * 4
