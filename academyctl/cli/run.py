"""One run of one command: what it was told, and the layers it opens when it needs them."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from academyctl.cli.options import Output, Shared
from academyctl.model.contract import EnvContract
from academyctl.model.errors import Refused, UsageError
from academyctl.model.finding import error
from academyctl.model.near import did_you_mean
from academyctl.model.role import Role
from academyctl.profiles.load import load_contract, load_stack, profile_folder
from academyctl.render.talk import Talk

if TYPE_CHECKING:
    from academyctl.apply.shield import Shield
    from academyctl.aws.batch import Batch
    from academyctl.aws.connect import Connection
    from academyctl.aws.ecs import Clusters
    from academyctl.aws.ssm import ParameterStore
    from academyctl.aws.sts import Caller
    from academyctl.containers.engine import Engine
    from academyctl.model.stack import Stack


@dataclass(frozen=True)
class Run:
    """`command` is `group name`; `default_stack` serves when neither option nor environment names one."""

    command: str
    shared: Shared
    default_stack: str
    talk: Talk

    @property
    def stack_name(self) -> str:
        """An empty --stack is no stack, not the default one: it is a variable that was not set."""
        return self.default_stack if self.shared.stack is None else self.shared.stack

    @cached_property
    def folder(self) -> Path:
        return profile_folder(self.shared.profiles)

    @cached_property
    def stack(self) -> "Stack":
        return load_stack(self.folder, self.stack_name)

    @cached_property
    def contract(self) -> EnvContract:
        return load_contract(self.folder)

    @property
    def region(self) -> str:
        return self.shared.region or self.stack.region

    @property
    def is_json(self) -> bool:
        return self.shared.output is Output.JSON

    @property
    def on_terminal(self) -> bool:
        return sys.stdin.isatty() and sys.stderr.isatty()

    def roles(self, name: str) -> tuple[Role, ...]:
        """One declared role, or every one for `all`. Needs no stack file: an env file has none."""
        declared = {role.name: role for role in self.contract.roles}
        if name == "all":
            return self.contract.roles
        if name not in declared:
            hint = did_you_mean(name, [*declared, "all"], f"known: {', '.join(declared)}, all")
            raise UsageError(f"unknown role {name!r}", code="usage.role", hint=hint)
        return (declared[name],)

    def stored_roles(self, name: str) -> tuple[Role, ...]:
        """The same, of the roles that have a parameter in the stack."""
        known = [role for role, _ in self.stack.parameters]
        if name != "all" and name not in known:
            has = f"ssm.parameters of stack {self.stack_name} has: {', '.join(known)}"
            hint = did_you_mean(name, known, has)
            raise UsageError(f"role {name!r} has no parameter", code="usage.role", hint=hint)
        return tuple(self.roles(role)[0] for role in (known if name == "all" else [name]))

    def role(self, name: str) -> Role:
        """Exactly one role; `all` is refused."""
        return _only(self.roles(name), name)

    def stored_role(self, name: str) -> Role:
        return _only(self.stored_roles(name), name)

    @cached_property
    def shield(self) -> "Shield":
        """Up from the first write until the result is told."""
        from academyctl.apply.shield import Shield

        return Shield()

    @cached_property
    def connection(self) -> "Connection":
        from academyctl.aws.connect import Connection

        return Connection(self.region, note=self.talk.hint, trace=self.talk.detail)

    @cached_property
    def store(self) -> "ParameterStore":
        from academyctl.aws.ssm import ParameterStore

        return ParameterStore(self.connection)

    @cached_property
    def batch(self) -> "Batch":
        from academyctl.aws.batch import Batch

        return Batch(self.connection)

    @cached_property
    def clusters(self) -> "Clusters":
        from academyctl.aws.ecs import Clusters

        return Clusters(self.connection)

    @cached_property
    def engine(self) -> "Engine":
        from academyctl.containers.engine import Engine

        return Engine(trace=self.talk.detail)

    @cached_property
    def caller(self) -> "Caller":
        """Who we are; Refused when it is not the stack's account. Asked before the first write."""
        from academyctl.aws.sts import read_caller

        caller = read_caller(self.connection)
        if caller.account != self.stack.account:
            message = (
                f"the credentials are of account {caller.account}, stack {self.stack_name} is {self.stack.account}"
            )
            raise Refused(
                message,
                findings=[
                    error("account.mismatch", caller.account, message, "choose the right AWS_PROFILE or --stack")
                ],
                data={"account": caller.account, "expected_account": self.stack.account},
            )
        return caller

    def head(self) -> dict[str, str]:
        """What every plan begins with."""
        return {"account": self.caller.account, "region": self.region, "caller": self.caller.arn}

    def parameter(self, role: Role) -> str:
        """The name of the role's parameter in this stack."""
        return self.stack.parameter(self.stored_role(role.name).name)

    def parameters(self, roles: Iterable[Role]) -> dict[str, str]:
        """Role name → parameter name."""
        return {role.name: self.parameter(role) for role in roles}


def _only(roles: tuple[Role, ...], name: str) -> Role:
    if name == "all":
        raise UsageError("--role takes one role here, not all", code="usage.role")
    return roles[0]
