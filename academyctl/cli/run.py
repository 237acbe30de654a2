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
from academyctl.model.role import Role
from academyctl.model.stack import Stack
from academyctl.profiles.load import load_contract, load_stack, profile_folder
from academyctl.render.talk import Talk

if TYPE_CHECKING:
    from academyctl.aws.connect import Connection
    from academyctl.aws.ssm import ParameterStore
    from academyctl.aws.sts import Caller


@dataclass(frozen=True)
class Run:
    """`command` is `group name`; `default_stack` serves when neither option nor environment names one."""

    command: str
    shared: Shared
    default_stack: str
    talk: Talk

    @property
    def stack_name(self) -> str:
        return self.shared.stack or self.default_stack

    @cached_property
    def folder(self) -> Path:
        return profile_folder(self.shared.profiles)

    @cached_property
    def stack(self) -> Stack:
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
        """One role, or every role of the stack for `all`."""
        known = [role for role, _ in self.stack.parameters]
        if name != "all" and name not in known:
            raise UsageError(f"unknown role {name!r}", code="usage.role", hint=f"known: {', '.join(known)}, all")
        declared = {role.name: role for role in self.contract.roles}
        wanted = known if name == "all" else [name]
        missing = [role for role in wanted if role not in declared]
        if missing:
            raise UsageError(f"stack {self.stack_name} names role {missing[0]}, which has no file in roles/")
        return tuple(declared[role] for role in wanted)

    def role(self, name: str) -> Role:
        """Exactly one role; `all` is refused."""
        if name == "all":
            raise UsageError("--role takes one role here, not all", code="usage.role")
        return self.roles(name)[0]

    @cached_property
    def connection(self) -> "Connection":
        from academyctl.aws.connect import Connection

        return Connection(self.region, note=self.talk.hint, trace=self.talk.detail)

    @cached_property
    def store(self) -> "ParameterStore":
        from academyctl.aws.ssm import ParameterStore

        return ParameterStore(self.connection)

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

    def parameters(self, roles: Iterable[Role]) -> dict[str, str]:
        """Role name → parameter name."""
        return {role.name: self.stack.parameter(role.name) for role in roles}
