"""A command that a hint names is to be run where the one that gives it ran: on its stack, in its region.

Both are written into it where they were told on the command line; what the environment says, the next command sees too.
"""

import os
import re
from dataclasses import replace

from academyctl.cli.run import Run
from academyctl.model.outcome import Outcome

COMMAND = re.compile(
    r"academyctl (?:(?:env|ssm|batch|delete-r2|iam) [a-z][a-z0-9-]*|preflight\b)(?![^;]* --(?:help|stack))"
)


def with_place(run: Run, outcome: Outcome) -> Outcome:
    """The outcome, its hints with --stack and --region."""
    place = _place(run)
    if not place:
        return outcome
    findings = tuple(replace(finding, hint=_placed(finding.hint, place)) for finding in outcome.findings)
    error = outcome.error and outcome.error._replace(hint=_placed(outcome.error.hint, place))
    return replace(outcome, findings=findings, error=error)


def _place(run: Run) -> str:
    told = run.shared.stack not in (None, "", os.environ.get("ACADEMYCTL_STACK") or run.default_stack)
    stack = f" --stack {run.stack_name}" if told else ""
    return stack + (f" --region {run.shared.region}" if run.shared.region else "")


def _placed(hint: str, place: str) -> str:
    return COMMAND.sub(lambda found: found[0] + place, hint)
