"""`academyctl delete-r2 status`."""

from typing import TYPE_CHECKING

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.outcome import Outcome, Table, checked

if TYPE_CHECKING:
    from academyctl.model.delete_r2 import DeleteR2Facts, DesiredDeleteR2, Part, QueueDetail
    from academyctl.model.legacy import Messages

app = typer.Typer()


@leaf(app, "delete-r2 status", example="academyctl delete-r2 status")
def status(run: Run) -> Outcome:
    """Is everything there and as declared; how many messages wait, and how many were given up. Changes nothing.

    Exit 4: a part is missing or differs, or somebody else reads the queue. Dead letters are a warning.
    """
    from academyctl.check.delete_r2 import check_dead_letters, check_delete_r2
    from academyctl.cli.delete_r2_facts import declared_delete_r2, read_delete_r2

    desired = declared_delete_r2(run)
    run.talk.step("reading what stands")
    facts = read_delete_r2(run, desired)
    findings = (*check_delete_r2(desired, facts), *check_dead_letters(desired, facts))
    return checked(findings, data=_data(desired, facts), view=(_head(run), _table(desired, facts)))


def _head(run: Run) -> str:
    return f"stack {run.stack.name}  region {run.region}"


def _table(desired: "DesiredDeleteR2", facts: "DeleteR2Facts") -> Table:
    from academyctl.model.delete_r2 import Part, missing_parts
    from academyctl.model.delete_r2_drift import differences

    missing, differ = missing_parts(desired, facts), differences(desired, facts)
    rows = [
        (part, desired.name(part), "ABSENT" if part in missing else "DRIFT" if part in differ else "ok", told)
        for part, told in ((part, _told(part, desired, facts)) for part in Part)
    ]
    return Table(("part", "name", "state", "now"), tuple(rows))


def _told(part: "Part", desired: "DesiredDeleteR2", facts: "DeleteR2Facts") -> str:
    from academyctl.model.delete_r2 import Part, own_mapping

    match part:
        case Part.QUEUE:
            return str(facts.queue.messages) if facts.queue else ""
        case Part.DEAD_LETTERS:
            return str(facts.dead_letters.messages) if facts.dead_letters else ""
        case Part.FUNCTION if facts.function:
            code = "our code" if facts.function.sha256 == desired.function.sha256 else "other code"
            return f"{facts.function.state}, {code}, modified {facts.function.last_modified}"
        case Part.MAPPING if mapping := own_mapping(desired, facts):
            return mapping.state
        case _:
            return ""


def _data(desired: "DesiredDeleteR2", facts: "DeleteR2Facts") -> dict[str, object]:
    function = facts.function
    return {
        "queue": _queue(facts.queue),
        "dead_letter_queue": _queue(facts.dead_letters),
        "function": None
        if function is None
        else {
            "name": function.name,
            "state": function.state,
            "last_update": function.update,
            "last_modified": function.last_modified,
            "code_sha256": function.sha256,
            "code_is_ours": function.sha256 == desired.function.sha256,
        },
        "code_sha256": desired.function.sha256,
        "mappings": [{"uuid": one.uuid, "function": one.function, "state": one.state} for one in facts.mappings],
    }


def _queue(queue: "QueueDetail | None") -> dict[str, object] | None:
    return None if queue is None else {"name": queue.name, **counted(queue.messages)}


def counted(messages: "Messages") -> dict[str, int]:
    return {"visible": messages.visible, "in_flight": messages.in_flight, "delayed": messages.delayed}
