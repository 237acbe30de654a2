"""Is delete-r2 there, as the stack declares it, alone on its queue, and does it get its work done? Facts in, findings
out."""

from academyctl.model.delete_r2 import (
    DeleteR2Facts,
    DesiredDeleteR2,
    MappingDetail,
    Part,
    missing_parts,
    other_mappings,
)
from academyctl.model.delete_r2_drift import REDRIVE, differences, redrive_words
from academyctl.model.finding import Finding, error, warning

DEPLOY = "academyctl delete-r2 deploy"


def check_delete_r2(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> tuple[Finding, ...]:
    """One finding for each part, and for each stranger on the queue."""
    differ = differences(desired, facts)
    missing = missing_parts(desired, facts)
    return (
        *(error("delete-r2.absent", _subject(desired, part), "does not exist", DEPLOY) for part in missing),
        *(
            error("delete-r2.drift", _subject(desired, part), "; ".join(one.line for one in differ[part]), DEPLOY)
            for part in differ
        ),
        *(other_consumer(desired, one) for one in other_mappings(desired, facts)),
    )


def _subject(desired: DesiredDeleteR2, part: Part) -> str:
    return f"{part} {desired.name(part)}"


def other_consumer(desired: DesiredDeleteR2, mapping: MappingDetail) -> Finding:
    """Each message goes to one of the two, at random: what the other one does with it is not known."""
    function = mapping.function.rpartition(":function:")[2]
    return error(
        "delete-r2.other-consumer",
        desired.queue.name,
        f"{function} reads this queue, too (event source mapping {mapping.uuid}, {mapping.state})",
        f"aws lambda delete-event-source-mapping --uuid {mapping.uuid}",
    )


def check_dead_letters(desired: DesiredDeleteR2, facts: DeleteR2Facts) -> tuple[Finding, ...]:
    """Messages that were given up: their objects are still stored."""
    queue = facts.dead_letters
    if queue is None or queue.messages.is_empty:
        return ()
    count = queue.messages.visible + queue.messages.in_flight + queue.messages.delayed
    message = f"{count} message{'s were' if count > 1 else ' was'} given up after {_receives(desired)} tries"
    hint = f"aws logs tail {desired.log_group} --since 1d; then: {redrive_command(desired)}"
    return (warning("delete-r2.dead-letters", queue.name, message, hint),)


def redrive_command(desired: DesiredDeleteR2) -> str:
    """Sends what was given up to the queue again."""
    return f"aws sqs start-message-move-task --source-arn {desired.dead_letters.arn}"


def _receives(desired: DesiredDeleteR2) -> str:
    return redrive_words(desired.queue.attributes.get(REDRIVE, "")).rpartition(" ")[2]
