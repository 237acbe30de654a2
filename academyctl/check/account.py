"""Are the credentials of the stack's account. Pure."""

from academyctl.model.finding import error
from academyctl.model.preflight import Check, Facts, Judged

REMEDY = "choose the right AWS_PROFILE or --stack"


def account_checks() -> tuple[Check, ...]:
    return (
        Check(
            id="account.identity",
            title="The credentials are of the stack's account",
            subject="account",
            needs=("caller",),
            hint=REMEDY,
            judge=_identity,
        ),
    )


def _identity(facts: Facts) -> Judged:
    stack = facts.stack
    if facts.account == stack.account:
        return Judged(evidence=f"account {facts.account}, caller {facts.caller}")
    message = f"the credentials are of account {facts.account}, stack {stack.name} is {stack.account}"
    return Judged(evidence=message, findings=(error("account.mismatch", facts.account, message, REMEDY),))
