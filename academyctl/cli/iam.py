"""`academyctl iam`: the rights that people, hosts and CI jobs need."""

import json
from dataclasses import replace
from typing import Annotated

import typer

from academyctl.cli.leaf import leaf
from academyctl.cli.run import Run
from academyctl.model.outcome import Outcome
from academyctl.model.rights import MANAGED_MAX, Purpose
from academyctl.plan.rights import plan_rights
from academyctl.profiles.policies import load_calls

app = typer.Typer()


@leaf(app, "iam policy", example="academyctl iam policy --for preflight > preflight.json")
def policy(
    run: Run,
    purposes: Annotated[
        list[Purpose], typer.Option("--for", help="What the rights are for. Repeatable: one document for all.")
    ],
) -> Outcome:
    """Print the least-privilege policy of a purpose, for the stack's own resources. Asks AWS nothing.

    It grants what the commands of that purpose can call, and no more. Ready for `aws iam create-policy
    --policy-document file://…`.
    """
    named = tuple(dict.fromkeys(purposes))
    rights = plan_rights(replace(run.stack, region=run.region), named, load_calls())
    if rights.size > MANAGED_MAX:
        run.talk.hint(
            f"{rights.size} characters without white space; a managed policy takes {MANAGED_MAX}:"
            " make one of each purpose (a role takes ten)"
        )
    data = {
        "purposes": [str(one) for one in named],
        "policy": rights.document,
        "size": rights.size,
        "max_size": MANAGED_MAX,
    }
    return Outcome(data=data, text=json.dumps(rights.document, indent=2) + "\n")
